"""The second judgement is what stops a payment whose check was revoked, or grew too old, after it was decided: with it
removed the scenarios that say so fail.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from syncengine.decide.rejudge import Rejudgement, Ruling
from syncengine.engine import deliver
from tests.scenarios.stage import HERE, Stage
from tests.scenarios.test_scenarios import play

RESTS_ON_IT = (
    "A check that is revoked between the decision and the intent stops the order, though nothing was decided since",
    "A check that grows too old while the order waits stops it, by the clock alone",
    "What nobody could read for too long is not trusted - the order waits until the CRM is back",
)


@pytest.mark.parametrize("name", RESTS_ON_IT)
def test_without_the_second_judgement_the_order_would_be_made(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenarios: list[dict[str, Any]] = yaml.safe_load((HERE / "gate.yaml").read_text())
    (scenario,) = (s for s in scenarios if s["scenario"] == name)

    def pass_everything(*_: object) -> Rejudgement:
        return Rejudgement(ruling=Ruling.SEND)

    monkeypatch.setattr(deliver, "rejudge", pass_everything)
    with pytest.raises(AssertionError, match=r"erp.payment_order has \['payout_request-1'\]"):
        play(Stage(tmp_path, scenario["map"]), scenario["steps"])
