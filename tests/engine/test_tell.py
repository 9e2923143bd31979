"""Who listens hears what came into the ledger, and what did not is not told; where nobody listens, nothing is done."""

from collections.abc import Mapping
from typing import Any

import pytest

from syncengine.clock import ManualClock, to_text
from syncengine.engine import tell
from syncengine.model.action import Candidate
from syncengine.model.event import Refused
from syncengine.model.news import News
from syncengine.model.record import Record
from syncengine.store.protocol import IntakeReceipt, Move, Want
from syncengine.vocabulary import ActionKind, ActionState

CLOCK = ManualClock()


class Ledger:
    def records(self, ids: set[int]) -> Mapping[int, Record]:
        return {n: Record(object="invoice", entity=f"e{n}", birth=("invoice.billing", f"in_{n}")) for n in ids}


class World:
    """The part of a world that telling asks. `store` is there only where somebody listens."""

    clock = CLOCK

    def __init__(self, *, listens: bool) -> None:
        self.heard: list[News] = []
        self.news = self.heard.append if listens else None
        if listens:
            self.store = Ledger()


def move(number: int, to: ActionState) -> Move:
    candidate = Candidate(
        id=number, key=f"key{number}", kind=ActionKind.UPDATE, flow="invoice.crm", state=ActionState.READY, sequence=1,
        content={"Status__c": "Paid"}, write_set="crm-view", record_id=number, fence=0,
    )  # fmt: skip
    return Move(candidate=candidate, to=to, why="so it is")


def everything(world: Any) -> None:
    tell.moved(world, [move(1, ActionState.CANCELLED), move(2, ActionState.DEAD_LETTERED)], [])
    tell.settled(world, {}, [])
    line = Refused(system="billing", body=b"", reason="not JSON", file="a.jsonl", line=3, received_at=CLOCK.now())
    tell.taken(world, "billing", [line], IntakeReceipt(new=0, duplicates=0, collisions=2, refused=1))
    tell.not_read(world, "billing", Want(flow="invoice.billing", id="in_1", why="", tries=0), "it is away")
    tell.away(world, {"crm": "no connection", "billing": "no answer in time"})


def test_where_nobody_listens_nothing_is_looked_up() -> None:
    world = World(listens=False)
    everything(world)
    assert world.heard == []


def test_who_listens_hears_everything_in_its_order() -> None:
    world = World(listens=True)
    everything(world)
    assert [(news.type.value, news.system, news.record, news.key, news.why) for news in world.heard] == [
        ("action.cancelled", "", "in_1", "key1", "so it is"),
        ("action.dead_lettered", "", "in_2", "key2", "so it is"),
        ("delivery.refused", "billing", "", "", "a.jsonl:3: not JSON"),
        ("delivery.collided", "billing", "", "", "2 with a known id and another body: kept, and listed for review"),
        ("reading.failed", "billing", "in_1", "", "it is away"),
        ("system.away", "billing", "", "", "no answer in time"),
        ("system.away", "crm", "", "", "no connection"),
    ]
    assert {to_text(news.at) for news in world.heard} == {to_text(CLOCK.now())}
    assert world.heard[0].places == {"Status__c": "Paid"}


@pytest.mark.parametrize(("to", "told"), [(ActionState.WAITING, 0), (ActionState.READY, 0), (ActionState.HELD, 1)])
def test_what_goes_on_by_itself_is_no_news(to: ActionState, told: int) -> None:
    world: Any = World(listens=True)
    tell.moved(world, [move(1, to)], [])
    assert len(world.heard) == told


def test_what_had_moved_meanwhile_is_not_told() -> None:
    world: Any = World(listens=True)
    tell.moved(world, [move(1, ActionState.CANCELLED), move(2, ActionState.CANCELLED)], [1])
    assert [news.key for news in world.heard] == ["key2"]
