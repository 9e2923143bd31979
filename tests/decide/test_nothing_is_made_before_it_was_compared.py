"""Where records are matched by what they say: what waits, what is read, what is asked, and whose key is written."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from syncengine.decide.confirm import confirm
from syncengine.decide.decide import decide
from syncengine.decide.evolve import evolve
from syncengine.decide.pair import Alone, Matched, Several, Verdict
from syncengine.decide.rejudge import Ruling, rejudge
from syncengine.decide.state import State
from syncengine.model.action import Action, Candidate
from syncengine.model.decision import FlowOutcome, Settled
from syncengine.model.event import Input, Snapshot
from syncengine.model.matching import Chosen, PairMark
from syncengine.model.record import Record, TargetState
from syncengine.model.record import replace as changed_record
from syncengine.plan.matching import our_keys, their_keys
from syncengine.plan.plan import MatchPlan, Plan
from syncengine.vocabulary import ActionKind, ActionState, Fate, FlowResult, InputKind, PairState, Phase
from tests.decide.driver import LIVE
from tests.decide.plans import ACCOUNT, ACCOUNT_CRM, T0, at, changed, make_plan, reads

SECRET = b"s" * 32


def matched_plan(**more: Any) -> Plan:
    """Accounts are matched by their name in the CRM."""
    plan = changed(make_plan(**more), ACCOUNT_CRM, matches=(reads("name", "name"),))
    plan = changed(plan, ACCOUNT, matches=(reads("name", "name"),))
    match = MatchPlan(rules=(("name",),), flows={ACCOUNT_CRM: "1"}, digest="1")
    return replace(plan, objects={**plan.objects, "account": replace(plan.objects["account"], match=match)})


class Scene:
    def __init__(self, **more: Any) -> None:
        self.plan = matched_plan(**more)
        self.record: Record | None = None
        self.said = "Acme"
        self.seq = 0

    @property
    def known(self) -> Record:
        assert self.record is not None
        return self.record

    @property
    def target(self) -> TargetState:
        return self.known.targets.get(ACCOUNT_CRM, TargetState())

    def customer(self, name: str = "Acme", kyc: str = "verified") -> Settled:
        content = {"name": name, "kyc": kyc}
        return self.judge(Snapshot(record="customers", id="cus_1", version=at(10 * self.seq), content=content), ACCOUNT)

    def compared(self, verdict: Verdict) -> Settled:
        return self._decide(InputKind.RECHECK, "", None, pairs={ACCOUNT_CRM: verdict}, named={"e2": "billing cus_2"})

    def again(self) -> Settled:
        return self._decide(InputKind.RECHECK, "", None)

    def shown(self, kind: InputKind = InputKind.READING, *, chosen: bool = False, **content: Any) -> Settled:
        more = {name: content.pop(name) for name in ("complete", "gone", "id") if name in content}
        snapshot = Snapshot(record="accounts", **{"id": "7", **more}, version=at(10 * self.seq), content=content)
        return self.judge(snapshot, ACCOUNT_CRM, kind, chosen=self.compared_with(self.said) if chosen else None)

    def compared_with(self, said: str) -> Chosen:
        """The record of theirs said this name when it was compared with what is known of ours."""
        theirs = Snapshot(record="accounts", id="7", version=at(0), content={"name": said})
        subject, flow = self.plan.objects["account"], self.plan.flows[ACCOUNT_CRM]
        return Chosen(
            record=self.known,
            ours=our_keys(subject, self.known, SECRET),
            theirs=their_keys(subject, flow, theirs, SECRET),
            at=T0,
        )

    def judge(self, snapshot: Snapshot, flow: str, kind: InputKind = InputKind.DELIVERY, **state: Any) -> Settled:
        return self._decide(kind, flow, snapshot, **state)

    def _decide(self, kind: InputKind, flow: str, snapshot: Snapshot | None, **state: Any) -> Settled:
        self.seq += 1
        question = Input(seq=self.seq, kind=kind, event_id=f"evt_{self.seq}", flow=flow, snapshot=snapshot)
        now = State(record=self.record, switches=LIVE, secret=SECRET, **state)
        decision = decide(question, now, self.plan, T0)
        assert isinstance(decision, Settled)
        self.record = evolve(self.record, question, decision)
        return decision

    def matched(self, **content: Any) -> Settled:
        """A record there was matched, and is read."""
        self.customer()
        self.compared(Matched(id="7", rule="name"))
        return self.shown(chosen=True, **{"name": "ACME", **content})


@pytest.fixture
def scene() -> Scene:
    return Scene()


def outcome(decision: Settled) -> FlowOutcome:
    (found,) = (one for one in decision.flows if one.flow == ACCOUNT_CRM)
    return found


def pairs(decision: Settled) -> Mapping[PairState | None, PairMark]:
    return {mark.state: mark for mark in decision.pairs}


def action(decision: Settled) -> Action:
    found = outcome(decision).action
    assert found is not None
    return found


# --- what waits


def test_a_new_entity_is_not_made_before_it_was_compared(scene: Scene) -> None:
    born = scene.customer()
    assert (outcome(born).result, outcome(born).action) == (FlowResult.NOTHING, None)
    assert set(pairs(born)) == {PairState.WAITING}
    assert outcome(scene.again()).result is FlowResult.NOTHING


def test_one_that_nothing_there_matches_is_made(scene: Scene) -> None:
    scene.customer()
    alone = scene.compared(Alone())
    assert action(alone).kind is ActionKind.CREATE
    assert set(pairs(alone)) == {None}
    assert scene.target.alone


def test_what_says_the_same_as_when_it_was_compared_does_not_wait_again() -> None:
    scene = Scene(ceiling=Phase.OBSERVE)
    scene.customer()
    assert outcome(scene.compared(Alone())).result is FlowResult.OBSERVED
    assert (same := scene.customer(kyc="pending")).pairs == ()
    assert outcome(same).result is FlowResult.OBSERVED
    assert set(pairs(scene.customer(name="Acme AG"))) == {PairState.WAITING}


def test_a_creation_that_is_on_its_way_is_not_called_back(scene: Scene) -> None:
    scene.customer()
    scene.compared(Alone())
    later = scene.customer(name="Acme AG")
    assert later.pairs == ()
    assert action(later).content["name"] == "Acme AG"


def test_what_nobody_compared_is_not_sent(scene: Scene) -> None:
    """As it was decided under a map that matched nothing."""
    scene.customer()
    made = action(scene.compared(Alone()))
    assert _ruling(scene, made) is Ruling.SEND
    forgetful = changed_record(scene.target, alone=False)
    scene.record = changed_record(scene.known, targets={ACCOUNT_CRM: forgetful})
    assert _ruling(scene, made) is Ruling.KEEP
    assert set(pairs(scene.again())) == {PairState.WAITING}


def _ruling(scene: Scene, made: Action) -> Ruling:
    candidate = Candidate(
        id=1, key=made.key, kind=made.kind, flow=made.flow, state=ActionState.READY, sequence=made.sequence,
        content=made.content, write_set=made.write_set, record_id=1, fence=1,
    )  # fmt: skip
    return rejudge(candidate, scene.known, {}, LIVE, scene.plan, T0).ruling


# --- what is read


def test_a_match_is_read_before_it_is_linked(scene: Scene) -> None:
    scene.customer()
    found = scene.compared(Matched(id="7", rule="name"))
    assert pairs(found)[PairState.READING].id == "7"
    assert [link.id for link, _ in found.wants] == ["7"]
    assert (found.links, outcome(found).action) == ((), None)


def test_what_is_read_becomes_the_base_and_what_differs_is_written_with_our_key(scene: Scene) -> None:
    read = scene.matched()
    assert [(link.flow, link.id) for link in read.links] == [(ACCOUNT_CRM, "7")]
    made = action(read)
    assert (made.kind, dict(made.content)) == (ActionKind.UPDATE, {"name": "Acme", "billing_id": "cus_1"})
    assert (dict(scene.target.base or {}), scene.target.id, scene.target.unkeyed) == ({"name": "ACME"}, "7", True)
    assert set(pairs(read)) == {None}
    assert [conflict.rule for conflict in read.conflicts] == ["adopted"]


def test_a_record_that_shows_everything_already_gets_our_key_and_nothing_else(scene: Scene) -> None:
    assert dict(action(scene.matched(name="Acme")).content) == {"billing_id": "cus_1"}


@pytest.mark.parametrize(
    "content",
    [
        {"name": "Beta"},
        {"name": "ACME", "billing_id": "cus_9"},
        {"name": "ACME", "complete": False},
        {"gone": True},
        {"name": "ACME", "kind": InputKind.DELIVERY},
    ],
)
def test_what_says_something_else_by_then_is_not_linked(scene: Scene, content: dict[str, Any]) -> None:
    scene.customer()
    scene.compared(Matched(id="7", rule="name"))
    before = scene.known
    read = scene.shown(chosen=True, **content)
    assert (read.fate, read.links) == (Fate.UNLINKED, ())
    assert scene.known is before


def test_what_was_compared_under_another_name_is_not_linked_though_it_says_ours_by_now(scene: Scene) -> None:
    scene.customer()
    scene.compared(Matched(id="7", rule="name"))
    scene.said = "Beta"
    assert scene.shown(chosen=True, name="ACME").fate is Fate.UNLINKED


def test_what_was_compared_with_another_name_of_ours_is_not_linked(scene: Scene) -> None:
    scene.customer()
    scene.compared(Matched(id="7", rule="name"))
    compared = replace(scene.compared_with("Beta"), ours=scene.compared_with("Acme").ours)
    scene.customer(name="Beta")
    shown = Snapshot(record="accounts", id="7", version=at(99), content={"name": "Beta"})
    assert scene.judge(shown, ACCOUNT_CRM, InputKind.READING, chosen=compared).fate is Fate.UNLINKED


@pytest.mark.parametrize("grant", [{"may_create": False}, {"may_update": False}])
def test_our_key_is_never_written_into_a_match_without_both_grants(scene: Scene, grant: dict[str, bool]) -> None:
    scene.plan = changed(scene.plan, ACCOUNT_CRM, **grant)
    read = scene.matched()
    made = outcome(read).action
    assert (read.links[0].id, scene.target.id, scene.target.unkeyed) == ("7", "7", False)
    assert made is None or dict(made.content) == {"name": "Acme"}


def test_a_key_that_was_decided_under_another_grant_is_not_sent(scene: Scene) -> None:
    made = action(scene.matched())
    scene.plan = changed(scene.plan, ACCOUNT_CRM, may_create=False)
    assert _ruling(scene, made) is Ruling.CANCEL


def test_once_the_key_is_written_the_record_is_found_by_it(scene: Scene) -> None:
    made = action(scene.matched())
    after = confirm(scene.known, scene.plan.flows[ACCOUNT_CRM], made.content, "7")
    assert not after.targets[ACCOUNT_CRM].unkeyed
    assert dict(after.targets[ACCOUNT_CRM].base or {}) == {"name": "Acme", "billing_id": "cus_1"}


def test_where_nothing_may_be_updated_a_match_is_linked_and_left_as_it_is(scene: Scene) -> None:
    scene.plan = changed(scene.plan, ACCOUNT_CRM, may_update=False)
    read = scene.matched()
    assert (read.links[0].id, scene.target.unkeyed) == ("7", False)
    assert (outcome(read).result, outcome(read).action) == (FlowResult.NOTHING, None)


# --- what is asked


def test_a_question_is_asked_once_and_again_only_when_it_is_another_one(scene: Scene) -> None:
    scene.customer()
    entity = scene.known.entity
    first = scene.compared(Several(rule="name", theirs=("7", "8"), ours=(entity, "e2")))
    (asked,) = first.reviews
    assert (asked.flow, asked.field) == (ACCOUNT_CRM, "name")
    assert "crm 7, 8 and in ours" in asked.why
    assert "billing cus_2" in asked.why
    assert pairs(first)[PairState.REVIEW].suspects == ("7", "8")
    assert (outcome(first).result, outcome(first).action) == (FlowResult.REVIEW, None)
    assert scene.compared(Several(rule="name", theirs=("7", "8"), ours=(entity, "e2"))).reviews == ()
    assert len(scene.compared(Several(rule="name", theirs=("7", "9"), ours=(entity,))).reviews) == 1
    assert action(scene.compared(Alone())).kind is ActionKind.CREATE


def test_a_question_names_so_many_and_counts_the_others(scene: Scene) -> None:
    scene.customer()
    crowd = tuple(f"t{n:03}" for n in range(100))
    (asked,) = scene.compared(Several(rule="name", theirs=crowd, ours=("e2",))).reviews
    assert "t019 and 80 more" in asked.why
    assert "t020" not in asked.why


# --- whose key


def test_a_key_of_somebody_elses_stops_everything_and_is_asked_about_once(scene: Scene) -> None:
    made = action(scene.matched())
    other = scene.shown(name="ACME", billing_id="cus_9", complete=False)
    assert [review.field for review in other.reviews] == ["key"]
    assert outcome(other).result is FlowResult.REVIEW
    assert pairs(other)[PairState.REVIEW].suspects == ("7",)
    assert _ruling(scene, made) is Ruling.KEEP
    assert scene.shown(name="ACME", billing_id="cus_9", complete=False).reviews == ()
    turn = scene.compared(Alone())
    assert [link.id for link, _ in turn.wants] == ["7"]
    emptied = scene.shown(name="ACME", billing_id=None)
    assert set(pairs(emptied)) == {None}
    assert _ruling(scene, made) is Ruling.SEND


def test_a_key_that_is_ours_already_is_known_to_stand_there(scene: Scene) -> None:
    scene.matched()
    ours = scene.shown(name="ACME", billing_id="cus_1")
    assert not scene.target.unkeyed
    assert outcome(ours).why == "already decided"
    assert dict(action(scene.customer(name="Acme AG")).content) == {"name": "Acme AG"}


def test_a_key_that_is_not_shown_says_nothing(scene: Scene) -> None:
    scene.matched()
    before = scene.target
    scene.shown(name="ACME", complete=False)
    assert scene.target == before


# --- what is read for matching alone


def test_what_is_not_the_owners_word_is_kept_as_a_hash_until_the_owner_speaks(scene: Scene) -> None:
    flow = replace(scene.plan.flows[ACCOUNT], reads=(), matches=(reads("name", "name"),))
    scene.plan = replace(scene.plan, flows={**scene.plan.flows, ACCOUNT: flow})
    scene.customer(name="Acme")
    (hash_,) = scene.known.shown[ACCOUNT].values()
    assert "acme" not in hash_.casefold()
    assert len(bytes.fromhex(hash_)) == 16
    scene.customer(name="ACME.")
    assert scene.known.shown[ACCOUNT]["name"] == hash_
    scene.customer(name="Beta")
    assert scene.known.shown[ACCOUNT]["name"] != hash_
    scene.customer(name="")
    assert scene.known.shown[ACCOUNT]["name"] == ""
