"""Match keys of both sides: who is to be compared, what hangs together, and which questions are asked again."""

from datetime import timedelta
from typing import Any

import pytest

from syncengine.errors import FenceLostError
from syncengine.model.decision import Link
from syncengine.model.matching import Compared, Keys, PairMark, Theirs
from syncengine.store.closure import CROWD
from syncengine.vocabulary import PairState
from tests.store.scene import BORN, CRM, ERP, SECOND, Scene

WAITING, READING, REVIEW = PairState.WAITING, PairState.READING, PairState.REVIEW


def keys(**said: str) -> Keys:
    return {rule: value.encode() for rule, value in said.items()}


def row(scene: Scene, id_: str, later: timedelta = SECOND * 0, flow: str = CRM, **said: str) -> Theirs:
    return Theirs(flow=flow, id=id_, at=scene.now + later, keys=keys(**said))


def know(scene: Scene, **entities: Keys) -> None:
    scene.know(*entities)
    scene.commit(ours=list(entities.items()))


def mark(scene: Scene, *entities: str, state: PairState | None, flow: str = CRM, **said: object) -> None:
    scene.commit(pairs=[PairMark(entity=e, flow=flow, state=state, **said) for e in entities])  # type: ignore[arg-type]


def listed(scene: Scene, *rows: Theirs, flow: str = CRM) -> None:
    number = scene.store.begin_listing(scene.session, flow, "rules", scene.now)
    scene.store.keep_listed(scene.session, number, rows, scene.now)
    scene.store.end_listing(scene.session, flow, number, scene.now)


def state(scene: Scene, flow: str = CRM) -> dict[str, int]:
    return {of.value: count for (name, of), count in scene.store.unpaired().items() if name == flow}


def waiting(scene: Scene, flow: str = CRM) -> list[str]:
    return [record.entity for record in scene.store.to_pair(flow, 100)]


def around(scene: Scene, *entities: str, flow: str = CRM) -> tuple[list[str], list[str]]:
    found = scene.store.neighbourhood(flow, [scene.record(entity).id for entity in entities])
    return sorted(found.ours), sorted(found.theirs)


# --- listings


def test_a_listing_is_complete_only_at_its_end(scene: Scene) -> None:
    assert scene.store.listing(CRM) is None
    number = scene.store.begin_listing(scene.session, CRM, "rules", scene.now)
    scene.store.keep_listed(scene.session, number, [row(scene, "1", email="x")], scene.now)
    begun = scene.store.listing(CRM)
    assert begun is not None
    assert (begun.digest, begun.complete) == ("rules", False)
    scene.store.end_listing(scene.session, CRM, number, scene.now)
    ended = scene.store.listing(CRM)
    assert ended is not None
    assert ended.complete
    assert scene.store.listing(ERP) is None


def test_a_new_listing_is_not_complete_and_has_a_new_number(scene: Scene) -> None:
    listed(scene)
    first = scene.store.listing(CRM)
    assert first is not None
    assert scene.store.begin_listing(scene.session, CRM, "other", scene.now) > first.number
    begun = scene.store.listing(CRM)
    assert begun is not None
    assert (begun.digest, begun.complete) == ("other", False)


def test_the_beginning_of_a_listing_undoes_matches_that_are_not_read_yet(scene: Scene) -> None:
    know(scene, a=keys(), b=keys(), c=keys())
    mark(scene, "a", state=READING, id="1")
    mark(scene, "b", state=REVIEW, suspects=("2", "3"))
    mark(scene, "c", state=READING, id="1", flow=ERP)
    scene.store.begin_listing(scene.session, CRM, "rules", scene.now)
    assert (waiting(scene), state(scene), state(scene, ERP)) == (["a"], {"review": 1, "waiting": 1}, {"reading": 1})


def test_what_a_listing_does_not_show_any_more_is_no_candidate(scene: Scene) -> None:
    know(scene, a=keys(email="x"))
    listed(scene, row(scene, "1", email="x"), row(scene, "2", email="x"))
    assert around(scene, "a") == (["a"], ["1", "2"])
    listed(scene, row(scene, "2", email="x"))
    assert around(scene, "a") == (["a"], ["2"])


def test_a_listing_of_one_flow_says_nothing_of_another(scene: Scene) -> None:
    know(scene, a=keys(email="x"))
    listed(scene, row(scene, "1", email="x"))
    listed(scene, flow=ERP)
    assert around(scene, "a") == (["a"], ["1"])
    assert around(scene, "a", flow=ERP) == (["a"], [])


def test_what_arrives_while_a_flow_is_listed_is_not_lost(scene: Scene) -> None:
    know(scene, a=keys(email="x"))
    number = scene.store.begin_listing(scene.session, CRM, "rules", scene.now)
    scene.commit(theirs=[row(scene, "1", email="x")])
    scene.store.end_listing(scene.session, CRM, number, scene.now)
    assert around(scene, "a") == (["a"], ["1"])


def test_the_end_of_a_listing_asks_every_open_question_again(scene: Scene) -> None:
    know(scene, a=keys(), b=keys(), c=keys())
    mark(scene, "a", state=REVIEW, suspects=("1", "2"))
    mark(scene, "b", state=READING, id="3")
    mark(scene, "c", state=REVIEW, flow=ERP)
    listed(scene)
    assert (state(scene), state(scene, ERP)) == ({"waiting": 2}, {"review": 1})
    assert waiting(scene) == ["a", "b"]


# --- who hangs together


def test_everybody_who_is_connected_is_found_through_both_sides(scene: Scene) -> None:
    know(scene, a=keys(email="x"), b=keys(email="y", name="n"), c=keys(name="m"), d=keys(email="z"))
    listed(
        scene, row(scene, "1", email="x", name="n"), row(scene, "2", email="y", name="m"), row(scene, "3", email="q")
    )
    assert around(scene, "a") == (["a", "b", "c"], ["1", "2"])
    assert around(scene, "d") == (["d"], [])


def test_equal_hashes_meet_only_under_one_rule_since_a_rule_is_part_of_its_hash(scene: Scene) -> None:
    know(scene, a=keys(email="email:x"))
    listed(scene, row(scene, "1", name="name:x"))
    assert around(scene, "a") == (["a"], [])


def test_a_linked_record_is_no_candidate_on_either_side(scene: Scene) -> None:
    know(scene, a=keys(email="x"), b=keys(email="x"))
    listed(scene, row(scene, "1", email="x"), row(scene, "2", email="x"))
    scene.commit(links=[("b", Link(flow=CRM, id="2"))])
    assert around(scene, "a") == (["a"], ["1"])
    assert around(scene, "b") == ([], [])
    assert around(scene, "b", flow=ERP) == (["b"], [])
    listed(scene, row(scene, "1", email="x"), row(scene, "2", email="x"))
    assert around(scene, "a") == (["a"], ["1"])


def test_a_crowd_is_not_followed_to_what_else_its_members_say(scene: Scene) -> None:
    crowd = {f"e{n}": keys(email="x", name=f"n{n}") for n in range(CROWD)}
    know(scene, a=keys(email="x"), **crowd)
    listed(scene, row(scene, "1", email="x"), *(row(scene, f"t{n}", name=f"n{n}") for n in range(CROWD)))
    ours, theirs = around(scene, "a")
    assert (len(ours), theirs) == (CROWD + 1, ["1"])
    assert around(scene, "e0")[1] == ["1", "t0"]


# --- keys move


def test_newer_keys_take_the_place_of_older_ones_and_never_the_other_way_round(scene: Scene) -> None:
    know(scene, a=keys(email="x"), b=keys(email="y"))
    scene.commit(theirs=[row(scene, "1", 2 * SECOND, email="y")])
    scene.commit(theirs=[row(scene, "1", SECOND, email="x")])
    assert (around(scene, "a")[1], around(scene, "b")[1]) == ([], ["1"])
    scene.commit(theirs=[row(scene, "1", 3 * SECOND, email="x")])
    assert (around(scene, "a")[1], around(scene, "b")[1]) == (["1"], [])


def test_a_record_without_keys_is_forgotten(scene: Scene) -> None:
    know(scene, a=keys(email="x"))
    scene.commit(theirs=[row(scene, "1", email="x")])
    scene.commit(theirs=[row(scene, "1", SECOND)])
    assert around(scene, "a") == (["a"], [])


def test_keys_of_ours_are_replaced_as_a_whole(scene: Scene) -> None:
    know(scene, a=keys(email="x", name="n"))
    listed(scene, row(scene, "1", email="x"), row(scene, "2", name="n"))
    scene.commit(ours=[("a", keys(name="n"))])
    assert around(scene, "a") == (["a"], ["2"])
    scene.commit(ours=[("a", keys())])
    assert around(scene, "a") == ([], [])


# --- who is compared again


def test_an_entity_that_a_new_record_might_be_is_to_be_compared(scene: Scene) -> None:
    know(scene, a=keys(email="x"), b=keys(email="y"), c=keys(email="x"))
    scene.commit(links=[("c", Link(flow=CRM, id="9"))])
    scene.commit(theirs=[row(scene, "1", email="x")])
    assert waiting(scene) == ["a"]
    assert state(scene, ERP) == {}


def test_a_record_that_says_what_it_said_before_asks_nobody_again(scene: Scene) -> None:
    know(scene, a=keys(email="x"))
    listed(scene, row(scene, "1", email="x"))
    mark(scene, "a", state=None)
    listed(scene, row(scene, "1", email="x"))
    scene.commit(theirs=[row(scene, "1", SECOND, email="x")])
    assert waiting(scene) == []


@pytest.mark.parametrize("open_", [REVIEW, READING])
@pytest.mark.parametrize("moves", ["theirs", "another", "gone", "ours", "link"])
def test_a_question_or_a_match_is_judged_again_when_somebody_in_it_moves(
    scene: Scene, moves: str, open_: PairState
) -> None:
    know(scene, a=keys(email="x"), b=keys(email="x"), c=keys(email="y"))
    listed(scene, row(scene, "1", email="x"), row(scene, "2", email="x"), row(scene, "3", email="y"))
    mark(scene, "a", "b", "c", state=open_)
    deeds: dict[str, dict[str, Any]] = {
        "theirs": {"theirs": [row(scene, "1", SECOND, email="z")]},
        "another": {"theirs": [row(scene, "4", SECOND, email="x")]},
        "gone": {"theirs": [row(scene, "1", SECOND)]},
        "ours": {"ours": [("b", keys(email="z"))]},
        "link": {"links": [("b", Link(flow=CRM, id="1"))], "pairs": [PairMark(entity="b", flow=CRM, state=None)]},
    }
    scene.commit(**deeds[moves])
    assert "a" in waiting(scene)
    assert "c" not in waiting(scene)


def test_a_question_about_one_flow_is_not_asked_again_for_another(scene: Scene) -> None:
    know(scene, a=keys(email="x"))
    mark(scene, "a", state=REVIEW, flow=ERP)
    scene.commit(theirs=[row(scene, "1", email="x")])
    assert (waiting(scene), waiting(scene, ERP)) == (["a"], [])


def test_who_waits_is_handed_out_by_number_and_at_most_so_many(scene: Scene) -> None:
    know(scene, a=keys(), b=keys(), c=keys())
    mark(scene, "c", "a", "b", state=WAITING)
    assert [r.entity for r in scene.store.to_pair(CRM, 2)] == ["a", "b"]
    mark(scene, "a", state=None)
    assert waiting(scene) == ["b", "c"]


# --- what was chosen, and what a question is about


def test_a_record_that_is_read_leads_to_the_entity_it_was_matched_with(scene: Scene) -> None:
    know(scene, a=keys(), b=keys())
    mark(scene, "a", state=READING, id="1")
    mark(scene, "b", state=REVIEW, suspects=("2",))
    found = scene.store.chosen([(CRM, "1"), (CRM, "2"), (ERP, "1")])
    assert {link: chosen.record.entity for link, chosen in found.items()} == {(CRM, "1"): "a"}
    listed(scene)
    assert scene.store.chosen([(CRM, "1")]) == {}


def test_what_was_chosen_comes_with_the_keys_of_both_sides(scene: Scene) -> None:
    know(scene, a=keys(email="x"), b=keys())
    listed(scene, row(scene, "1", SECOND, email="x", name="n"))
    mark(scene, "a", state=READING, id="1")
    mark(scene, "b", state=READING, id="2")
    found = scene.store.chosen([(CRM, "1"), (CRM, "2")])
    one, other = found[CRM, "1"], found[CRM, "2"]
    assert (one.ours, one.theirs, one.at) == (keys(email="x"), keys(email="x", name="n"), scene.now + SECOND)
    assert (other.ours, other.theirs, other.at) == ({}, {}, None)


def test_a_suspect_is_found_by_its_own_id_until_the_question_is_answered(scene: Scene) -> None:
    know(scene, a=keys(), b=keys())
    mark(scene, "a", "b", state=REVIEW, suspects=("17", "18"))
    for text in ("17", f"{CRM}:17"):
        (hit,) = [hit for hit in scene.store.find(text) if hit.what == "candidate"]
        assert (hit.label, hit.records) == (f"{CRM} 17", (scene.record("a").id, scene.record("b").id))
    mark(scene, "a", state=None)
    (hit,) = scene.store.find("18")
    assert hit.records == (scene.record("b").id,)
    assert scene.store.find("19") == []


def test_what_is_not_matched_yet_is_counted_over_the_whole_ledger(scene: Scene) -> None:
    know(scene, a=keys(), b=keys())
    mark(scene, "a", "b", state=WAITING)
    mark(scene, "a", state=REVIEW, flow=ERP)
    assert scene.store.unpaired() == {(CRM, WAITING): 2, (ERP, REVIEW): 1}
    tally = scene.store.tally(scene.begin())
    assert tally.unpaired == {WAITING: 2, REVIEW: 1}


# --- keys of entities that were known before the rules


def test_entities_that_were_known_before_get_their_keys_page_by_page(scene: Scene) -> None:
    scene.know("a", "b", "c")
    assert scene.store.keyed("invoice") == ""
    first = scene.store.records_of("invoice", 0, 2)
    assert [record.entity for record in first] == ["a", "b"]
    assert [record.entity for record in scene.store.records_of("invoice", first[-1].id, 2)] == ["c"]
    assert scene.store.records_of("account", 0, 9) == []
    scene.commit(links=[("b", Link(flow=CRM, id="9"))])
    said = [(record.id, keys(email="x")) for record in first]
    scene.store.keep_ours(scene.session, said, (CRM, ERP), scene.now)
    scene.store.end_keying(scene.session, "invoice", "rules", scene.now)
    assert scene.store.keyed("invoice") == "rules"
    assert (waiting(scene), waiting(scene, ERP)) == (["a"], ["a", "b"])
    listed(scene, row(scene, "1", email="x"))
    assert around(scene, "a") == (["a"], ["1"])


def test_nothing_of_all_this_is_kept_when_a_batch_loses_its_fence(scene: Scene) -> None:
    know(scene, a=keys(email="x"))
    stale = scene.record("a")
    scene.commit(records=[stale])
    with pytest.raises(Exception, match="moved"):
        scene.commit(records=[stale], ours=[("a", keys(email="y"))], theirs=[row(scene, "1", email="y")])
    assert around(scene, "a") == (["a"], [])
    assert waiting(scene, BORN) == []


def test_the_end_of_a_listing_is_none_once_another_one_was_begun(scene: Scene) -> None:
    listed(scene, row(scene, "1", email="x"))
    first = scene.store.begin_listing(scene.session, CRM, "rules", scene.now)
    scene.store.begin_listing(scene.session, CRM, "rules", scene.now)
    scene.store.end_listing(scene.session, CRM, first, scene.now)
    known = scene.store.listing(CRM)
    assert known is not None
    assert not known.complete
    know(scene, a=keys(email="x"))
    assert around(scene, "a") == (["a"], ["1"]), "nothing is forgotten either"


# --- what the matching of a batch rested on


def compared(scene: Scene, *entities: str) -> Compared:
    numbers = tuple(scene.record(entity).id for entity in entities)
    return Compared(flow=CRM, records=numbers, around=scene.store.neighbourhood(CRM, numbers))


def test_a_comparison_is_kept_while_everybody_says_what_they_said(scene: Scene) -> None:
    listed(scene, row(scene, "1", email="x"))
    know(scene, a=keys(email="x"))
    rested = compared(scene, "a")
    know(scene, b=keys(email="y"))
    scene.commit(pairs=[PairMark(entity="a", flow=CRM, state=READING, id="1")], compared=[rested])
    assert state(scene)["reading"] == 1


def test_a_comparison_is_lost_when_another_one_of_ours_says_the_same_by_now(scene: Scene) -> None:
    listed(scene, row(scene, "1", email="x"))
    know(scene, a=keys(email="x"))
    rested = compared(scene, "a")
    know(scene, b=keys(email="x"))
    with pytest.raises(FenceLostError):
        scene.commit(pairs=[PairMark(entity="a", flow=CRM, state=READING, id="1")], compared=[rested])
    assert "reading" not in state(scene)


def test_a_comparison_is_lost_when_another_one_of_theirs_says_the_same_by_now(scene: Scene) -> None:
    listed(scene, row(scene, "1", email="x"))
    know(scene, a=keys(email="x"))
    rested = compared(scene, "a")
    scene.commit(theirs=[row(scene, "2", email="x")])
    with pytest.raises(FenceLostError):
        scene.commit(pairs=[PairMark(entity="a", flow=CRM, state=READING, id="1")], compared=[rested])


def test_a_match_is_lost_when_it_was_asked_about_again_before_it_was_used(scene: Scene) -> None:
    listed(scene, row(scene, "1", email="x"))
    know(scene, a=keys(email="x"))
    mark(scene, "a", state=READING, id="1")
    chosen = scene.store.chosen([(CRM, "1")])
    know(scene, b=keys(email="x"))
    with pytest.raises(FenceLostError):
        scene.commit(links=[("a", Link(flow=CRM, id="1"))], chosen=chosen)
    assert scene.store.load([(CRM, "1")], ()).by_link == {}


def test_a_match_is_used_while_it_stands(scene: Scene) -> None:
    listed(scene, row(scene, "1", email="x"))
    know(scene, a=keys(email="x"))
    mark(scene, "a", state=READING, id="1")
    chosen = scene.store.chosen([(CRM, "1")])
    know(scene, b=keys(email="y"))
    scene.commit(links=[("a", Link(flow=CRM, id="1"))], chosen=chosen)
    assert list(scene.store.load([(CRM, "1")], ()).by_link) == [(CRM, "1")]
