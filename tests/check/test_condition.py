"""Conditions over fields: what can be compared with what, and where the mistake stands."""

import pytest

from syncengine.check.condition import mistakes
from syncengine.spec.object import FieldSpec
from syncengine.spec.parse import parse

FIELDS = {
    name: FieldSpec.model_validate(field)
    for name, field in {
        "name": {"type": "text"},
        "country": {"type": "country"},
        "count": {"type": "integer"},
        "rate": {"type": "decimal"},
        "active": {"type": "boolean"},
        "day": {"type": "date"},
        "at": {"type": "timestamp"},
        "total": {"type": "money"},
        "due": {"type": "money"},
        "home": {"type": "address"},
        "kyc": {"type": "verification"},
        "status": {"one_of": ["draft", "open", "paid"]},
        "account": {"ref": "account"},
        "payer": {"ref": "account"},
        "order": {"ref": "order"},
    }.items()
}


@pytest.mark.parametrize(
    "text",
    [
        "status == 'paid'",
        "status in ['paid', 'open'] and not (count < 3)",
        "has(account) or has(home) or has(total)",
        "active",
        "not active and active == true",
        "true",
        "total > due and total == due",
        "rate > 1 and count <= rate",
        "rate == '1.50'",
        "day < '2026-01-31' and day != day",
        "at >= '2026-01-31T09:30:00Z' and at == at",
        "at in ['2026-01-31T09:30:00+01:00']",
        "name == country and country in ['DE', 'fr']",
        "name == status",
        "kyc == 'verified' and kyc in ['pending', 'rejected']",
        "account == payer",
        "'paid' == status",
        "3 < count",
    ],
)
def test_a_sound_condition_has_no_mistake(text: str) -> None:
    assert list(mistakes(parse(text), FIELDS, theirs=False)) == []


@pytest.mark.parametrize(
    ("text", "at", "says", "remedy"),
    [
        ("statsu == 'paid'", 0, "no field statsu", "Did you mean status?"),
        ("has(statsu)", 4, "no field statsu", "Did you mean status?"),
        ("active and statsu", 11, "no field statsu", "status"),
        ("status == 'payd'", 10, "never 'payd'", "Did you mean paid?"),
        ("status in ['paid', 'opne']", 19, "never 'opne'", "Did you mean open?"),
        ("'payd' == status", 0, "never 'payd'", "paid"),
        ("kyc == 'verfied'", 7, "never 'verfied'", "Did you mean verified?"),
        ("status < 'paid'", 9, "has no order", "=="),
        ("name < 'b'", 7, "has no order", "=="),
        ("name < country", 5, "has no order", "=="),
        ("active > true", 9, "has no order", "=="),
        ("total > 10", 8, "a number has no currency", "money with money"),
        ("10 < total", 0, "a number has no currency", "money with money"),
        ("total == rate", 6, "a number has no currency", "money with money"),
        ("total == '10 EUR'", 9, "cannot be compared", "one type"),
        ("count == '3'", 9, "cannot be compared", "one type"),
        ("count == true", 9, "cannot be compared", "one type"),
        ("name == 3", 8, "cannot be compared", "one type"),
        ("status == 3", 10, "cannot be compared", "words"),
        ("active == 1", 10, "cannot be compared", "one type"),
        ("active == 'yes'", 10, "cannot be compared", "one type"),
        ("rate == 'much'", 8, "cannot be compared", "one type"),
        ("day < 'soon'", 6, "not a date", "2026-01-31"),
        ("day < '2026-1-31'", 6, "not a date", "2026-01-31"),
        ("at < '2026-01-31T09:30:00'", 5, "not a moment", "Z"),
        ("day == at", 4, "cannot be compared", "one type"),
        ("home == home", 5, "cannot be compared", "one type"),
        ("account == order", 8, "cannot be compared", "one type"),
        ("account == 'cus_1'", 11, "cannot be compared", "one type"),
        ("status", 0, "not true or false", "has(field)"),
        ("count and active", 0, "not true or false", "has(field)"),
        ("'paid'", 0, "not true or false", "has(field)"),
        ("1 == 1", 2, "always", "Compare a field"),
        ("1 in [1]", 0, "always", "Ask for a field"),
        ("theirs.status == 'x'", 0, "`theirs` is not visible", "field of ours"),
    ],
)
def test_a_mistake_has_its_column_and_its_remedy(text: str, at: int, says: str, remedy: str) -> None:
    found = list(mistakes(parse(text), FIELDS, theirs=False))
    assert [(m.at, m.rule) for m in found] == [(at, "expression/type")], found
    assert says in found[0].message
    assert remedy in found[0].remedy


@pytest.mark.parametrize(
    ("text", "at"),
    [("account.country == 'DE'", 0), ("hold.open", 0), ("kyc.status == 'verified'", 0), ("has(id_in.crm)", 4)],
)
def test_what_is_not_built_says_so(text: str, at: int) -> None:
    assert [(m.at, m.rule) for m in mistakes(parse(text), FIELDS, theirs=False)] == [(at, "language/not-built")]


def test_a_reading_condition_sees_their_record_and_nothing_else() -> None:
    assert list(mistakes(parse("theirs.a.b == 'x' and theirs.n > 3 and theirs.f"), FIELDS, theirs=True)) == []
    found = list(mistakes(parse("theirs.a == 'x' and status == 'paid' and theirs"), FIELDS, theirs=True))
    assert [(m.at, m.message) for m in found] == [
        (20, "status is not visible here"),
        (41, "`theirs` is a whole record"),
    ]
    assert found[0].remedy.startswith("Write theirs.status: this flow has no grant")


def test_every_mistake_of_a_condition_is_found() -> None:
    found = list(mistakes(parse("a == 1 or (b and total > 2) or not has(c)"), FIELDS, theirs=False))
    assert [m.at for m in found] == [0, 11, 25, 39]
