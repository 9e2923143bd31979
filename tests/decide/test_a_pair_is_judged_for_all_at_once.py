"""Who is whom: one to one by the first rule that says anything, else a person; whoever came first."""

from collections.abc import Mapping
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from syncengine.decide.pair import Alone, Matched, Several, Verdict, pair
from syncengine.model.matching import KEY, Neighbourhood

RULES = (KEY, "vat", "email", "name")
Said = Mapping[str, Mapping[str, bytes]]


def _said(*rules: str) -> st.SearchStrategy[dict[str, bytes]]:
    return st.dictionaries(st.sampled_from(rules), st.integers(0, 3).map(lambda n: bytes([n])), max_size=len(rules))


OURS = st.dictionaries(st.sampled_from("abcdef"), _said(*RULES[1:]), max_size=6).map(
    lambda side: {name: {KEY: name.encode(), **keys} for name, keys in side.items()}
)
THEIRS = st.dictionaries(
    st.sampled_from("123456"), st.one_of(_said(*RULES[1:]), st.sampled_from("abcz").map(lambda k: {KEY: k.encode()})),
    max_size=6,
)  # fmt: skip


def judged(ours: Said, theirs: Said) -> Mapping[str, Verdict]:
    return pair(RULES, Neighbourhood(ours=ours, theirs=theirs))


def keys(**said: str) -> dict[str, bytes]:
    return {rule: value.encode() for rule, value in said.items()}


def test_one_and_one_are_linked_by_the_first_rule_that_both_can_answer() -> None:
    ours = {"a": keys(vat="1", email="x", name="n")}
    assert judged(ours, {"1": keys(email="x", name="other")}) == {"a": Matched(id="1", rule="email")}
    assert judged(ours, {"1": keys(vat="2", name="n")}) == {"a": Matched(id="1", rule="name")}
    assert judged(ours, {"1": keys(name="other")}) == {}


def test_two_on_either_side_are_for_a_person() -> None:
    one, two = {"a": keys(email="x")}, {"a": keys(email="x"), "b": keys(email="x")}
    there, several = {"1": keys(email="x")}, {"1": keys(email="x"), "2": keys(email="x")}
    assert judged(one, several) == {"a": Several(rule="email", theirs=("1", "2"), ours=("a",))}
    asked = Several(rule="email", theirs=("1",), ours=("a", "b"))
    assert judged(two, there) == {"a": asked, "b": asked}


def test_a_stronger_rule_takes_a_record_away_from_a_weaker_one() -> None:
    ours = {"a": keys(name="n"), "b": keys(vat="1")}
    assert judged(ours, {"1": keys(vat="1", name="n")}) == {"b": Matched(id="1", rule="vat")}
    found = judged(ours, {"1": keys(vat="1", name="n"), "2": keys(name="n")})
    assert found == {"a": Matched(id="2", rule="name"), "b": Matched(id="1", rule="vat")}


def test_what_is_in_question_under_one_rule_is_not_linked_by_a_weaker_one() -> None:
    ours = {"a": keys(email="x"), "b": keys(name="n")}
    found = judged(ours, {"1": keys(email="x", name="n"), "2": keys(email="x")})
    assert isinstance(found["a"], Several)
    assert found["b"] == Several(rule="name", theirs=("1",), ours=("b",))


def test_the_key_decides_before_every_other_rule() -> None:
    ours = {"a": {KEY: b"cus_1", **keys(email="x")}, "b": {KEY: b"cus_2", **keys(email="x")}}
    there = {"1": {KEY: b"cus_1"}, "2": keys(email="x")}
    assert judged(ours, there) == {"a": Matched(id="1", rule=KEY), "b": Matched(id="2", rule="email")}
    twice = judged(ours, {"1": {KEY: b"cus_1"}, "2": {KEY: b"cus_1"}})
    assert twice == {"a": Several(rule=KEY, theirs=("1", "2"), ours=("a",))}


@given(OURS, THEIRS, st.integers())
def test_the_order_in_which_anybody_came_does_not_matter(ours: Said, theirs: Said, seed: int) -> None:
    def shuffled(side: Said) -> Said:
        names = list(side)
        Random(seed).shuffle(names)
        return {name: side[name] for name in names}

    assert judged(shuffled(ours), shuffled(theirs)) == judged(ours, theirs)


@given(OURS, THEIRS)
def test_nobody_is_linked_twice_nor_while_another_says_the_same(ours: Said, theirs: Said) -> None:
    found = judged(ours, theirs)
    links = {entity: verdict for entity, verdict in found.items() if isinstance(verdict, Matched)}
    assert len({link.id for link in links.values()}) == len(links)
    for entity, link in links.items():
        assert ours[entity][link.rule] == theirs[link.id][link.rule]
        for other, verdict in found.items():
            asked = isinstance(verdict, Several) and (link.id in verdict.theirs or entity in verdict.ours)
            assert not asked, f"{other} is in question with {entity}, who is linked"


@given(OURS, THEIRS)
def test_whoever_has_a_candidate_left_over_is_linked_or_asked_about(ours: Said, theirs: Said) -> None:
    found = judged(ours, theirs)
    taken = {verdict.id for verdict in found.values() if isinstance(verdict, Matched)}
    free = {id_: said for id_, said in theirs.items() if id_ not in taken}
    for entity in ours.keys() - found.keys():
        for id_, said in free.items():
            assert not any(ours[entity].get(rule) == hash_ for rule, hash_ in said.items()), (entity, id_)
    assert all(not isinstance(verdict, Alone) for verdict in found.values())


@given(OURS, THEIRS)
def test_what_does_not_hang_together_is_judged_apart(ours: Said, theirs: Said) -> None:
    def moved(side: Said) -> Said:
        return {f"{n}'": {r: h + b"'" for r, h in keys_.items()} for n, keys_ in side.items()}

    both = judged({**ours, **moved(ours)}, {**theirs, **moved(theirs)})
    assert {entity: verdict for entity, verdict in both.items() if not entity.endswith("'")} == judged(ours, theirs)


@given(OURS, THEIRS)
def test_taking_the_links_away_leaves_the_questions_as_they_are(ours: Said, theirs: Said) -> None:
    """As a ledger does, which links first and asks the others again."""
    found = judged(ours, theirs)
    links = {entity: verdict.id for entity, verdict in found.items() if isinstance(verdict, Matched)}
    left = {entity: said for entity, said in ours.items() if entity not in links}
    again = judged(left, {id_: said for id_, said in theirs.items() if id_ not in links.values()})
    assert again == {entity: verdict for entity, verdict in found.items() if entity not in links}
