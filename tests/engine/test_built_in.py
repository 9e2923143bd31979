"""What the engine shows of itself, whatever happens between knowing it and showing it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from syncengine.clock import ManualClock
from syncengine.engine.holds import Holds
from syncengine.model.action import Hold, OpenHold
from tests.engine.events import customer, invoice
from tests.scenarios.stage import NOON, Stage

HELD = {"on_hold": True, "hold_reason": "kyb pending", "held_since": "2026-06-01T13:00:00Z", "booking": None}
NOT_HELD = {"on_hold": False, "hold_reason": None, "held_since": None}
SEVERAL = 10
"""Steps that each of these runs has at least."""


class Crash(BaseException):
    """The process is gone."""


class Crashing(Stage):
    """A stage whose run ends at a boundary: at the nth that it passes, 0 for none. What is armed comes first."""

    nth = 0
    passed = 0

    def _boundary(self, name: str) -> None:
        super()._boundary(name)
        self.passed += 1
        if self.passed == self.nth:
            raise Crash(name)


def new_stage(folder: Path) -> Crashing:
    folder.mkdir()
    return Crashing(folder, "held")


def run_into_a_crash(stage: Crashing, nth: int) -> bool:
    """Whether the run came so far. The next one begins at the same hour."""
    stage.nth, stage.passed = nth, 0
    try:
        stage.run()
    except Crash:
        stage.clock = ManualClock(stage.clock.now() - timedelta(hours=1))
        return True
    finally:
        stage.nth = 0
    return False


def row(stage: Stage, table: str, key: str, like: dict[str, Any]) -> dict[str, Any]:
    shown = stage.table("crm", table)[key]
    return {column: shown.get(column) for column in like}


def test_a_crash_at_any_step_leaves_the_hold_shown_in_the_end(tmp_path: Path) -> None:
    for nth in count(1):
        stage = new_stage(tmp_path / f"{nth}")
        stage.deliver([customer("evt_c", 0, kyb="submitted"), invoice("evt_1", 10)])
        crashed = run_into_a_crash(stage, nth)
        if crashed:
            stage.run()
        assert row(stage, "invoices", "in_1", HELD) == HELD
        assert row(stage, "accounts", "cus_1", HELD)["hold_reason"] == "kyb pending"
        assert stage.table("erp", "invoices") == {}
        if not crashed:
            break
    assert nth > SEVERAL


def test_a_crash_at_any_step_leaves_the_release_shown_in_the_end(tmp_path: Path) -> None:
    for nth in count(1):
        stage = new_stage(tmp_path / f"{nth}")
        stage.deliver([customer("evt_c", 0, kyb="submitted"), invoice("evt_1", 10)])
        stage.run()
        stage.deliver([customer("evt_2", 20, kyb="passed")])
        crashed = run_into_a_crash(stage, nth)
        if crashed:
            stage.run()
        assert row(stage, "invoices", "in_1", NOT_HELD) == NOT_HELD
        assert row(stage, "accounts", "cus_1", NOT_HELD) == NOT_HELD
        (booked,) = stage.targets["erp"].rows("invoices")
        assert row(stage, "invoices", "in_1", {"booking": ""}) == {"booking": booked.id}
        if not crashed:
            break
    assert nth > SEVERAL


def test_holds_are_loaded_for_objects_that_show_them_and_for_what_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = new_stage(tmp_path / "it")
    stage.deliver([customer("evt_c", 0, kyb="submitted"), invoice("evt_1", 10)])
    stage.run()
    asked: list[set[str]] = []
    ask = stage.store.open_holds

    def open_holds(entities: Iterable[str]) -> Sequence[OpenHold]:
        asked.append(set(entities))
        return ask(asked[-1])

    monkeypatch.setattr(stage.store, "open_holds", open_holds)
    payment = {"object": "payment_intent", "id": "pi_1", "status": "succeeded"}
    stage.deliver([{"event": "evt_p", "type": "payment_intent.succeeded", "at": 5, "object": payment}])
    stage.run()
    stage.deliver([{"event": "evt_q", "type": "payment_intent.succeeded", "at": 6, "object": payment}])
    stage.run()
    assert asked == [], "payments show no holds"
    stage.deliver([invoice("evt_2", 20, total=200)])
    stage.run()
    assert [len(entities) for entities in asked] == [1, 2], "the invoice; then, since its hold is another one, both"


# --- the holds of a claim


def hold(about: str, need: str = "kyb") -> Hold:
    return Hold(gate="g", need=need, about=about, status="pending", next="ask", since=NOON)


def told(holds: Holds, entity: str) -> list[tuple[str, str, str, str]]:
    return [(one.entity, one.flow, one.hold.about, one.hold.need) for one in holds.around(entity)]


def test_what_was_loaded_is_found_around_both_records() -> None:
    holds = Holds()
    mine = [OpenHold(entity="a", flow="x", hold=hold("acc", need)) for need in ("kyb", "aml")]
    holds.know([*mine, OpenHold(entity="b", flow="x", hold=hold("acc"))])
    assert told(holds, "a") == [("a", "x", "acc", "kyb"), ("a", "x", "acc", "aml")]
    assert told(holds, "acc") == [*told(holds, "a"), ("b", "x", "acc", "kyb")]
    assert told(holds, "nobody") == []


def test_what_the_fold_decided_takes_the_place_of_what_was_loaded() -> None:
    holds = Holds()
    holds.know([OpenHold(entity="a", flow="x", hold=hold("acc")), OpenHold(entity="a", flow="y", hold=hold("a"))])
    holds.decided(("a", "x"), [hold("other")])
    assert told(holds, "acc") == []
    assert told(holds, "other") == [("a", "x", "other", "kyb")]
    assert sorted(told(holds, "a")) == [("a", "x", "other", "kyb"), ("a", "y", "a", "kyb")]
    holds.decided(("a", "x"), [])
    assert told(holds, "other") == []
    assert told(holds, "a") == [("a", "y", "a", "kyb")]
