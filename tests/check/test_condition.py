"""Expressions over fields: what can be compared and combined, what they give, and where the mistake stands."""

import pytest

from syncengine.check import operand
from syncengine.check.condition import becomes, gives, mistakes
from syncengine.spec import function
from syncengine.spec.function import FUNCTIONS, UNBUILT_FUNCTIONS
from syncengine.spec.object import FieldSpec
from syncengine.spec.parse import parse
from syncengine.vocabulary import FieldType as T

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
        "not active or active == true",
        "total > due and total == due",
        "rate > 1 and count <= rate",
        "rate == '1.50'",
        "day < '2026-01-31' and day != date_in(at, 'UTC')",
        "at >= '2026-01-31T09:30:00Z'",
        "not (status == 'open') and not (status == 'paid') and not (status in ['draft'])",
        "at in ['2026-01-31T09:30:00+01:00']",
        "name == country and country in ['DE', 'fr']",
        "name == status",
        "kyc == 'verified' or kyc in ['pending', 'rejected']",
        "account == payer",
        "'paid' == status",
        "3 < count",
        "rate > 0.5 and count + 1 < rate * 2 and count - 1 in [1, 2]",
        "total > money('10 EUR') and total + due <= due * 3 and 2 * total == total - due",
        "name + ' ' + country == 'Acme DE' and starts_with(lower(name), 'ac')",
        "active ? has(name) : count == 1",
        "(active ? total : due) > money('10.50 EUR')",
        "(active ? day : '2026-01-31') == day and (active ? 'paid' : 'open') == status",
        "date_in(at, 'Europe/Berlin') <= day and date(2026, count, 1) > day",
        "split_at(replace(trim(upper(name)), ' ', '-'), '-', -1) != 'X' or ends_with(name, name)",
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
        ("total == '10 EUR'", 9, "cannot be compared", "money('10 EUR')"),
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
        ("true", 0, "true is no condition", "Ask for something"),
        ("not false", 4, "false is no condition", "Ask for something"),
        ("active and true", 11, "true is no condition", "Ask for something"),
        ("active ? true and active : active", 9, "true is no condition", "Ask for something"),
        ("name == ''", 8, "is empty", "Write not has(name)."),
        ("'' != name", 0, "is empty", "Write has(name)."),
        ("trim(name) == ' '", 14, "is empty", "Write not has(field)."),
        ("name in ['x', '']", 14, "is empty", "or not has("),
        ("name == name", 0, "compared with itself", "two things"),
        ("total + due > total + due", 0, "compared with itself", "two things"),
        ("status in ['open', 'open']", 19, "stands twice", "Remove one"),
        ("count in [1, 2, 1]", 16, "stands twice", "Remove one"),
        ("status == 'open' and status == 'paid'", 0, "nothing makes this condition true", "can be so"),
        ("kyc == 'verified' and kyc in ['pending', 'rejected']", 0, "nothing makes", "can be so"),
        ("active and not active", 0, "nothing makes", "can be so"),
        ("has(status) and not (status != 'open') and status == 'paid'", 0, "nothing makes", "can be so"),
        ("(active and active == false ? name : country) == 'x'", 1, "nothing makes", "can be so"),
    ],
)
def test_a_mistake_has_its_column_and_its_remedy(text: str, at: int, says: str, remedy: str) -> None:
    found = list(mistakes(parse(text), FIELDS, theirs=False))
    assert [(m.at, m.rule) for m in found] == [(at, "expression/type")], found
    assert says in found[0].message
    assert remedy in found[0].remedy


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("total > 10", 8),
        ("10 < total", 0),
        ("total == rate", 9),
        ("total in [1]", 10),
        ("total + 10 > due", 8),
        ("count - total > due", 0),
        ("total > due and due + rate == total", 22),
        ("(active ? total : 10) > due", 18),
        ("total > money('10 EUR') + 5", 26),
    ],
)
def test_money_against_a_number_is_a_mistake_of_its_own_at_the_number(text: str, at: int) -> None:
    found = mistakes(parse(text), FIELDS, theirs=False)
    assert [(m.at, m.rule) for m in found] == [(at, "money/bare-number")], found
    assert "no currency" in found[0].message or "of one type" in found[0].message


@pytest.mark.parametrize(
    ("text", "at", "says", "remedy"),
    [
        ("lowr(name) == 'x'", 0, "no function lowr", "Did you mean lower?"),
        ("active and strats_with(name, 'x')", 11, "no function strats_with", "Did you mean starts_with?"),
        ("zzz(name)", 0, "no function zzz", "lower"),
        ("lower() == 'x'", 0, "lower takes 1 value, not 0", "lower(text)"),
        ("date(2026, 1) == day", 0, "date takes 3 values, not 2", "date(year, month, day)"),
        ("lower(count) == 'x'", 6, "text of lower(text) is a text, and count (integer) is not", "Give a text"),
        ("lower(total) == 'x'", 6, "is a text", "Give a text"),
        ("split_at(name, ' ', rate) == 'x'", 20, "is an integer", "Give an integer"),
        ("split_at(name, '', 0) == 'x'", 15, "is empty", "one character"),
        ("replace(name, '', 'x') == 'x'", 14, "is empty", "one character"),
        ("date(2026, 2, 30) == day", 0, "no such day", "year"),
        ("date(2026, 'x', 30) == day", 11, "is an integer", "Give an integer"),
        ("date_in(at, 'Berlin') == day", 12, "IANA time zone", "Europe/Berlin"),
        ("date_in(at, name) == day", 12, "IANA time zone", "Europe/Berlin"),
        ("date_in(name, 'UTC') == day", 8, "is a moment", "Give a moment"),
        ("date_in('soon', 'UTC') == day", 8, "is given where moment of date_in", "Give a value"),
        ("money('10') < total", 6, "an amount and its currency", "money('10.00 EUR')"),
        ("money('10.001 EUR') < total", 6, "an amount and its currency", "money('10.00 EUR')"),
        ("money('1.5 JPY') < total", 6, "an amount and its currency", "money('10.00 EUR')"),
        ("money('10 eur') < total", 6, "an amount and its currency", "money('10.00 EUR')"),
        ("money(name) < total", 6, "an amount and its currency", "money('10.00 EUR')"),
        ("name + 1 == 'x'", 7, "are not added", "Texts are added to texts"),
        ("name - name == 'x'", 5, "are not subtracted", "Numbers are"),
        ("day + 1 == day", 6, "are not added", "Numbers are"),
        ("total * rate == due", 6, "would have to be rounded", "by an integer"),
        ("total * 0.5 == due", 8, "would have to be rounded", "by an integer"),
        ("total * due == due", 6, "are not multiplied", "Numbers are"),
        ("active + 1 == 2", 9, "are not added", "Numbers are"),
        ("(active ? name : 1) == name", 17, "not of one type", "one type"),
        ("(name ? 1 : 2) == count", 1, "not true or false", "Compare it"),
        ("(active ? kyc : 'verfied') == kyc", 16, "never 'verfied'", "verified"),
        ("(active ? day : 'soon') == day", 16, "not a date", "2026-01-31"),
        ("count + 1", 6, "not true or false", "Compare it"),
        ("lower(name)", 0, "not true or false", "Compare it"),
        ("lower(nme) == 'x'", 6, "no field nme", "name"),
        ("starts_with(name, 'x') == 'y'", 26, "cannot be compared", "one type"),
        ("(active ? count == 'x' : true)", 19, "cannot be compared", "one type"),
    ],
)
def test_a_mistake_in_a_term_has_its_column_and_its_remedy(text: str, at: int, says: str, remedy: str) -> None:
    found = mistakes(parse(text), FIELDS, theirs=False)
    assert [(m.at, m.rule) for m in found] == [(at, "expression/type")], found
    assert says in found[0].message
    assert remedy in found[0].remedy


@pytest.mark.parametrize("name", sorted(UNBUILT_FUNCTIONS))
def test_a_function_that_is_not_built_says_so(name: str) -> None:
    found = mistakes(parse(f"active and {name}(account, active)"), FIELDS, theirs=False)
    assert [(m.at, m.rule) for m in found] == [(11, "language/not-built")]
    assert name in found[0].message


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("name", T.TEXT),
        ("status", T.ONE_OF),
        ("upper(name) + '/' + country", T.TEXT),
        ("count * 2 - 1", T.INTEGER),
        ("count * rate", T.DECIMAL),
        ("total + due", T.MONEY),
        ("active ? money('1 EUR') : total", T.MONEY),
        ("active ? status : 'none'", T.TEXT),
        ("active ? count : rate", T.DECIMAL),
        ("active ? at : '2026-01-01T00:00:00Z'", T.TIMESTAMP),
        ("status == 'paid' and active", T.BOOLEAN),
        ("active ? true : has(name)", T.BOOLEAN),
        ("date_in(at, 'UTC')", T.DATE),
        ("kyc", T.VERIFICATION),
        ("'x'", T.TEXT),
        ("1.5", T.DECIMAL),
    ],
)
def test_what_an_expression_over_our_fields_gives(text: str, kind: T) -> None:
    given = gives(parse(text), FIELDS)
    assert (given.type, given.mistakes) == (kind, ())


@pytest.mark.parametrize("text", ["account", "home", "active ? payer : account"])
def test_what_has_no_value_at_one_place_is_not_written_by_an_expression(text: str) -> None:
    given = gives(parse(text), FIELDS)
    assert given.type is None
    assert "not a value that stands at one place" in given.mistakes[0].message


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", "trim(theirs.first) + ' ' + theirs.last"),
        ("name", "theirs.name"),
        ("name", "has(theirs.a) ? theirs.a : 'none'"),
        ("country", "upper(split_at(theirs.locale, '-', 1))"),
        ("status", "theirs.type in ['a', 'b'] ? 'open' : theirs.paid == true ? 'paid' : theirs.status"),
        ("kyc", "theirs.ok ? 'verified' : theirs.word"),
        ("count", "theirs.seats * 2 - 1"),
        ("count", "theirs.n"),
        ("rate", "theirs.percent * 0.01"),
        ("rate", "theirs.a - theirs.b"),
        ("active", "theirs.state == 'on' or starts_with(theirs.state, 'active')"),
        ("day", "date_in(theirs.created, 'Europe/Berlin')"),
        ("day", "date(theirs.exp_year, theirs.exp_month, 1)"),
        ("day", "has(theirs.day) ? theirs.day : '2026-01-31'"),
        ("at", "has(theirs.at) ? theirs.at : '2026-01-31T00:00:00Z'"),
        ("total", "theirs.vip == true ? money('0.00 EUR') : money('10.00 EUR')"),
        ("account", "split_at(theirs.path, '/', 2)"),
    ],
)
def test_a_value_of_theirs_that_fits(field: str, text: str) -> None:
    assert becomes(parse(text), operand.of_field(field, FIELDS[field])) == ()


@pytest.mark.parametrize(
    ("field", "text", "at", "rule"),
    [
        ("name", "theirs.a + theirs.b", 9, "expression/type"),
        ("name", "theirs.n * 2", 9, "expression/type"),
        ("name", "theirs.a == 'x'", 9, "expression/type"),
        ("name", "name", 0, "expression/type"),
        ("name", "theirs.a == 'x' ? 'a' : 1", 24, "expression/type"),
        ("status", "theirs.x == 1 ? 'payd' : 'open'", 16, "expression/type"),
        ("status", "theirs.x == 1", 9, "expression/type"),
        ("kyc", "theirs.ok ? 'verfied' : 'pending'", 12, "expression/type"),
        ("count", "theirs.a * 0.5 > 3 ? 1 : 0.5", 25, "expression/type"),
        ("count", "'3'", 0, "expression/type"),
        ("active", "'yes'", 0, "expression/type"),
        ("day", "'soon'", 0, "expression/type"),
        ("day", "theirs.a + 'x'", 9, "expression/type"),
        ("at", "'2026-01-31'", 0, "expression/type"),
        ("total", "theirs.amount", 0, "money/bare-number"),
        ("total", "theirs.amount * 100", 14, "money/bare-number"),
        ("total", "theirs.amount > 1 ? money('1 EUR') : 2", 37, "money/bare-number"),
        ("total", "money('1 EUR') > theirs.amount ? money('1 EUR') : money('2 EUR')", 17, "money/bare-number"),
        ("total", "'10 EUR'", 0, "expression/type"),
        ("name", "money('1 EUR')", 0, "expression/type"),
        ("home", "theirs.address", 0, "expression/type"),
    ],
)
def test_a_value_of_theirs_that_never_fits(field: str, text: str, at: int, rule: str) -> None:
    found = becomes(parse(text), operand.of_field(field, FIELDS[field]))
    assert [(m.at, m.rule) for m in found] == [(at, rule)], found
    assert found[0].remedy


def test_the_page_of_the_functions_lists_them_all_as_they_are_called() -> None:
    lines = (function.__doc__ or "").splitlines()
    rows = [line.split("|")[1].strip() for line in lines if line.startswith("| ")][1:]
    assert [row.partition("(")[0] for row in rows] == list(FUNCTIONS)
    for row, each in zip(rows, FUNCTIONS.values(), strict=True):
        assert row == each.shown or "'" in row  # what is written in quotes is shown by an example


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("account.country == 'DE'", 0),
        ("hold.open", 0),
        ("kyc.status == 'verified'", 0),
        ("has(id_in.crm)", 4),
        ("before == 1", 0),
        ("status != before.status", 10),
    ],
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
