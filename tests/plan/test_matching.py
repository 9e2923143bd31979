"""Under which text a value is compared, and which hashes a record has by rule."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syncengine.model.event import Snapshot
from syncengine.model.matching import KEY
from syncengine.model.record import FieldState, Record
from syncengine.model.record import replace as changed
from syncengine.model.struct import replace
from syncengine.plan.matching import COMPARABLE, field_hash, key_in, loose, match_text, our_keys, their_keys
from syncengine.plan.plan import FlowPlan, MatchPlan, ObjectPlan, UnreadableError
from syncengine.vocabulary import FieldType as T
from tests.decide.plans import at, field, flow, reads, writes

SECRET = b"s" * 32
BILLING, CRM = "account.billing", "account.crm"


def _email(raw: Any) -> Any:
    if "@" not in raw:
        raise UnreadableError("no email", review=True)
    return raw.lower()


def account(*rules: tuple[str, ...]) -> ObjectPlan:
    fields = (field("name"), field("email", T.EMAIL), field("country", T.COUNTRY))
    return ObjectPlan(
        name="account", kind="commercial", system_of_record="billing", fields={f.name: f for f in fields},
        flows=(BILLING, CRM), born_in=(BILLING,),
        match=MatchPlan(rules=rules or (("email",), ("name", "country")), flows={CRM: "1"}, digest="1"),
    )  # fmt: skip


def crm(**more: Any) -> FlowPlan:
    shows = (writes("name", "name"), writes("email", "mail"), writes("country", "land"))
    matches = (reads("name", "name"), reads("email", "mail", _email), reads("country", "land"))
    return flow(CRM, "crm", "accounts", **{"key": "billing_id", "shows": shows, "matches": matches, **more})


def row(**content: Any) -> Snapshot:
    return Snapshot(record="accounts", id="7", version=at(0), content=content)


def ours(**values: Any) -> Record:
    fields = {name: FieldState(value=value, seq=1) for name, value in values.items()}
    return Record(object="account", entity="e", birth=(BILLING, "cus_1"), fields=fields)


def theirs(snapshot: Snapshot, of: FlowPlan | None = None) -> dict[str, bytes]:
    return dict(their_keys(account(), of or crm(), snapshot, SECRET))


# --- texts


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (T.TEXT, "ACME  Gmbh.", "Acme GmbH"),
        (T.TEXT, "A.C.M.E., Inc", "ACME Inc."),
        (T.TEXT, "Meyer-Schmidt & Söhne", "meyer schmidt  & söhne"),
        (T.TEXT, "Cafe\u0301 \uff21\uff23\uff2d\uff25", "Caf\u00e9 ACME"),
        (T.TEXT, "Straße 7", "STRASSE 7"),
        (T.PERSON_NAME, "O\u2019Neil, Ann", "o'neil ann"),
        (T.EMAIL, "Ada@Acme.EXAMPLE", "ada@acme.example"),
        (T.PHONE, "+49301234", "+49 (30) 12-34"),
        (T.VAT_NUMBER, "DE123456789", "de 123.456-789"),
        (T.WEB_DOMAIN, "https://www.acme.example/about", "acme.example"),
        (T.COUNTRY, "DE", "de"),
        (T.ADDRESS, {"street": "Main St. 1", "city": "BERLIN"}, {"city": "Berlin", "street": "main st 1"}),
    ],
)
def test_what_means_the_same_is_compared_as_equal(kind: T, one: Any, other: Any) -> None:
    assert match_text(kind, one) == match_text(kind, other) is not None


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (T.TEXT, "Acme 1", "Acme 2"),
        (T.TEXT, "Ann Amaria", "Anna Maria"),
        (T.PERSON_NAME, "Jose", "José"),
        (T.EMAIL, "a.b@acme.example", "ab@acme.example"),
        (T.PHONE, "+49301234", "+49301235"),
        (T.VAT_NUMBER, "DE123", "AT123"),
        (T.WEB_DOMAIN, "shop.acme.example", "acme.example"),
        (T.ADDRESS, {"city": "Berlin"}, {"region": "Berlin"}),
        (T.INTEGER, 12, 120),
    ],
)
def test_what_means_something_else_is_not(kind: T, one: Any, other: Any) -> None:
    assert match_text(kind, one) != match_text(kind, other)


@pytest.mark.parametrize("kind", sorted(COMPARABLE))
def test_an_empty_value_says_nothing(kind: T) -> None:
    assert match_text(kind, None) is None


@pytest.mark.parametrize(("kind", "value"), [(T.TEXT, "--- !"), (T.PHONE, "+"), (T.ADDRESS, {"city": "?"})])
def test_a_value_of_nothing_but_punctuation_says_nothing(kind: T, value: Any) -> None:
    assert match_text(kind, value) is None


@given(st.text())
def test_comparing_twice_changes_nothing(text: str) -> None:
    assert loose(loose(text)) == loose(text)


@given(st.lists(st.text("abcäöüßéЖ1", min_size=1), min_size=1), st.data())
def test_case_blanks_and_punctuation_make_no_difference(words: list[str], data: st.DataObject) -> None:
    gaps = st.text(" \t,;-/&", min_size=1).map(lambda gap: f" {gap}")
    cased = [data.draw(st.sampled_from([word, word.upper(), word.lower(), word.title()])) for word in words]
    written = "".join(word + data.draw(gaps) for word in cased)
    assert loose(written) == loose(" ".join(words))


@given(st.text("abc "), st.text("abc "))
def test_other_letters_are_another_text(one: str, other: str) -> None:
    assume(one.split() != other.split())
    assert loose(one) != loose(other)


# --- hashes


def test_both_sides_have_the_same_hash_by_each_rule_that_both_can_answer() -> None:
    mine = our_keys(account(), ours(name="Acme GmbH", email="a@acme.example", country="DE"), SECRET)
    there = theirs(row(name="ACME gmbh", mail="A@acme.example", land="de", billing_id=None))
    assert set(mine) == {KEY, "email", "name+country"}
    assert there == {rule: mine[rule] for rule in ("email", "name+country")}


def test_a_rule_needs_all_of_its_fields() -> None:
    assert set(theirs(row(name="Acme", mail=None))) == set()
    assert set(theirs(row(name="Acme", land="DE"))) == {"name+country"}
    assert set(our_keys(account(), ours(name="Acme", email=None), SECRET)) == {KEY}


def test_a_record_that_carries_a_key_is_compared_by_nothing_else() -> None:
    mine = our_keys(account(), ours(email="a@acme.example"), SECRET)
    assert theirs(row(mail="a@acme.example", billing_id="cus_1")) == {KEY: mine[KEY]}
    assert theirs(row(mail="a@acme.example", billing_id=" cus_2 "))[KEY] != mine[KEY]


@pytest.mark.parametrize("key", [{"odd": 1}, 7.5])
def test_a_record_whose_key_nobody_can_read_is_no_candidate(key: Any) -> None:
    assert theirs(row(mail="a@acme.example", billing_id=key)) == {}


@pytest.mark.parametrize("key", [None, "", "  "])
def test_an_empty_key_place_carries_none(key: Any) -> None:
    snapshot = row(mail="a@acme.example", billing_id=key)
    assert key_in(crm(), snapshot) is None
    assert set(theirs(snapshot)) == {"email"}


def test_what_is_gone_or_left_out_by_the_map_is_no_candidate() -> None:
    assert theirs(replace(row(mail="a@acme.example"), gone=True)) == {}
    assert theirs(row(mail="a@acme.example", test=True), crm(only_read=lambda it: not it.get("test"))) == {}


def test_what_nobody_can_read_says_nothing() -> None:
    assert set(theirs(row(name="Acme", land="DE", mail="nobody"))) == {"name+country"}


def test_an_entity_that_is_gone_matches_nothing() -> None:
    assert our_keys(account(), changed(ours(email="a@acme.example"), tombstone=True), SECRET) == {}


def test_the_owners_word_counts_before_what_others_show() -> None:
    hidden = theirs(row(mail="shown@acme.example"))
    shown = account(("email",))
    record = ours()
    hashes = {"email": _hash(shown, "email", "shown@acme.example")}
    seen = changed(record, shown={CRM: hashes})
    assert our_keys(shown, seen, SECRET)["email"] == hidden["email"]
    told = changed(seen, fields={"email": FieldState(value="own@acme.example", seq=2)})
    assert our_keys(shown, told, SECRET)["email"] == theirs(row(mail="own@acme.example"))["email"]
    emptied = changed(seen, fields={"email": FieldState(value=None, seq=2)})
    assert set(our_keys(shown, emptied, SECRET)) == {KEY}


def _hash(subject: ObjectPlan, name: str, value: Any) -> str:
    found = field_hash(SECRET, subject, name, value)
    assert found is not None
    return found.hex()


def test_hashes_tell_nothing_without_the_ledgers_key_and_hold_no_value() -> None:
    record = ours(email="a@acme.example")
    one, other = our_keys(account(), record, SECRET), our_keys(account(), record, b"t" * 32)
    assert set(one.values()).isdisjoint(other.values())
    assert all(b"acme" not in hash_ for hash_ in one.values())


def test_equal_texts_of_two_fields_or_rules_are_not_equal() -> None:
    subject = account(("name",), ("country",), ("name", "country"))
    keys = our_keys(subject, ours(name="de", country="DE"), SECRET)
    assert len(set(keys.values())) == len(keys) == 4
