"""What the sql connector does to rows, on SQLite and on a real PostgreSQL."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from syncengine.connectors import sql
from syncengine.connectors.protocol import Adapter, ImageQuery
from syncengine.connectors.sql import database
from syncengine.errors import PermanentError, TemporaryError
from syncengine.model.attempt import Outcome, Request
from syncengine.model.value import Places
from syncengine.vocabulary import OutcomeKind, ProbeResult
from tests.connectors.rigs import SqlRig, postgres_rig, setup, sqlite_rig

FULL: Places = {
    "status": "Paid",
    "seats": 12,
    "total": "49.50",
    "due": "2026-02-01",
    "paid_at": "2026-01-31T09:30:00Z",
    "seen_at": "2026-01-31T09:30:00.250000Z",
    "open": False,
}


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[SqlRig]:
    rig = sqlite_rig(tmp_path)
    yield rig
    rig.adapter.close()


@pytest.fixture
def postgres(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlRig]:
    server, make = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_database")
    rig = postgres_rig(server, make(), tmp_path)
    yield rig
    rig.adapter.close()


@pytest.fixture(params=["sqlite", "postgres"])
def rig(request: pytest.FixtureRequest) -> SqlRig:
    found: SqlRig = request.getfixturevalue(request.param)
    return found


def create(key: str, places: Places = FULL, table: str = "invoices") -> Request:
    return Request(record=table, key=("stripe_id", key), create=True, places=places, before=None)


def update(key: str, places: Places, before: Places) -> Request:
    return Request(record="invoices", key=("stripe_id", key), create=False, places=places, before=before)


def send(rig: SqlRig, *requests: Request) -> Sequence[Outcome]:
    return rig.writer_rig().send(*requests)


def places_of(rig: SqlRig, key: str, *places: str) -> Places:
    query = ImageQuery(record="invoices", key="stripe_id", keys=(key,), places=places or tuple(FULL))
    assert rig.adapter.inspector is not None
    return rig.adapter.inspector.images(query)[key].places


def probe(rig: SqlRig, request: Request) -> ProbeResult:
    assert rig.adapter.inspector is not None
    return rig.adapter.inspector.probe(rig.writer_rig().writer().prepare(request)).result


def test_prepared_bytes_are_canonical_and_say_what_they_rest_on(sqlite: SqlRig) -> None:
    before = {"status": "Open", "total": Decimal("49.50"), "changes": 4}
    frozen = sqlite.writer_rig().writer().prepare(update("in_1", {"total": "50.00", "status": None}, before))
    assert frozen == (
        b'{"key":["stripe_id","in_1"],"op":"update","set":{"status":null,"total":"50.00"},'
        b'"table":"invoices","was":{"status":"Open","total":"49.50"}}'
    )


def test_every_kind_of_column_is_written_and_shown_as_the_same_value(rig: SqlRig) -> None:
    assert send(rig, create("in_1"))[0].after is None
    shown = places_of(rig, "in_1")
    assert {**shown, "total": Decimal(str(shown["total"]))} == {**FULL, "total": Decimal("49.50")}
    assert probe(rig, create("in_1")) is ProbeResult.APPLIED
    assert send(rig, update("in_1", {"status": "Void"}, shown))[0].kind is OutcomeKind.CONFIRMED


def test_an_empty_value_empties_the_column(rig: SqlRig) -> None:
    send(rig, create("in_1"))
    nothing: Places = dict.fromkeys(FULL)
    assert send(rig, update("in_1", nothing, places_of(rig, "in_1")))[0].kind is OutcomeKind.CONFIRMED
    assert places_of(rig, "in_1") == nothing


def test_a_before_image_in_another_spelling_is_still_the_same(rig: SqlRig) -> None:
    send(rig, create("in_1"))
    before = {**FULL, "total": "49.5", "paid_at": "2026-01-31T10:30:00+01:00", "seats": "12"}
    outcome = send(rig, update("in_1", {**FULL, "status": "Void"}, before))[0]
    assert outcome.kind is OutcomeKind.CONFIRMED


def test_what_the_database_makes_of_a_value_is_reported(postgres: SqlRig) -> None:
    outcome = send(postgres, create("in_1", {"total": "49.505", "status": "Paid"}))[0]
    assert outcome.after == {"total": Decimal("49.51")}


def test_a_value_that_its_column_cannot_take_is_rejected_without_showing_it(rig: SqlRig) -> None:
    odd: dict[str, object] = {"seats": "dozen", "total": "much", "due": "tomorrow", "paid_at": 5, "open": "maybe"}
    outcomes = send(rig, *(create(f"in_{name}", {"status": "x", name: value}) for name, value in odd.items()))
    assert {o.kind for o in outcomes} == {OutcomeKind.REJECTED}
    assert [o.detail for o in outcomes] == [
        "invoices.seats takes a whole number",
        "invoices.total takes a number",
        "invoices.due takes a date",
        "invoices.paid_at takes a moment",
        "invoices.open takes true or false",
    ]


def test_a_text_that_the_database_pads_is_shown_and_found_as_it_was_written(postgres: SqlRig) -> None:
    postgres.execute("CREATE TABLE orders (id CHAR(10) PRIMARY KEY, unit CHAR(5))")
    request = Request(record="orders", key=("id", "o-1"), create=True, places={"unit": "kg"}, before=None)
    outcome = send(postgres, request)[0]
    assert (outcome.kind, outcome.remote_id, outcome.after) == (OutcomeKind.CONFIRMED, "o-1", None)
    assert probe(postgres, request) is ProbeResult.APPLIED


def test_a_text_that_ends_in_spaces_keeps_them_where_nothing_is_padded(sqlite: SqlRig) -> None:
    sqlite.execute("CREATE TABLE orders (id CHAR(10) PRIMARY KEY, unit CHAR(5))")
    request = Request(record="orders", key=("id", "o-1 "), create=True, places={"unit": "kg "}, before=None)
    outcome = send(sqlite, request)[0]
    assert (outcome.kind, outcome.remote_id) == (OutcomeKind.CONFIRMED, "o-1 ")


def test_prepare_refuses_several_values_for_one_column(sqlite: SqlRig) -> None:
    with pytest.raises(PermanentError, match=r"invoices\.status takes one value"):
        sqlite.writer_rig().writer().prepare(create("in_1", {"status": ["a", "b"]}))


def test_two_changes_of_one_row_in_one_batch_happen_in_their_order(rig: SqlRig) -> None:
    changed = update("in_1", {"status": "Paid"}, {"status": "Open"})
    first, second = send(rig, create("in_1", {"status": "Open"}), changed)
    assert (first.kind, second.kind) == (OutcomeKind.CONFIRMED, OutcomeKind.CONFIRMED)
    assert places_of(rig, "in_1", "status") == {"status": "Paid"}


def test_a_create_may_carry_nothing_but_its_key(rig: SqlRig) -> None:
    assert send(rig, create("in_1", {}))[0].kind is OutcomeKind.CONFIRMED
    assert places_of(rig, "in_1", "status") == {"status": None}


def test_a_rejection_names_the_rule_and_not_the_value(rig: SqlRig) -> None:
    rig.execute("ALTER TABLE invoices ADD COLUMN code TEXT")
    rig.execute("CREATE UNIQUE INDEX one_code ON invoices (code)")
    send(rig, create("in_1", {"code": "secret-code"}))
    refused = send(rig, create("in_2", {"code": "secret-code"}))[0]
    assert refused.kind is OutcomeKind.REJECTED
    assert "secret-code" not in refused.detail
    assert "code" in refused.detail


def test_what_a_trigger_says_is_not_repeated(rig: SqlRig) -> None:
    """It may quote the row."""
    if rig.server is None:
        rig.execute(
            "CREATE TRIGGER refuses BEFORE INSERT ON invoices BEGIN SELECT RAISE(ABORT, 'no room for secret-code'); END"
        )
    else:
        rig.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION 'no room for %', NEW.status USING ERRCODE = '55000'; END$$"
        )
        rig.execute("CREATE TRIGGER refuses BEFORE INSERT ON invoices FOR EACH ROW EXECUTE FUNCTION refuse()")
    (refused,) = send(rig, create("in_1", {"status": "secret-code"}))
    assert refused.kind in {OutcomeKind.REJECTED, OutcomeKind.NOT_SENT}
    assert refused.detail
    assert "secret-code" not in refused.detail


def test_a_rule_that_is_checked_at_the_commit_rejects_only_the_rows_that_break_it(rig: SqlRig) -> None:
    rig.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY)")
    rig.execute("INSERT INTO accounts VALUES (1)")
    rig.execute(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, stripe_id TEXT UNIQUE,"
        " account INTEGER REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    requests = [
        Request(record="orders", key=("id", str(n)), create=True, places={"account": account}, before=None)
        for n, account in ((1, 1), (2, 99), (3, 1))
    ]
    kinds = [outcome.kind for outcome in send(rig, *requests)]
    assert kinds == [OutcomeKind.CONFIRMED, OutcomeKind.REJECTED, OutcomeKind.CONFIRMED]
    assert rig.execute("SELECT id FROM orders ORDER BY id") == [(1,), (3,)]


def test_a_row_that_the_database_does_not_keep_is_rejected_and_the_others_stay(sqlite: SqlRig) -> None:
    sqlite.execute(
        "CREATE TRIGGER drops BEFORE INSERT ON invoices WHEN new.stripe_id = 'in_2' BEGIN SELECT RAISE(IGNORE); END"
    )
    first, second = send(sqlite, create("in_1"), create("in_2"))
    assert (first.kind, second.kind) == (OutcomeKind.CONFIRMED, OutcomeKind.REJECTED)
    assert second.detail == "invoices: the database took the row and did not keep it"
    assert probe(sqlite, create("in_1")) is ProbeResult.APPLIED


def test_a_row_whose_trigger_takes_back_the_whole_transaction_is_rejected_and_the_others_stay(sqlite: SqlRig) -> None:
    sqlite.execute(
        "CREATE TRIGGER ends BEFORE INSERT ON invoices WHEN new.stripe_id = 'in_2' BEGIN"
        " SELECT RAISE(ROLLBACK, 'not this one'); END"
    )
    kinds = [o.kind for o in send(sqlite, create("in_1"), create("in_2"), create("in_3"))]
    assert kinds == [OutcomeKind.CONFIRMED, OutcomeKind.REJECTED, OutcomeKind.CONFIRMED]
    assert probe(sqlite, create("in_2")) is ProbeResult.ABSENT


def test_a_locked_database_is_not_sent_to(sqlite: SqlRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    with sqlite.engine.connect() as somebody:
        somebody.exec_driver_sql("BEGIN IMMEDIATE")
        outcome = send(sqlite, create("in_1"))[0]
    assert outcome.kind is OutcomeKind.NOT_SENT
    assert "nothing took effect" in outcome.detail
    assert send(sqlite, create("in_1"))[0].kind is OutcomeKind.CONFIRMED


def test_a_commit_that_fails_leaves_the_outcome_unknown_until_a_probe(
    sqlite: SqlRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    send(sqlite, create("in_1"))
    changed = update("in_1", {"status": "Void"}, FULL)
    with sqlite.engine.connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT * FROM invoices")  # a reader holds off the commit, not the writing
        written, moved = send(sqlite, changed, update("in_2", {"status": "x"}, {"status": "y"}))
    assert (written.kind, moved.kind) == (OutcomeKind.UNKNOWN, OutcomeKind.MOVED)
    assert probe(sqlite, changed) is ProbeResult.ABSENT


def _terminating_trigger(rig: SqlRig, when: str) -> None:
    rig.execute(
        "CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END'"
    )
    rig.execute(f"CREATE {when} FOR EACH ROW EXECUTE FUNCTION hang_up()")


def test_a_connection_that_breaks_before_the_commit_leaves_nothing(postgres: SqlRig) -> None:
    _terminating_trigger(postgres, "TRIGGER hang BEFORE INSERT ON invoices")
    outcomes = send(postgres, create("in_1"), create("in_2"))
    assert {o.kind for o in outcomes} == {OutcomeKind.NOT_SENT}
    assert postgres.execute("SELECT count(*) FROM invoices") == [(0,)]


def test_a_connection_that_breaks_in_the_commit_leaves_the_outcome_unknown(postgres: SqlRig) -> None:
    _terminating_trigger(
        postgres, "CONSTRAINT TRIGGER hang AFTER INSERT ON invoices DEFERRABLE INITIALLY DEFERRED"
    )
    assert send(postgres, create("in_1"))[0].kind is OutcomeKind.UNKNOWN
    assert probe(postgres, create("in_1")) is ProbeResult.ABSENT


def test_nobody_can_edit_a_row_between_the_look_and_the_write(rig: SqlRig) -> None:
    if rig.server is None:
        rig.execute("PRAGMA journal_mode = WAL")  # where a reader does not hold off writers
    send(rig, create("in_1"))
    rival = sa.create_engine(rig.engine.url, poolclass=NullPool)
    tried: list[str] = []
    refused: list[str] = []

    def edit_meanwhile(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        """Runs after the writer's first look, inside its transaction."""
        if tried or not statement.startswith("SELECT invoices"):
            return
        tried.append(statement)
        try:
            with rival.begin() as somebody:
                somebody.exec_driver_sql("SET lock_timeout = '100ms'" if rig.server else "PRAGMA busy_timeout = 0")
                somebody.exec_driver_sql("UPDATE invoices SET status = 'Edited'")
        except OperationalError as error:
            refused.append(str(error.orig))

    before = places_of(rig, "in_1")
    writing = rig.writer_rig().writer()._database.writing().engine  # type: ignore[attr-defined]
    sa.event.listen(writing, "after_cursor_execute", edit_meanwhile)
    outcome = send(rig, update("in_1", {"status": "Void"}, before))[0]
    assert outcome.kind is OutcomeKind.CONFIRMED
    assert len(refused) == 1
    assert places_of(rig, "in_1", "status") == {"status": "Void"}


def test_a_row_that_somebody_else_has_locked_is_not_waited_for_for_ever(
    postgres: SqlRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 1)
    send(postgres, create("in_1"))
    with postgres.engine.begin() as somebody:
        somebody.execute(sa.text("UPDATE invoices SET status = 'Held' WHERE stripe_id = 'in_1'"))
        fresh = replace(postgres, adapter=_again(postgres))
        outcome = send(fresh, update("in_1", {"status": "Void"}, FULL))[0]
        fresh.adapter.close()
    assert outcome.kind is OutcomeKind.NOT_SENT
    assert "lock timeout" in outcome.detail


def _again(rig: SqlRig) -> Adapter:
    assert rig.server is not None
    return sql.open(setup(rig.folder, {"address": rig.server.url(str(rig.engine.url.database))}, rig.clock))


def test_a_missing_right_is_not_the_fault_of_the_rows(postgres: SqlRig) -> None:
    assert postgres.server is not None
    postgres.execute("CREATE ROLE looker LOGIN")
    postgres.execute("GRANT SELECT ON invoices TO looker")
    try:
        settings = {"address": postgres.server.url(str(postgres.engine.url.database)), "user": "looker"}
        restricted = replace(postgres, adapter=sql.open(setup(postgres.folder, settings, postgres.clock)))
        outcomes = send(restricted, create("in_1"), create("in_2"))
        restricted.adapter.close()
        assert {o.kind for o in outcomes} == {OutcomeKind.NOT_SENT}
    finally:
        postgres.execute("DROP OWNED BY looker")
        postgres.execute("DROP ROLE looker")


def test_a_rival_insert_between_look_and_write_is_met_as_a_row(postgres: SqlRig) -> None:
    writer = postgres.writer_rig()
    rival = postgres.engine.connect()
    rival.execute(sa.text("INSERT INTO invoices (stripe_id, status) VALUES ('in_1', 'Theirs')"))
    found: list[Outcome] = []
    thread = threading.Thread(target=lambda: found.extend(writer.send(create("in_1"), create("in_2"))))
    thread.start()  # its insert waits for the rival's transaction
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while not postgres.execute(waits):
        pass
    rival.commit()
    rival.close()
    thread.join(30)
    assert [o.kind for o in found] == [OutcomeKind.MOVED, OutcomeKind.CONFIRMED]


def test_looks_and_writes_may_come_from_different_threads(rig: SqlRig) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            assert send_one(number) is OutcomeKind.CONFIRMED
            assert places_of(rig, f"in_{number}", "status") == {"status": "Paid"}
        except BaseException as error:  # noqa: BLE001 - it is raised again in the test's own thread
            failures.append(error)

    def send_one(number: int) -> OutcomeKind:
        return send(rig, create(f"in_{number}"))[0].kind

    for number in range(3):
        thread = threading.Thread(target=work, args=(number,))
        thread.start()
        thread.join(30)
    assert failures == []


def test_a_batch_of_creates_takes_one_transaction_and_few_statements(sqlite: SqlRig) -> None:
    send(sqlite, create("warm"))
    seen: list[str] = []
    writing = sqlite.writer_rig().writer()._database.writing().engine  # type: ignore[attr-defined]
    sa.event.listen(writing, "before_cursor_execute", lambda *arguments: seen.append(arguments[2].split()[0]))
    sa.event.listen(writing, "commit", lambda *_: seen.append("COMMIT"))
    send(sqlite, *(create(f"in_{n}") for n in range(400)))
    assert seen == ["BEGIN", "SELECT", "INSERT", "SELECT", "COMMIT"]


def test_what_only_looks_cannot_write(rig: SqlRig) -> None:
    looking = rig.adapter.inspector._database  # type: ignore[union-attr]
    intrusion = sa.text("INSERT INTO invoices (stripe_id) VALUES ('in_1')")
    with pytest.raises((PermanentError, TemporaryError)), looking.reading() as connection:
        connection.execute(intrusion)
    assert rig.execute("SELECT count(*) FROM invoices") == [(0,)]


def test_a_send_whose_time_is_over_leaves_the_others_alone(sqlite: SqlRig) -> None:
    rig = sqlite.writer_rig()
    writer = rig.writer()
    late = rig.permitted(writer.prepare(create("in_1")), lasts=timedelta(seconds=1))
    good = rig.permitted(writer.prepare(create("in_2")))
    sqlite.clock.wait(1)
    kinds = {o.attempt: o.kind for o in writer.write([late, good])}
    assert kinds == {late[0].send.attempt: OutcomeKind.NOT_SENT, good[0].send.attempt: OutcomeKind.CONFIRMED}


def test_columns_may_be_named_like_the_parameters_of_our_statements(rig: SqlRig) -> None:
    rig.execute("CREATE TABLE odd (k VARCHAR(9) PRIMARY KEY, x TEXT, to_x TEXT, of_k TEXT, _to_x TEXT)")
    new = {"x": "1", "to_x": "2", "of_k": "3", "_to_x": "4"}
    later = {"x": "5", "to_x": "6", "of_k": "7", "_to_x": "8"}
    made = send(rig, Request(record="odd", key=("k", "a"), create=True, places=new, before=None))
    changed = send(rig, Request(record="odd", key=("k", "a"), create=False, places=later, before=new))
    assert [one.kind for one in (*made, *changed)] == [OutcomeKind.CONFIRMED, OutcomeKind.CONFIRMED]
    assert rig.execute("SELECT x, to_x, of_k, _to_x FROM odd") == [("5", "6", "7", "8")]


def test_a_row_that_several_columns_name_is_written_by_its_own_id(rig: SqlRig) -> None:
    rig.execute("CREATE TABLE sites (land TEXT, number INT, ref TEXT UNIQUE, note TEXT, PRIMARY KEY (land, number))")
    rig.execute("INSERT INTO sites (land, number, note) VALUES ('a/b', 1, 'x'), ('a/b', 2, 'x'), ('de', 1, 'x')")
    assert rig.adapter.inspector is not None
    query = ImageQuery(record="sites", key="", keys=("a%2Fb/1", "a%2Fb/2", "de/one", "de"), places=("note", "ref"))
    images = rig.adapter.inspector.images(query)
    assert {id_: image.places for id_, image in images.items()} == {
        id_: {"note": "x", "ref": None} for id_ in ("a%2Fb/1", "a%2Fb/2")
    }
    before: Places = {"note": "x", "ref": None}
    requests = [
        Request(record="sites", key=("", id_), create=False, places={"note": "y", "ref": id_}, before=before)
        for id_ in ("a%2Fb/2", "de/1", "de/7", "de/one")
    ]
    kinds = [outcome.kind for outcome in send(rig, *requests)]
    assert kinds == [OutcomeKind.CONFIRMED, OutcomeKind.CONFIRMED, OutcomeKind.MOVED, OutcomeKind.REJECTED]
    found = rig.execute("SELECT land, number, note FROM sites ORDER BY land, number")
    assert found == [("a/b", 1, "x"), ("a/b", 2, "y"), ("de", 1, "y")]


def test_a_key_that_another_row_holds_already_rejects_only_the_row_that_wants_it_too(rig: SqlRig) -> None:
    rig.execute("CREATE TABLE sites (id INTEGER PRIMARY KEY, ref TEXT UNIQUE)")
    rig.execute("INSERT INTO sites VALUES (1, NULL), (2, 'k'), (3, NULL)")
    wanted = [
        Request(record="sites", key=("", id_), create=False, places={"ref": key}, before={"ref": None})
        for id_, key in (("1", "k"), ("3", "other"))
    ]
    assert [o.kind for o in send(rig, *wanted)] == [OutcomeKind.REJECTED, OutcomeKind.CONFIRMED]
    assert rig.execute("SELECT id, ref FROM sites ORDER BY id") == [(1, None), (2, "k"), (3, "other")]
