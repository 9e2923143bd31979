"""Scans: when one is due, where it goes on, and what it takes for news."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncengine.connectors.protocol import Page
from syncengine.engine.run import run
from syncengine.engine.scan import is_due, next_fire, scan
from syncengine.engine.world import World
from syncengine.errors import PermanentError, TemporaryError
from syncengine.model.event import Snapshot, Version
from syncengine.plan.plan import FlowPlan, Schedule
from tests.scenarios.stage import Stage


@pytest.fixture
def stage(tmp_path: Any) -> Stage:
    return Stage(tmp_path, "scanned")


class Source:
    """A reader whose pages and troubles are told beforehand."""

    def __init__(self, *pages: Page | Exception) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def read(self, record: str, id: str, *, version: str = "") -> Snapshot | None:  # noqa: A002
        raise AssertionError("nobody reads one record here")

    def scan(self, record: str, *, version: str, cursor: str) -> Iterator[Page]:
        self.asked.append(cursor)
        for page in self.pages:
            if isinstance(page, Exception):
                raise page
            yield page


def reading_from(world: World, source: Source) -> World:
    erp = replace(world.adapters["erp"], reader=source)
    return replace(world, adapters={**world.adapters, "erp": erp})


def page(cursor: str, *values: tuple[str, int | None, int]) -> Page:
    """Of (id, version, credit)."""
    return Page(snapshots=tuple(row(*value) for value in values), cursor=cursor)


def row(own: str, sequence: int | None, credit: int, at: datetime = datetime(2026, 6, 1, tzinfo=UTC)) -> Snapshot:
    content = {"id": own, "stripe_id": own, "credit_limit": credit}
    return Snapshot(
        record="accounts", id=own, content=content, version=Version(at=at, resolution=timedelta(0), sequence=sequence)
    )


def erp_flow(world: World) -> FlowPlan:
    return world.plan.flows["account.erp"]


def arrived(world: World) -> int:
    return len(world.store.due_inputs(1000))


def test_a_flow_that_was_never_scanned_is_due_at_once_and_then_by_its_schedule(stage: Stage, world: World) -> None:
    assert is_due(world, erp_flow(world))
    list(scan(reading_from(world, Source()), erp_flow(world)))
    assert not is_due(world, erp_flow(world))
    stage.clock.advance(timedelta(minutes=29, seconds=59))
    assert not is_due(world, erp_flow(world))
    stage.clock.advance(timedelta(seconds=1))
    assert is_due(world, erp_flow(world))


def test_a_scan_goes_on_from_the_cursor_of_the_last(world: World) -> None:
    source = Source(page("a", ("1", 1, 5)), page("b", ("2", 1, 5)))
    seen = reading_from(world, source)
    assert list(scan(seen, erp_flow(world))) == [1, 1]
    assert arrived(world) == 2
    list(scan(seen, erp_flow(world)))
    assert source.asked == ["", "b"]
    assert arrived(world) == 2


@pytest.mark.parametrize("trouble", [TemporaryError("away"), PermanentError("no such table")])
def test_a_scan_that_was_broken_off_stays_due_and_goes_on_where_it_stopped(world: World, trouble: Exception) -> None:
    flow = erp_flow(world)
    with pytest.raises(type(trouble)):
        list(scan(reading_from(world, Source(page("a", ("1", 1, 5)), trouble)), flow))
    assert is_due(world, flow)
    rest = Source(page("b", ("2", 1, 5)))
    list(scan(reading_from(world, rest), flow))
    assert rest.asked == ["a"]
    assert not is_due(world, erp_flow(world))
    assert arrived(world) == 2


def test_a_scan_that_was_left_in_the_middle_stays_due(world: World) -> None:
    way = scan(reading_from(world, Source(page("a", ("1", 1, 5)), page("b", ("2", 1, 5)))), erp_flow(world))
    next(way)
    del way
    assert is_due(world, erp_flow(world))


def test_the_same_version_seen_later_is_no_news_and_no_collision(stage: Stage, world: World) -> None:
    for hour in (1, 2):
        again = row("1", 1, 5, datetime(2026, 6, 1, hour, tzinfo=UTC))
        list(scan(reading_from(world, Source(Page(snapshots=(again,), cursor="a"))), erp_flow(world)))
    assert arrived(world) == 1
    assert (stage.store.tally(world.session).collisions, stage.store.tally(world.session).reviews) == (0, 0)


def test_a_value_that_went_and_came_back_without_a_version_has_come_back(world: World) -> None:
    for hour, credit in enumerate((5, 6, 5)):
        seen = row("1", None, credit, datetime(2026, 6, 1, hour, tzinfo=UTC))
        list(scan(reading_from(world, Source(Page(snapshots=(seen,), cursor="a"))), erp_flow(world)))
    assert arrived(world) == 3


def test_a_system_that_nobody_can_read_is_named(stage: Stage, world: World) -> None:
    blind = replace(world, adapters={**world.adapters, "erp": replace(world.adapters["erp"], reader=None)})
    assert run(blind, {}, {}).away == {"erp": "erp cannot be read"}


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("cron", "after", "fires"),
    [
        ("30 2 * * *", "2026-03-28T12:00+01:00", "2026-03-29T03:00+02:00"),  # half past two does not exist
        ("30 2 * * *", "2026-10-24T12:00+02:00", "2026-10-25T02:30+02:00"),  # exists twice: the first one
        ("30 2 * * *", "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"),  # and only that
        ("0 8 * * 1", "2026-03-28T12:00+01:00", "2026-03-30T08:00+02:00"),  # wall clock, summer and winter
        ("0 8 * * 1", "2026-10-24T12:00+02:00", "2026-10-26T08:00+01:00"),
    ],
)
def test_a_schedule_fires_by_the_wall_clock_of_its_zone(cron: str, after: str, fires: str) -> None:
    schedule = Schedule(cron=cron, zone="Europe/Berlin")
    assert next_fire(schedule, berlin(after)).astimezone(UTC) == berlin(fires)
