"""Where the hold of a gate has to be seen: in every CRM and every support system of the inventory."""

from pathlib import Path

import pytest

from syncengine.model.finding import Finding
from tests.check.laid_over import judged
from tests.specs.maps import GOOD

SUPPORT = "support: {kind: support, connector: desk, owner: revops, cleared_for: [public, internal, financial, pii]}\n"
PAYOUT, AUTHORITY, GATES, SYSTEMS = "objects/payout.yaml", "authority.yaml", "gates.yaml", "systems.yaml"
SHOWN = "hold.open, hold.reason, hold.next_action"


def invisible(folder: Path, files: dict[str, str]) -> list[Finding]:
    return [f for f in judged(folder, files) if f.rule == "hold/invisible"]


@pytest.mark.parametrize("missing", ["hold.open", "hold.reason", "hold.next_action"])
def test_each_of_three_fields_has_to_be_granted(missing: str, tmp_path: Path) -> None:
    granted = ", ".join(name for name in SHOWN.split(", ") if name != missing)
    (finding,) = invisible(tmp_path, {AUTHORITY: GOOD[AUTHORITY].replace(SHOWN, granted)})
    assert (finding.message, finding.remedy) == (
        "the hold of payout-release is not shown in crm, which is of kind crm",
        f"Spell and grant {missing} in payout.crm.",
    )
    assert (finding.place.line, finding.place.column, finding.path) == (1, 1, "payout-release")


def test_a_grant_that_never_updates_shows_nothing(tmp_path: Path) -> None:
    authority = GOOD[AUTHORITY].replace("[update], object: payout", "[create], object: payout")
    (finding,) = invisible(tmp_path, {AUTHORITY: authority})
    assert finding.remedy == "Grant `update` in payout.crm."


def test_the_object_that_is_asked_may_show_it_instead(tmp_path: Path) -> None:
    hold = "      hold.open: a\n      hold.reason: b\n      hold.next_action: c\n"
    account = GOOD["objects/account.yaml"].replace("    fresh: {expected: 60s", f"{hold}    fresh: {{expected: 60s")
    authority = GOOD[AUTHORITY].replace(f"[{SHOWN}]", "[hold.open]").replace("[name, email]", f"[name, email, {SHOWN}]")
    assert invisible(tmp_path, {"objects/account.yaml": account, AUTHORITY: authority}) == []


def test_every_system_that_people_look_at_has_to_show_it(tmp_path: Path) -> None:
    (finding,) = invisible(tmp_path, {SYSTEMS: GOOD[SYSTEMS] + SUPPORT})
    assert finding.message == "the hold of payout-release is not shown in support, which is of kind support"
    assert finding.remedy == f"Add a flow of support to payout or account, and spell and grant {SHOWN} in it."


def test_what_is_stopped_does_not_show_its_own_hold(tmp_path: Path) -> None:
    """The CRM's account is held because of itself: there is no account in the CRM that could tell."""
    gates = GOOD[GATES].replace("object: payout, in: billing", "object: account, in: crm").replace("payee\n", "self\n")
    assert invisible(tmp_path, {GATES: gates}) == []
    gates = gates.replace("object: account, in: crm", "object: invoice, in: crm").replace("self\n", "account\n")
    (finding,) = invisible(tmp_path, {GATES: gates})
    assert finding.remedy == f"Spell and grant {SHOWN} in account.crm."


def test_a_gate_that_stops_nothing_has_nothing_to_show(tmp_path: Path) -> None:
    gates = GOOD[GATES].replace("in: billing", "in: crm")
    assert invisible(tmp_path, {GATES: gates}) == []
