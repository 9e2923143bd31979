"""A record that is known by its own id is found, written and probed by it, whatever stands at our key."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.engine.events import customer
from tests.scenarios.stage import Stage

REQUEST = {"account_id": "accounts-1", "amount": 12000, "currency": "EUR"}
HELD = (True, "kyb pending")
CRM_KEY = "    key: id\n"
OWNER = "owner: finance-systems\n"
SCAN = '    sync: {cron: "*/30 * * * *"}\n    version: changed\n'
PAYMENT_RUN = "fresh: {expected: %s, incident: 4h, look_at: Payment run}"
PAYOUT = "objects/payout.yaml"


def requests(folder: Path, key: str = CRM_KEY, *, two_births: bool = False) -> Stage:
    """Payout requests of a CRM that show their hold there."""
    stage = Stage(folder, "requests")
    stage.rewrite("objects/invoice.yaml", "    only: \"status in ['open', 'paid']\"\n", "")
    stage.rewrite(PAYOUT, CRM_KEY, key)
    if two_births:
        stage.rewrite(PAYOUT, OWNER, f"{OWNER}born_in: [crm, erp]\n")
        stage.rewrite(PAYOUT, "    key: request\n", f"    key: request\n{SCAN}")
        stage.rewrite(PAYOUT, PAYMENT_RUN % "5m", PAYMENT_RUN % "30m")
    stage.deliver([customer("evt_c", kyb="submitted")])
    stage.run()
    stage.insert("crm", "payout_requests", REQUEST)
    return stage


def shown(stage: Stage) -> tuple[Any, Any]:
    (row,) = stage.targets["crm"].rows("payout_requests")
    return row.content.get("on_hold"), row.content.get("hold_reason")


def gone(stage: Stage) -> list[str]:
    return [record["object"] for record in stage.store.dump()["records"] if record["tombstone"]]


@pytest.mark.parametrize("two_births", [False, True])
@pytest.mark.parametrize("key", [CRM_KEY, "    key: syncengine_ref\n", ""])
def test_what_is_born_there_shows_its_hold_though_our_key_does_not_stand_in_it(
    tmp_path: Path, key: str, *, two_births: bool
) -> None:
    stage = requests(tmp_path, key, two_births=two_births)
    stage.run()
    stage.run()
    assert shown(stage) == HELD
    assert stage.tally is not None
    assert (stage.tally.reviews, gone(stage)) == (0, [])
    stage.deliver([customer("evt_d", 99, kyb="passed")])
    stage.run()
    stage.run()
    assert len(stage.table("erp", "payouts")) == 1
    assert shown(stage) == (False, None)


@pytest.mark.parametrize("lies", [["lose_answer"], ["time_out"]])
def test_a_write_of_unknown_outcome_is_probed_by_the_own_id_too(tmp_path: Path, lies: Sequence[str]) -> None:
    stage = requests(tmp_path, "    key: syncengine_ref\n")
    stage.lie("crm", list(lies))
    stage.run()
    stage.run()
    assert shown(stage) == HELD
    assert gone(stage) == []


def test_what_was_really_removed_is_gone(tmp_path: Path) -> None:
    stage = requests(tmp_path, "    key: syncengine_ref\n")
    stage.run()
    stage.targets["crm"].remove("payout_requests", "payout_requests-1", now=stage.clock.now())
    stage.deliver([customer("evt_d", 99, kyb="passed")])
    stage.run()
    assert gone(stage) == ["payout"]


@pytest.mark.parametrize("left", [None, "cus_9"])
def test_a_record_whose_key_somebody_took_out_is_not_taken_for_gone(tmp_path: Path, left: str | None) -> None:
    stage = Stage(tmp_path)
    stage.deliver([customer("evt_1", name="Acme")])
    stage.run()
    stage.edit("crm", "accounts", "cus_1", {"stripe_id": left})
    stage.deliver([customer("evt_2", 9, name="Acme AG")])
    stage.run()
    assert stage.tally is not None
    assert stage.tally.reviews == 0
    (row,) = stage.targets["crm"].rows("accounts")
    assert (row.content["name"], row.content["stripe_id"]) == ("Acme AG", left)
