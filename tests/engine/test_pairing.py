"""The pairing step: lists what a flow holds before anything is made there, and compares everybody with it."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from syncengine.connectors.memory.adapt import MemorySystem
from syncengine.connectors.protocol import Page
from syncengine.engine.summary import as_text
from syncengine.evidence.trace import trace
from syncengine.evidence.view import PlanView
from syncengine.evidence.wording import tell
from syncengine.vocabulary import ActionState, PairState
from tests.scenarios.stage import Stage

RULES = "matched_by: [vat, email, [name, city]]\n"
New = Callable[[], Stage]


@pytest.fixture
def new(tmp_path: Path) -> New:
    numbers = count(1)

    def make() -> Stage:
        folder = tmp_path / f"{next(numbers)}"
        folder.mkdir()
        return Stage(folder, "matched")

    return make


@pytest.fixture
def stage(new: New) -> Stage:
    return new()


def customer(number: int, **said: Any) -> dict[str, Any]:
    metadata = {"kyb": "passed", **({"vat": said.pop("vat")} if "vat" in said else {})}
    shown = {"object": "customer", "id": f"cus_{number}", "name": f"Customer {number}", "email": None, **said}
    address = {"city": shown.pop("city", None)}
    content = {**shown, "address": address, "metadata": metadata}
    return {"event": f"evt_{number}", "type": "customer.created", "at": number, "object": content}


def accounts(stage: Stage) -> dict[str, str]:
    """Own ids of the CRM's rows by our key, those without one by themselves."""
    return {key: row["id"] for key, row in stage.table("crm", "accounts").items()}


def unpaired(stage: Stage) -> dict[str, int]:
    assert stage.tally is not None
    return {state.value: n for state, n in stage.tally.unpaired.items()}


# --- when a flow is listed


def listings(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every time that a table is listed, by name."""
    seen: list[str] = []
    scan = MemorySystem.scan

    def watched(self: MemorySystem, record: str, *, version: str, cursor: str) -> Iterator[Page]:
        seen.append(record)
        return scan(self, record, version=version, cursor=cursor)

    monkeypatch.setattr(MemorySystem, "scan", watched)
    return seen


def test_a_flow_is_listed_once_and_only_when_somebody_might_be_made_there(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = listings(stage, monkeypatch)
    stage.run()
    assert seen == []
    stage.deliver([customer(1, email="a@acme.example")])
    stage.run()
    assert seen == ["accounts", "accounts"]  # of the CRM and of the ERP
    stage.deliver([customer(2, email="b@beta.example")])
    stage.run()
    assert seen == ["accounts", "accounts"]
    assert accounts(stage) == {"cus_1": "accounts-1", "cus_2": "accounts-2"}


def test_an_open_question_has_its_flow_listed_again_by_every_run_and_no_other_flow(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        stage.insert("crm", "accounts", {"name": "Acme", "email": "a@acme.example"})
    stage.deliver([customer(1, email="a@acme.example")])
    stage.run()
    seen = listings(stage, monkeypatch)
    stage.run()
    stage.run()
    assert seen == ["accounts", "accounts"]
    assert unpaired(stage) == {"review": 1}


def test_a_page_without_records_ends_no_listing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.insert("crm", "accounts", {"name": "Acme", "email": "a@acme.example"})
    scan = MemorySystem.scan

    def with_gaps(self: MemorySystem, record: str, *, version: str, cursor: str) -> Iterator[Page]:
        for page in scan(self, record, version=version, cursor=cursor):
            yield Page(snapshots=(), cursor="")
            yield page

    monkeypatch.setattr(MemorySystem, "scan", with_gaps)
    stage.deliver([customer(1, email="a@acme.example")])
    stage.run()
    assert accounts(stage) == {"cus_1": "accounts-1"}


def test_a_listing_that_breaks_off_counts_for_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.insert("crm", "accounts", {"name": "Acme", "email": "a@acme.example"})
    scan = MemorySystem.scan

    def broken(self: MemorySystem, record: str, *, version: str, cursor: str) -> Iterator[Page]:
        yield from scan(self, record, version=version, cursor=cursor)
        raise RuntimeError("a bug of the connector")

    stage.deliver([customer(1, email="a@acme.example"), customer(2, email="b@beta.example")])
    with monkeypatch.context() as patched:
        patched.setattr(MemorySystem, "scan", broken)
        stage.run()
    assert stage.done is not None
    assert {name: fault.why for name, fault in stage.done.faults.items()} == {
        "crm": "a bug in the connector of crm: RuntimeError", "erp": "a bug in the connector of erp: RuntimeError",
    }  # fmt: skip
    assert accounts(stage) == {"accounts-1": "accounts-1"}
    assert unpaired(stage) == {"waiting": 4}
    stage.run()
    assert accounts(stage) == {"cus_1": "accounts-1", "cus_2": "accounts-2"}


def test_what_waits_is_said_to_people(stage: Stage) -> None:
    stage.targets["crm"].away = True
    stage.deliver([customer(1, email="a@acme.example")])
    stage.run()
    assert stage.tally is not None
    assert stage.done is not None
    said = as_text(stage.tally, stage.done)
    assert "unmatched  1 wait until all that is there has been listed and compared" in said
    assert "away       crm: the system is away" in said


def test_a_question_is_told_from_either_side(stage: Stage) -> None:
    for _ in range(2):
        stage.insert("crm", "accounts", {"name": "Acme", "email": "a@acme.example"})
    stage.deliver([customer(1, email="a@acme.example")])
    stage.run()
    for name in ("cus_1", "accounts-1", "account.crm:accounts-2"):
        hits = stage.store.find(name)
        dossier = stage.store.dossier([number for hit in hits for number in hit.records], [])
        told = tell(trace(dossier, hits, PlanView()))
        assert "the same email in crm accounts-1, accounts-2 and in ours stripe cus_1" in told
        assert ("  (candidate)" in told) is (name != "cus_1")


# --- what moves before it is linked


def test_who_says_something_else_by_the_time_it_is_read_is_not_linked_by_a_weaker_rule(stage: Stage) -> None:
    acme = {"name": "Acme GmbH", "city": "Köln"}
    stage.insert("crm", "accounts", {**acme, "email": "a@acme.example"})
    stage.insert("crm", "accounts", acme)
    stage.deliver([customer(1, email="a@acme.example", **acme), customer(2, name="Other", email="b@other.example")])
    moved = {"email": "b@other.example"}
    stage.armed["listing.ended"] = lambda: stage.edit("crm", "accounts", "accounts-1", moved)
    stage.run()
    assert accounts(stage) == {"accounts-1": "accounts-1", "accounts-2": "accounts-2", "cus_2": "accounts-3"}
    assert unpaired(stage) == {"review": 1}


def _candidate(name: str, at: int) -> dict[str, Any]:
    shown = {"object": "customer", "id": name, "name": "Acme", "email": "a@acme.example"}
    content = {**shown, "metadata": {"kyb": "passed"}}
    return {"event": f"evt_{name}", "type": "customer.created", "at": at, "object": content}


@pytest.mark.parametrize("together", [False, True])
def test_a_second_candidate_that_comes_while_the_first_is_read_makes_it_a_question(
    tmp_path: Path, *, together: bool
) -> None:
    stage = Stage(tmp_path, "known")
    stage.insert("crm", "accounts", {"name": "Acme", "billing_email": "a@acme.example"})
    first, second = _candidate("cus_1", 4), _candidate("cus_2", 5)
    stage.snapshot("customers", first["object"])
    stage.deliver([first])
    stage.armed["reading.read"] = lambda: stage.judge_now([second], limit=0 if together else 1000)
    stage.run()
    assert unpaired(stage) == {"review": 1}
    assert stage.store.find("account.stripe:cus_2")[0].what == "candidate"


def test_a_match_that_an_earlier_run_did_not_read_is_compared_anew(stage: Stage) -> None:
    stage.insert("crm", "accounts", {"name": "Acme", "email": "a@acme.example"})
    stage.deliver([customer(1, email="a@acme.example")])
    stage.armed["listing.ended"] = lambda: setattr(stage.targets["crm"], "away", True)
    stage.run()
    assert unpaired(stage) == {"reading": 1}
    stage.insert("crm", "accounts", {"name": "Acme 2", "email": "a@acme.example"})
    stage.run()
    assert unpaired(stage) == {"waiting": 1}  # it is still away
    stage.targets["crm"].away = False
    stage.run()
    assert accounts(stage) == {"accounts-1": "accounts-1", "accounts-2": "accounts-2"}
    assert unpaired(stage) == {"review": 1}


def test_an_account_that_may_only_be_updated_is_linked_and_kept_in_step_without_our_key(stage: Stage) -> None:
    granted = "], object: account, in: crm"
    stage.rewrite("authority.yaml", f"[create, update{granted}", f"[update{granted}")
    stage.insert("crm", "accounts", {"name": "ACME", "email": "a@acme.example"})
    stage.deliver([customer(1, name="Acme", email="a@acme.example"), customer(2, email="b@beta.example")])
    stage.run()
    stage.deliver([{**customer(1, name="Acme AG", email="a@acme.example"), "event": "evt_9", "at": 99}])
    stage.run()
    (row,) = stage.targets["crm"].rows("accounts")
    assert (row.content["name"], "stripe_id" in row.content) == ("Acme AG", False)


# --- maps that change


def _without_rules(stage: Stage) -> None:
    stage.rewrite("objects/account.yaml", RULES, "")


def _with_rules(stage: Stage, rules: str = RULES) -> None:
    stage.rewrite("objects/account.yaml", "\nfields:", f"\n{rules}fields:")


def test_rules_that_come_later_hold_for_everybody_who_is_known_and_not_linked(stage: Stage) -> None:
    _without_rules(stage)
    stage.insert("crm", "accounts", {"name": "Acme", "email": "a@acme.example"})
    stage.targets["crm"].away = True
    stage.deliver([customer(1, email="A@acme.example"), customer(2, email="b@beta.example")])
    stage.run()
    assert stage.tally is not None
    assert stage.tally.open == {ActionState.READY: 2}
    _with_rules(stage)
    stage.targets["crm"].away = False
    stage.run()
    assert accounts(stage) == {"cus_1": "accounts-1", "cus_2": "accounts-2"}
    assert len(stage.targets["crm"].log) == 2
    assert unpaired(stage) == {}


def test_other_rules_compare_everybody_anew(stage: Stage) -> None:
    for name in ("Acme", "Other"):
        stage.insert("crm", "accounts", {"name": name, "email": "a@acme.example", "vat": f"DE100{len(name)}"})
    stage.deliver([customer(1, name="Acme", email="a@acme.example", vat="DE1005")])
    _without_rules(stage)
    _with_rules(stage, "matched_by: [email]\n")
    stage.run()
    assert unpaired(stage) == {"review": 1}
    stage.rewrite("objects/account.yaml", "matched_by: [email]\n", "matched_by: [vat]\n")
    stage.run()
    assert accounts(stage) == {"accounts-1": "accounts-1", "cus_1": "accounts-2"}
    assert unpaired(stage) == {}


def test_without_rules_what_waited_goes_on(stage: Stage) -> None:
    for _ in range(2):
        stage.insert("crm", "accounts", {"name": "Acme", "email": "a@acme.example"})
    stage.deliver([customer(1, email="a@acme.example")])
    stage.run()
    assert unpaired(stage) == {"review": 1}
    _without_rules(stage)
    stage.run()
    assert accounts(stage) == {"accounts-1": "accounts-1", "accounts-2": "accounts-2", "cus_1": "accounts-3"}
    assert unpaired(stage) == {}


# --- phases and gates


def test_in_observe_records_are_linked_and_nothing_is_written(stage: Stage) -> None:
    stage.insert("crm", "accounts", {"name": "Acme", "email": "a@acme.example"})
    stage.rewrite("authority.yaml", "ceiling: controlled", "ceiling: observe")
    stage.deliver([customer(1, email="A@acme.example"), customer(2)])
    stage.run()
    assert accounts(stage) == {"accounts-1": "accounts-1"}
    assert [hit.what for hit in stage.store.find("account.crm:accounts-1")] == ["link"]
    stage.rewrite("authority.yaml", "ceiling: observe", "ceiling: controlled")
    stage.deliver([{**customer(1, name="Acme AG", email="A@acme.example"), "event": "evt_9", "at": 99}])
    stage.run()
    assert accounts(stage)["cus_1"] == "accounts-1"
    assert stage.table("crm", "accounts")["cus_1"]["name"] == "Acme AG"


def test_what_stands_there_is_linked_and_kept_in_step_though_a_gate_holds_every_creation(stage: Stage) -> None:
    granted = "object: account, in: erp, fields: [name"
    stage.rewrite("authority.yaml", f"{granted}]", f"{granted}, vat]")
    stage.insert("erp", "accounts", {"name": "Acme", "vat": "DE 12345"})
    stopped = customer(1, name="Acme AG", vat="DE12345"), customer(2, name="Beta", vat="DE77777")
    for one in stopped:
        one["object"]["metadata"]["kyb"] = "pending"
    stage.deliver(list(stopped))
    stage.run()
    assert {key: row["name"] for key, row in stage.table("erp", "accounts").items()} == {"cus_1": "Acme AG"}
    assert stage.tally is not None
    assert stage.tally.open == {ActionState.HELD: 1}


# --- whoever comes first


def _company(random: Random) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Customers and rows of a CRM that have a few values in common, so that many are in question."""

    def said(*names: str) -> dict[str, Any]:
        values = {"vat": "DE1111{}", "email": "{}@acme.example", "name": "Acme {}", "city": "Town {}"}
        return {name: values[name].format(random.randint(1, 4)) for name in names if random.random() < 0.6}

    customers = [customer(n, **{"name": f"Customer {n}", **said("vat", "email", "name", "city")}) for n in range(1, 7)]
    rows = [{"name": f"Row {n}", **said("vat", "email", "name", "city")} for n in range(1, 7)]
    for row, number in zip(rows, random.sample(range(1, 9), 6), strict=True):
        if random.random() < 0.2:
            row["stripe_id"] = f"cus_{number}"
    return customers, rows


def _end(new: New, customers: list[dict[str, Any]], rows: list[dict[str, Any]], random: Random) -> Any:
    stage = new()
    order = random.sample(range(len(rows)), len(rows))
    for place in order:
        stage.targets["crm"].insert("accounts", rows[place], now=stage.clock.now(), id=f"row-{place}")
        stage.clock.wait(1)
    shuffled = random.sample(customers, len(customers))
    cut = random.randint(0, len(shuffled))
    for part in (shuffled[:cut], shuffled[cut:]):
        stage.deliver(part)
    stage.run()
    made = {key: "made" if id_.startswith("accounts-") else id_ for key, id_ in accounts(stage).items()}
    for key in made:
        assert sum(row.content.get("stripe_id") == key for row in stage.targets["crm"].rows("accounts")) <= 1
    return made, unpaired(stage)


@pytest.mark.parametrize("seed", range(12))
def test_the_order_in_which_customers_and_rows_come_does_not_change_the_links(seed: int, new: New) -> None:
    random = Random(seed)
    customers, rows = _company(random)
    first = _end(new, customers, rows, random)
    assert _end(new, customers, rows, random) == first
    assert _end(new, customers, rows, random) == first


def test_those_companies_were_worth_comparing(new: New) -> None:
    random, seen = Random(1), set[str]()
    for seed in range(4):
        customers, rows = _company(Random(seed))
        made, open_ = _end(new, customers, rows, random)
        seen |= {"made" if id_ == "made" else "linked" for key, id_ in made.items() if key.startswith("cus_")}
        seen |= set(open_)
    assert seen == {"made", "linked", PairState.REVIEW}
