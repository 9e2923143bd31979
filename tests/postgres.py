"""A PostgreSQL server of the tests' own, on a socket in a folder of its own. Import the fixtures into a conftest."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql@*/bin")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """`url` gives the SQLAlchemy URL of one of its databases."""

    folder: Path
    user: str
    binaries: Path

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.folder}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """One statement, as the server's owner, outside of any transaction."""
        import psycopg

        with psycopg.connect(f"host={self.folder} user={self.user} dbname={database}", autocommit=True) as connection:
            connection.execute(statement.encode())


def _found(program: str) -> Path | None:
    on_path = shutil.which(program)
    if on_path:
        return Path(on_path)
    folders = sorted((folder for place in _PLACES for folder in Path("/").glob(place.lstrip("/"))), reverse=True)
    return next((folder / program for folder in folders if (folder / program).is_file()), None)


def _unprivileged() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then somebody else owns the server. None: we may run it ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _run(arguments: Sequence[str | Path], owner: pwd.struct_passwd | None, folder: Path) -> None:
    identity = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    subprocess.run(
        [str(a) for a in arguments],
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=60,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        **identity,  # type: ignore[call-overload]
    )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Started once for a whole test session; the tests that want it are skipped where PostgreSQL is not installed."""
    pytest.importorskip("psycopg")
    initdb, control = _found("initdb"), _found("pg_ctl")
    if initdb is None or control is None:
        pytest.skip("PostgreSQL is not installed")
    owner = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path may have 107 characters
    try:
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        user = "tester"
        _run([initdb, "--no-sync", "--auth=trust", "--encoding=UTF8", f"--username={user}", data], owner, folder)
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        log = folder / "log"
        _run([control, "start", "-w", "-D", data, "-o", options, "-l", log], owner, folder)
        try:
            yield PostgresServer(folder=folder, user=user, binaries=initdb.parent)
        finally:
            _run([control, "stop", "-m", "immediate", "-D", data], owner, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_numbers = count(1)


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[Callable[[], str]]:
    """Makes empty databases of the test's own; gives their names."""
    made: list[str] = []

    def make() -> str:
        name = f"test_{next(_numbers)}"
        postgres_server.execute(f"CREATE DATABASE {name}")
        made.append(name)
        return name

    yield make
    for name in made:
        postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")
