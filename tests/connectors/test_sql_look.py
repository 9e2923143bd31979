"""What the sql connector says of tables that are not as they should be, and of addresses that lead nowhere."""

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from syncengine.connectors import sql
from syncengine.connectors.protocol import Image, ImageQuery
from syncengine.connectors.sql.database import Database
from syncengine.connectors.sql.file import SqliteFile
from syncengine.errors import PermanentError, TemporaryError, UserError
from syncengine.model.attempt import Request
from syncengine.vocabulary import OutcomeKind, ProbeResult
from tests.connectors.rigs import SqlRig, setup, sqlite_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SqlRig]:
    found = sqlite_rig(tmp_path)
    yield found
    found.adapter.close()


def images(rig: SqlRig, table: str, key: str, *keys: str, places: tuple[str, ...] = ()) -> dict[str, Image]:
    assert rig.adapter.inspector is not None
    return dict(rig.adapter.inspector.images(ImageQuery(record=table, key=key, keys=keys, places=places)))


def create(table: str, key: str) -> Request:
    return Request(record=table, key=("ref", key), create=True, places={"note": "x"}, before=None)


@pytest.mark.parametrize(
    ("table", "key", "place", "message"),
    [
        ("invoice", "stripe_id", "status", "no table 'invoice'; did you mean 'invoices'?"),
        ("invoices", "stripeid", "status", "no column 'stripeid'; did you mean 'stripe_id'?"),
        ("invoices", "stripe_id", "state", "no column 'state'; did you mean 'status'?"),
        ("invoices", "status", "total", "invoices.status needs a unique index"),
    ],
)
def test_what_is_not_there_is_named(rig: SqlRig, table: str, key: str, place: str, message: str) -> None:
    with pytest.raises(PermanentError) as caught:
        images(rig, table, key, "in_1", places=(place,))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("ddl", "unique"),
    [
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT)", False),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT UNIQUE)", True),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT, UNIQUE (ref))", True),
        ("CREATE TABLE t (id INTEGER, ref TEXT PRIMARY KEY)", True),
        ("CREATE TABLE t (id INTEGER, ref TEXT, PRIMARY KEY (id, ref))", False),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT); CREATE INDEX i ON t (ref)", False),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT); CREATE UNIQUE INDEX i ON t (ref)", True),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT); CREATE UNIQUE INDEX i ON t (ref) WHERE id > 5", False),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT); CREATE UNIQUE INDEX i ON t (ref, id)", False),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT); CREATE UNIQUE INDEX i ON t (lower(ref))", False),
    ],
)
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_only_a_column_that_is_unique_by_itself_may_be_a_key(rig: SqlRig, ddl: str, unique: bool) -> None:
    for statement in ddl.split(";"):
        rig.execute(statement)
    if unique:
        assert images(rig, "t", "ref", "x") == {}
    else:
        with pytest.raises(PermanentError, match="needs a unique index"):
            images(rig, "t", "ref", "x")


def test_a_table_without_primary_key_has_no_ids(rig: SqlRig) -> None:
    rig.execute("CREATE TABLE t (ref TEXT UNIQUE)")
    with pytest.raises(PermanentError, match="t has no primary key"):
        images(rig, "t", "ref", "x")


def test_two_rows_with_one_key_are_never_chosen_from(rig: SqlRig) -> None:
    rig.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT, note TEXT)")
    rig.execute("CREATE UNIQUE INDEX i ON t (ref)")
    assert images(rig, "t", "ref", "a") == {}
    rig.execute("DROP INDEX i")  # behind the adapter's back
    rig.execute("INSERT INTO t (ref, note) VALUES ('a', 'x'), ('a', 'y')")
    with pytest.raises(PermanentError, match="two rows of t hold the same ref"):
        images(rig, "t", "ref", "a")
    writer = rig.writer_rig()
    assert rig.adapter.inspector is not None
    assert rig.adapter.inspector.probe(writer.writer().prepare(create("t", "a"))).result is ProbeResult.SEVERAL
    assert writer.send(create("t", "a"))[0].kind is OutcomeKind.REJECTED


def test_a_column_that_is_added_later_is_found(rig: SqlRig) -> None:
    rig.execute("INSERT INTO invoices (stripe_id) VALUES ('in_1')")
    assert images(rig, "invoices", "stripe_id", "in_1")
    rig.execute("ALTER TABLE invoices ADD COLUMN region TEXT DEFAULT 'EU'")
    assert images(rig, "invoices", "stripe_id", "in_1", places=("region",))["in_1"].places == {"region": "EU"}


def test_a_table_that_is_replaced_is_asked_about_again(rig: SqlRig) -> None:
    rig.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT UNIQUE, note TEXT)")
    writer = rig.writer_rig()
    assert writer.send(create("t", "a"))[0].kind is OutcomeKind.CONFIRMED
    rig.execute("DROP TABLE t")
    rig.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT UNIQUE)")
    assert writer.send(create("t", "b"))[0].kind is OutcomeKind.NOT_SENT
    refused = writer.send(create("t", "b"))[0]
    assert (refused.kind, refused.detail) == (OutcomeKind.REJECTED, "the table t has no column 'note'")


def test_fractions_are_never_floats_and_bytes_are_digits(rig: SqlRig) -> None:
    rig.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT UNIQUE, rate REAL, mark BLOB, made DATETIME)")
    rig.execute("INSERT INTO t VALUES (1, 'a', 0.1, x'00ff', '2026-01-31 10:00:00')")
    places = images(rig, "t", "ref", "a", places=("rate", "mark", "made"))["a"].places
    assert places == {"rate": Decimal("0.1"), "mark": "00ff", "made": "2026-01-31T10:00:00Z"}


def test_a_key_that_the_column_cannot_hold_is_not_there(rig: SqlRig) -> None:
    rig.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT)")
    rig.execute("INSERT INTO t VALUES (7, 'x')")
    assert set(images(rig, "t", "id", "7", "seven")) == {"7"}


def test_the_id_of_a_compound_key_names_all_its_parts(rig: SqlRig) -> None:
    rig.execute("CREATE TABLE t (company TEXT, number INTEGER, ref TEXT UNIQUE, PRIMARY KEY (company, number))")
    rig.execute("INSERT INTO t VALUES ('a/b', 7, 'x')")
    assert images(rig, "t", "ref", "x")["x"].remote_id == "a%2Fb/7"
    assert rig.adapter.reader is not None
    found = rig.adapter.reader.read("t", "a%2Fb/7")
    assert found is not None
    assert (found.id, found.content["company"]) == ("a%2Fb/7", "a/b")
    with pytest.raises(PermanentError, match="has 2 parts"):
        rig.adapter.reader.read("t", "7")


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    adapter = sql.open(setup(tmp_path, {"address": "sqlite:///missing.db"}))
    assert adapter.inspector is not None
    query = ImageQuery(record="t", key="ref", keys=("a",), places=())
    with pytest.raises(TemporaryError, match=r"the database missing\.db is not there"):
        adapter.inspector.images(query)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_goes_away_between_two_looks_is_not_made_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqliteFile, "check", lambda _: None)
    adapter = sql.open(setup(tmp_path, {"address": "sqlite:///missing.db"}))
    assert adapter.reader is not None
    with pytest.raises(TemporaryError, match="unable to open"):
        adapter.reader.read("t", "1")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_away_until_somebody_puts_the_right_one_there(tmp_path: Path) -> None:
    (tmp_path / "crm.db").write_text("this is a text file, and a rather long one at that, so that it has a header")
    adapter = sql.open(setup(tmp_path, {"address": "sqlite:///crm.db"}))
    assert adapter.reader is not None
    with pytest.raises(TemporaryError, match="not a database"):
        adapter.reader.read("t", "1")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("sqlite://", "in memory would be empty"),
        ("sqlite:///:memory:", "in memory would be empty"),
        ("crm.db", "no database URL"),
        ("nosuch://host/db", "no driver for nosuch is installed"),
        ("mysql+pymysql://host/db", "no driver for mysql"),
    ],
)
def test_an_address_that_leads_nowhere_is_a_users_mistake(tmp_path: Path, address: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        sql.open(setup(tmp_path, {"address": address}))


def test_no_error_shows_the_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    secret = "a-password-of-mine"
    settings = {"address": "postgresql://127.0.0.1:9/crm", "user": "me", "password": secret}
    adapter = sql.open(setup(tmp_path, settings))
    assert adapter.reader is not None
    assert adapter.open_writer is not None
    with pytest.raises(TemporaryError) as caught:
        adapter.reader.read("t", "1")
    shown = str(caught.value)
    with pytest.raises(UserError) as refused:
        sql.open(setup(tmp_path, {"address": f"me:{secret}@host"}))
    assert secret not in shown + str(refused.value)
    assert "the database crm" in shown


def test_a_password_that_a_driver_repeats_is_blotted_out(tmp_path: Path) -> None:
    address = "sqlite://me:first-secret@/crm.db"
    found = Database(setup(tmp_path, {"address": address, "password": "second-secret"}))
    error = sqlite3.OperationalError("login second-secret\nsecond line")
    assert found.said(error) == "the database crm.db: login ***"
