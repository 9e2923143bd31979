"""Tables as a source: readings, and scans by a version of any kind."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncengine import canonical
from syncengine.errors import PermanentError
from syncengine.model.event import Snapshot
from tests.connectors.rigs import SqlRig, postgres_rig, sqlite_rig


@pytest.fixture(params=["sqlite", "postgres"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlRig]:
    if request.param == "sqlite":
        found = sqlite_rig(tmp_path)
    else:
        server = request.getfixturevalue("postgres_server")
        found = postgres_rig(server, request.getfixturevalue("postgres_database")(), tmp_path)
    yield found
    found.adapter.close()


def scan(rig: SqlRig, version: str, cursor: str = "", table: str = "invoices") -> tuple[list[Snapshot], str]:
    """All snapshots, and the cursor after the last page."""
    assert rig.adapter.reader is not None
    pages = list(rig.adapter.reader.scan(table, version=version, cursor=cursor))
    return [s for page in pages for s in page.snapshots], pages[-1].cursor if pages else cursor


def insert(rig: SqlRig, number: int, **values: object) -> None:
    names = ["stripe_id", *values]
    marks = ", ".join(f":{name}" for name in names)
    rig.execute(f"INSERT INTO invoices ({', '.join(names)}) VALUES ({marks})", stripe_id=f"in_{number}", **values)


def keys(snapshots: list[Snapshot]) -> list[str]:
    return [s.content["stripe_id"] for s in snapshots]


def test_a_reading_holds_every_column_as_canonical_json(rig: SqlRig) -> None:
    insert(rig, 1, status="Paid", total="49.50", due="2026-02-01", seen_at="2026-01-31 09:30:00", open=True, changes=3)
    assert rig.adapter.reader is not None
    found = rig.adapter.reader.read("invoices", "1", version="changes")
    assert found is not None
    content = {**found.content, "total": str(found.content["total"]).rstrip("0")}
    assert content == {
        "id": 1, "stripe_id": "in_1", "status": "Paid", "seats": None, "total": "49.5", "due": "2026-02-01",
        "paid_at": None, "seen_at": "2026-01-31T09:30:00Z", "open": True, "changes": 3,
    }
    assert canonical.encode(dict(found.content))
    assert (found.id, found.version.sequence, found.version.at) == ("1", 3, rig.clock.now())


def test_a_reading_of_a_row_that_is_not_there_says_so(rig: SqlRig) -> None:
    assert rig.adapter.reader is not None
    found = rig.adapter.reader.read("invoices", "9")
    assert found is not None
    assert found.gone
    with pytest.raises(PermanentError, match="no id of invoices"):
        rig.adapter.reader.read("invoices", "nine")


def test_a_whole_number_orders_a_scan_and_decides_alone(rig: SqlRig) -> None:
    for number, changes in ((1, 30), (2, 9), (3, 100)):
        insert(rig, number, changes=changes)
    found, cursor = scan(rig, "changes")
    assert keys(found) == ["in_2", "in_1", "in_3"]
    assert [s.version.sequence for s in found] == [9, 30, 100]
    assert cursor == "100"
    insert(rig, 4, changes=100)
    insert(rig, 5, changes=99)  # behind the cursor: a version that goes back is not seen
    assert keys(scan(rig, "changes", cursor)[0]) == ["in_3", "in_4"]


def test_a_moment_is_when_a_row_changed_as_finely_as_it_is_written(rig: SqlRig) -> None:
    for number, seconds in ((1, "00.250000"), (2, "00"), (3, "01.000001")):
        insert(rig, number, seen_at=f"2026-01-31 09:30:{seconds}")
    found, cursor = scan(rig, "seen_at")
    assert keys(found) == ["in_2", "in_1", "in_3"]
    assert [s.version.at for s in found] == [
        datetime(2026, 1, 31, 9, 30, 0, tzinfo=UTC),
        datetime(2026, 1, 31, 9, 30, 0, 250000, tzinfo=UTC),
        datetime(2026, 1, 31, 9, 30, 1, 1, tzinfo=UTC),
    ]
    fine, milli = timedelta(microseconds=1), timedelta(milliseconds=1)
    assert [s.version.resolution for s in found] == [timedelta(seconds=1), milli, fine]
    assert {s.version.sequence for s in found} == {None}
    insert(rig, 4, seen_at="2026-01-31 09:30:02")
    assert keys(scan(rig, "seen_at", cursor)[0]) == ["in_3", "in_4"]


def test_a_moment_with_a_zone_goes_on_where_it_stopped(rig: SqlRig) -> None:
    insert(rig, 1, paid_at="2026-01-31 09:30:00+00:00" if rig.server else "2026-01-31 09:30:00")
    found, cursor = scan(rig, "paid_at")
    assert found[0].version.at == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    insert(rig, 2, paid_at="2026-01-31 10:40:00+01:00" if rig.server else "2026-01-31 09:40:00")
    insert(rig, 3, paid_at="2026-01-31 10:20:00+01:00" if rig.server else "2026-01-31 09:20:00")
    assert keys(scan(rig, "paid_at", cursor)[0]) == ["in_1", "in_2"]


def test_a_date_is_as_coarse_as_a_day(rig: SqlRig) -> None:
    insert(rig, 1, due="2026-02-01")
    version = scan(rig, "due")[0][0].version
    assert (version.at, version.resolution) == (datetime(2026, 2, 1, tzinfo=UTC), timedelta(days=1))


def test_a_text_is_a_sequence_unless_it_names_a_moment(rig: SqlRig) -> None:
    insert(rig, 1, status="rev-b")
    insert(rig, 2, status="rev-a")
    assert [s.version.sequence for s in scan(rig, "status")[0]] == ["rev-a", "rev-b"]
    rig.execute("UPDATE invoices SET status = '2026-01-31T09:30:00Z'")
    assert {s.version.sequence for s in scan(rig, "status")[0]} == {None}


def test_rows_that_share_a_version_across_pages_are_all_found_once(rig: SqlRig) -> None:
    rig.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, changes INTEGER)")
    values = ", ".join(f"({number}, 7)" for number in range(1, 1202))
    rig.execute(f"INSERT INTO t (id, changes) VALUES {values}")
    found, cursor = scan(rig, "changes", table="t")
    assert [s.id for s in found] == [str(number) for number in range(1, 1202)]
    assert len(scan(rig, "changes", cursor, table="t")[0]) == 1201


def test_rows_without_a_version_come_with_every_scan(rig: SqlRig) -> None:
    insert(rig, 1)
    insert(rig, 2, changes=5)
    found, cursor = scan(rig, "changes")
    assert keys(found) == ["in_1", "in_2"]
    insert(rig, 3, changes=6)
    assert keys(scan(rig, "changes", cursor)[0]) == ["in_1", "in_2", "in_3"]


def test_without_a_version_column_every_row_comes_with_every_scan(rig: SqlRig) -> None:
    for number in (2, 1):
        insert(rig, number)
    found, cursor = scan(rig, "")
    assert (keys(found), cursor) == (["in_2", "in_1"], "")


def test_a_fraction_is_no_version(rig: SqlRig) -> None:
    insert(rig, 1, total="1.50")
    with pytest.raises(PermanentError, match="a version is a whole number, a text or a moment"):
        scan(rig, "total")


def test_a_version_column_that_is_not_there_is_named(rig: SqlRig) -> None:
    with pytest.raises(PermanentError, match="no column 'change'; did you mean 'changes'"):
        scan(rig, "change")
