"""A write that is decided, prepared and cannot be sent: what is decided meanwhile counts, and not what it says."""

from typing import Any

import pytest

from tests.engine.events import customer
from tests.scenarios.stage import Stage


def changed(event: str, at: int, *, name: str, email: str | None = None) -> dict[str, Any]:
    told = customer(event, at, name=name)
    return {**told, "object": {**told["object"], "email": email}}


@pytest.fixture
def stuck(stage: Stage) -> Stage:
    """The CRM goes away between the intent of a write and its first byte, so that its bytes are frozen."""
    stage.deliver([customer("evt_1")])
    stage.run()
    stage.armed["intent.committed"] = lambda: setattr(stage.targets["crm"], "away", True)
    stage.deliver([changed("evt_2", 10, name="Acme Two")])
    stage.run()
    return stage


def test_what_it_wrote_is_taken_back_when_that_was_decided_before_it_was_sent(stuck: Stage) -> None:
    """The last decision of the three names no name: when it was made, the name that it wants stood there."""
    stuck.deliver([changed("evt_3", 20, name="Acme")])
    stuck.run()
    stuck.deliver([changed("evt_4", 30, name="Acme", email="ap@acme.example")])
    stuck.run()
    stuck.targets["crm"].away = False
    stuck.run()
    row = stuck.table("crm", "accounts")["cus_1"]
    assert (row["name"], row["email"]) == ("Acme", "ap@acme.example")


def test_it_is_sent_as_it_was_frozen_and_what_was_decided_since_comes_after_it(stuck: Stage) -> None:
    stuck.deliver([changed("evt_3", 20, name="Acme Three")])
    stuck.run()
    stuck.targets["crm"].away = False
    stuck.run()
    assert stuck.table("crm", "accounts")["cus_1"]["name"] == "Acme Three"
    names = [effect.places.get("name") for effect in stuck.targets["crm"].log]
    assert names == ["Acme", "Acme Two", "Acme Three"]
