"""Payouts that the ERP asks for and the bank owns: one order, whatever crashes and in whatever order it all happens."""

from collections.abc import Callable
from itertools import count, permutations
from pathlib import Path

import pytest

from syncengine.store.memory import MemoryStore
from tests.engine.events import customer
from tests.engine.test_built_in import Crashing, run_into_a_crash
from tests.scenarios.stage import Stage

SEVERAL = 8
REQUEST = {"account_id": "accounts-1", "amount": "120.00", "currency": "EUR"}
ORDER = {"beneficiary": "beneficiaries-1", "amount": 12000, "currency": "EUR", "source": "syncengine"}


def new_stage(folder: Path, over: str = "payouts") -> Crashing:
    folder.mkdir(parents=True)
    return Crashing(folder, over)


def orders(stage: Stage) -> list[object]:
    return [row.content for row in stage.targets["bank"].rows("payment_orders")]


def test_a_crash_at_any_step_leaves_one_order(tmp_path: Path) -> None:
    for nth in count(1):
        stage = new_stage(tmp_path / f"{nth}")
        stage.deliver([customer("evt_c")])
        stage.run()
        stage.insert("erp", "payout_requests", REQUEST)
        crashed = run_into_a_crash(stage, nth)
        stage.run()
        stage.run()
        assert orders(stage) == [{"payout_key": "payout_requests-1", **ORDER}]
        assert stage.table("crm", "payouts")["payout_requests-1"]["bank_id"] == "payment_orders-1"
        if not crashed:
            break
    assert nth > SEVERAL


def ask(stage: Stage) -> None:
    stage.insert("erp", "payout_requests", REQUEST)


def check(stage: Stage) -> None:
    stage.deliver([customer("evt_c2", 9)])


def lose(stage: Stage) -> None:
    stage.lie("bank", ["lose_answer"])


def replay(stage: Stage) -> None:
    """Everything that was read is read again, as after a restored cursor."""
    assert isinstance(stage.store, MemoryStore)
    ledger = stage.store._ledger  # what no person can do from outside
    for flow in list(ledger.cursors):
        ledger.cursors.drop(flow)


STEPS: tuple[Callable[[Stage], None], ...] = (ask, check, lose, replay)


ORDERS = [
    *((order, "payouts") for order in permutations(STEPS)),
    *((order, "payouts_of_two") for order in permutations(STEPS[:3])),
]
NAMES = [f"{over}: {' '.join(step.__name__ for step in order)}" for order, over in ORDERS]


@pytest.mark.parametrize(("order", "over"), ORDERS, ids=NAMES)
def test_the_order_in_which_it_happens_changes_nothing(
    order: tuple[Callable[[Stage], None], ...], over: str, tmp_path: Path
) -> None:
    stage = new_stage(tmp_path / "it", over)
    stage.deliver([customer("evt_c", kyb="submitted")])
    stage.run()
    for step in order:
        step(stage)
        stage.run()
    stage.run()
    key = "payout_requests-1" if over == "payouts" else "erp_request:payout_requests-1"
    assert orders(stage) == [{"payout_key": key, **ORDER}]
    (shown,) = stage.table("crm", "payouts").values()
    assert (shown["account_id"], shown["amount"], shown["bank_id"]) == ("cus_1", "120.00", "payment_orders-1")
    assert shown["on_hold"] is False
    (entity,) = [r for r in stage.store.dump()["records"] if r["object"] == "payout"]
    assert entity["fields"]["amount"] == {"currency": "EUR", "minor": 12000}
    assert stage.tally is not None
    assert (stage.tally.conflicts, stage.tally.reviews) == (0, 0)
