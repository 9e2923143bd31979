"""Rules about expressions in spellings: sources of currencies, classes of what is computed, open verifications."""
# ruff: noqa: E501 - a table reads better in wide lines

from pathlib import Path

import pytest

from syncengine.check.context import Context
from syncengine.check.coverage import coverage
from syncengine.check.reads import fields_read, places_read, spelled_class, spelled_type
from syncengine.check.run import check_map
from syncengine.model.finding import Finding
from syncengine.spec.loader import load_map
from syncengine.spec.object import FieldSpec
from syncengine.spec.spelling import Spelling
from syncengine.vocabulary import FieldType as T
from tests.check.laid_over import judged
from tests.specs.maps import DESCRIPTIONS, GOOD, write_map

ACCOUNT, INVOICE, AUTHORITY = "objects/account.yaml", "objects/invoice.yaml", "authority.yaml"
CURRENCIES, OPEN, LEAK = "money/same-place-two-currencies", "words/verification-open", "privacy/template-leak"


def of_kyc(spelling: str) -> dict[str, str]:
    """Without a greatest age: what is computed here has no date."""
    ageless = GOOD["gates.yaml"].replace("max_age: 90d, ", "")
    return {ACCOUNT: GOOD[ACCOUNT].replace("{reading: kyc}", spelling), "gates.yaml": ageless}


def in_crm(email: str) -> dict[str, str]:
    text = GOOD[ACCOUNT].replace("      email: email\n    fresh: {expected: 60s", f"      email: {email}\n    fresh: {{expected: 60s")
    assert text != GOOD[ACCOUNT]
    return {ACCOUNT: text}


def columns(folder: Path, found: list[Finding]) -> list[tuple[str, str]]:
    """The rule of each finding, and the line from its column on."""
    shown = []
    for finding in found:
        lines = (folder / finding.place.file.removeprefix(f"{folder.as_posix()}/")).read_text().splitlines()
        shown.append((finding.rule, lines[finding.place.line - 1][finding.place.column - 1 :]))
    return shown


@pytest.mark.parametrize(
    "text",
    [
        "theirs.s == 'ok' ? 'verified' : 'in_review'",
        "theirs.s in ['ok', 'fine'] and has(theirs.on) ? 'verified' : 'in_review'",
        "trim(lower(theirs.s)) == 'ok' ? 'verified' : 'in_review'",
        "'ok' == theirs.s or theirs.ok == true or theirs.level == 3 ? 'verified' : 'in_review'",
        "theirs.s == 'bad' ? 'rejected' : theirs.s == 'ok' ? 'verified' : 'pending'",
        "theirs.charges_enabled ? 'verified' : 'pending'",
        "theirs.s == 'a' ? (theirs.t != 'b' ? 'verified' : 'pending') : 'pending'",
    ],
)
def test_a_verification_that_lists_what_passes_is_closed(text: str, tmp_path: Path) -> None:
    assert judged(tmp_path, of_kyc(f'{{from: "{text}"}}')) == []


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("theirs.s == 'bad' ? 'rejected' : 'verified'", "'verified'"),
        ("theirs.s != 'bad' ? 'verified' : 'rejected'", "'verified'"),
        ("not (theirs.s == 'bad') ? 'verified' : 'rejected'", "'verified'"),
        ("theirs.s == 'a' or theirs.s != 'b' ? 'verified' : 'rejected'", "'verified'"),
        ("theirs.s == 'a' ? 'verified' : theirs.s == 'b' ? 'rejected' : 'not_applicable'", "'not_applicable'"),
        ("'verified'", "'verified'"),
        ("has(theirs.s) ? 'verified' : 'rejected'", "'verified'"),
        ("theirs.n >= 1 ? 'verified' : 'rejected'", "'verified'"),
        ("theirs.n == theirs.of ? 'verified' : 'rejected'", "'verified'"),
        ("theirs.bad == false ? 'verified' : 'rejected'", "'verified'"),
        ("starts_with(theirs.s, 'v') ? 'verified' : 'rejected'", "'verified'"),
        ("theirs.s == 'ok' or starts_with(theirs.s, 'v') ? 'verified' : 'rejected'", "'verified'"),
        ("theirs.s + '' == 'ok' ? 'verified' : 'rejected'", "'verified'"),
        ("replace(theirs.s, 'un', '') in ['ok'] ? 'verified' : 'rejected'", "'verified'"),
        ("(theirs.s == 'ok' ? true : has(theirs.t)) ? 'verified' : 'rejected'", "'verified'"),
        ("theirs.s", "theirs.s"),
        ("theirs.s == 'bad' ? 'rejected' : theirs.t", "theirs.t"),
        ("lower(theirs.s)", "lower(theirs.s)"),
        ("replace(theirs.s, 'un', '')", "replace("),
        ("split_at(theirs.s, '_', 0)", "split_at("),
        ("'veri' + 'fied'", "'veri'"),
        ("theirs.s + 'ied'", "theirs.s"),
        ("lower('VERIFIED')", "lower("),
    ],
)
def test_a_verification_that_passes_on_the_rest_is_open_at_its_word(text: str, at: str, tmp_path: Path) -> None:
    found = columns(tmp_path, judged(tmp_path, of_kyc(f'{{from: "{text}"}}')))
    assert [(rule, line.startswith(at)) for rule, line in found] == [(OPEN, True)]


@pytest.mark.parametrize(
    ("spelling", "closed"),
    [
        ("{from: \"theirs.s == 'ok' ? 'pending' : 'in_review'\"}", True),
        ("{from: \"theirs.s == 'ok' ? 'fail' : theirs.t\", words: {verified: pass, rejected: fail}}", False),
        ("{from: \"theirs.s == 'ok' ? 'pass' : 'fail'\", words: {verified: pass, rejected: fail}}", False),
        ("{from: \"theirs.s == 'ok' ? 'fail' : 'fail'\", words: {verified: pass, rejected: fail}}", True),
    ],
)
def test_a_gate_that_asks_for_what_is_never_computed_to_be_verified_is_never_cleared(
    spelling: str, closed: bool, tmp_path: Path
) -> None:
    found = [f.rule for f in judged(tmp_path, of_kyc(spelling))]
    assert found == ["gate/not-clearable"] * closed


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("theirs.s", True),
        ("trim(lower(theirs.s))", True),
        ("theirs.s == 'x' ? 'bad' : theirs.t", True),
        ("replace(theirs.s, 'un', '')", False),
        ("theirs.s + 'k'", False),
        ("theirs.n > 1 ? 'ok' : 'bad'", False),
    ],
)
def test_a_table_lists_the_words_of_what_stands_there_and_not_of_what_is_made_of_it(
    text: str, closed: bool, tmp_path: Path
) -> None:
    found = judged(tmp_path, of_kyc(f'{{from: "{text}", words: {{verified: ok, rejected: bad}}}}'))
    assert [f.rule for f in found] == [OPEN] * (not closed)


def test_a_condition_that_asks_nothing_is_one_mistake(tmp_path: Path) -> None:
    found = judged(tmp_path, of_kyc("{from: \"true ? 'verified' : 'rejected'\"}"))
    assert [f.rule for f in found] == ["expression/type"]


def test_a_word_of_theirs_that_a_table_reads_as_verified_is_one_too(tmp_path: Path) -> None:
    words = "{verified: ok, rejected: bad}"
    spelling = f"{{from: \"theirs.s == 'bad' ? 'bad' : 'ok'\", words: {words}}}"
    assert [f.rule for f in judged(tmp_path, of_kyc(spelling))] == [OPEN]


def test_a_shared_table_that_has_a_word_for_the_rest_is_open_where_the_word_stands(tmp_path: Path) -> None:
    files = {**of_kyc("{at: s, words: checks}"), "words.yaml": GOOD["words.yaml"] + "checks: {verified: ok, default: ok2}\n"}
    assert columns(tmp_path, judged(tmp_path, files)) == [(OPEN, "default: ok2}")]


def of_invoices(billing: str, crm: str, fields: str = "", grant: str = "") -> dict[str, str]:
    """The good invoices with more fields, spelled by billing and the CRM."""
    text = GOOD[INVOICE].replace("  due_at: {type", f"{fields}  due_at: {{type")
    text = text.replace("      due_at: due_date\n", f"      due_at: due_date\n{billing}")
    text = text.replace("      note: note\n", f"      note: note\n{crm}")
    return {INVOICE: text, AUTHORITY: GOOD[AUTHORITY].replace("total, due_at]", f"total, due_at{grant}]")}


NET = "  net: {type: money, optional: true}\n"


@pytest.mark.parametrize(
    ("billing", "crm", "found"),
    [
        ("      net: {at: net, currency_at: currency}\n", "      net: {at: net, currency_at: currency, unit: minor}\n", 0),
        ("      net: {at: net, currency_at: code}\n", "      net: {at: net, currency_at: currency, unit: minor}\n", 1),
        ("      net: {at: net, currency_at: code}\n", "      net: {at: net, currency_at: code, unit: minor}\n", 0),
        (
            "      net: {from: \"theirs.a ? money('1 EUR') : money('1 USD')\"}\n",
            "      net: {at: net, currency_at: currency, unit: minor}\n",
            1,
        ),
        (
            "      net: {at: net, currency_at: code}\n",
            '      net: {at: net, currency_at: currency, unit: minor, to: "total"}\n',
            0,
        ),
        (
            "      net: {at: net, currency_at: currency}\n",
            '      net: {at: net, currency_at: currency, unit: minor, to: "net + total"}\n',
            0,
        ),
        (
            "      net: {at: net, currency_at: code}\n",
            '      net: {at: net, currency_at: code, unit: minor, to: "has(net) ? net : total"}\n',
            1,
        ),
    ],
)
def test_amounts_share_a_currency_only_if_it_comes_from_one(billing: str, crm: str, found: int, tmp_path: Path) -> None:
    findings = judged(tmp_path, of_invoices(billing, crm, NET, ", net"))
    assert [f.rule for f in findings] == [CURRENCIES] * found, findings
    assert all(line.startswith("currency_at") for _, line in columns(tmp_path, findings))


@pytest.mark.parametrize(
    ("email", "rule", "at", "says"),
    [
        ('{at: email, to: "upper(emial)"}', "expression/type", "emial)", "no field emial"),
        ('{at: email, to: "upper(email"}', "expression/syntax", '"}', "the expression ends"),
        ('{at: email, to: "theirs.email"}', "expression/type", "theirs.email", "not visible"),
        ("{at: email, words: invoice_status}", "spelling/type", "words", "email is email"),
        ('{at: email, to: "name", currency_at: c}', "spelling/type", "currency_at", "what `to` gives for email is person"),
        ('{at: email, to: "kyc == \'verified\' ? 1 : 2", unit: minor}', "spelling/type", "unit", "is integer"),
        ('{from: "theirs.email"}', "spelling/type", "from", "`from` cannot be written"),
        ("{at: email, to: \"money('1 EUR')\", currency_at: c}", "money/unit-unknown", "{at", "Add `unit: minor`"),
    ],
)  # fmt: skip
def test_an_expression_of_a_spelling_is_judged_where_it_stands(
    email: str, rule: str, at: str, says: str, tmp_path: Path
) -> None:
    files = in_crm(email)
    files[ACCOUNT] = files[ACCOUNT].replace("name: {type: text, class: pii}", "name: {type: person_name}")
    findings = judged(tmp_path, files)
    assert [(r, line.startswith(at)) for r, line in columns(tmp_path, findings)] == [(rule, True)], findings
    assert says in f"{findings[0].message} {findings[0].remedy}"


def test_each_field_that_leaks_is_named_at_its_place(tmp_path: Path) -> None:
    text = in_crm("{at: email, to: \"legal_form + name + (has(kyc) ? 'x' : name)\"}")
    text[ACCOUNT] = text[ACCOUNT].replace("  name: {type: text, class: pii}", "  name: {type: text, class: account_number}")
    text["systems.yaml"] = GOOD["systems.yaml"].replace(
        "cleared_for: [public, internal, financial, pii]}\ncrm", "cleared_for: [public, internal, financial, pii, account_number]}\ncrm"
    )  # fmt: skip
    text[ACCOUNT] = text[ACCOUNT].replace("      name: name\n      email: {at", "      email: {at")
    text[AUTHORITY] = GOOD[AUTHORITY].replace("fields: [name, email]", "fields: [email]")
    found = [(rule, line) for rule, line in columns(tmp_path, judged(tmp_path, text)) if rule == LEAK]
    assert [line.partition('"')[0] for _, line in found] == ["name + (has(kyc) ? 'x' : name)", "name)"]


def context_of(folder: Path, files: dict[str, str]) -> Context:
    spec, findings = load_map(write_map(folder, files))
    assert spec is not None, findings
    return Context(spec=spec, descriptions=DESCRIPTIONS)


def test_what_stands_at_a_place_has_the_highest_class_of_all_that_it_is_computed_from(tmp_path: Path) -> None:
    context = context_of(tmp_path, {})
    account = context.spec.objects["account"]
    for to, klass in (("legal_form", "internal"), ("upper(name)", "pii"), ("has(email) ? 'x' : 'y'", "pii")):
        spelling = Spelling.model_validate({"at": "x", "to": to})
        assert spelled_class(context, account, account.fields["legal_form"], spelling) == klass
    plain = Spelling.model_validate("x")
    assert spelled_class(context, account, account.fields["legal_form"], plain) == "internal"
    assert spelled_class(context, account, account.fields["email"], Spelling.model_validate({"at": "x", "to": "1"})) == "pii"


def test_the_plan_is_told_type_and_class_of_what_is_computed(tmp_path: Path) -> None:
    spec, _ = load_map(write_map(tmp_path, in_crm("{at: mail, to: \"kyc == 'verified'\"}")))
    assert spec is not None
    checked, findings = check_map(spec, DESCRIPTIONS, None)
    assert checked is not None, findings
    shown = {s.field.name: s for s in checked.flows["account.crm"].shows}
    assert (shown["email"].type, shown["email"].klass) == (T.BOOLEAN, "pii")
    assert (shown["name"].type, shown["name"].klass) == (T.TEXT, "pii")


def test_a_field_that_only_an_expression_reads_is_covered(tmp_path: Path) -> None:
    whole = context_of(tmp_path / "a", {}).spec
    files = in_crm('{at: email, to: "upper(email) + nick"}')
    files[ACCOUNT] = files[ACCOUNT].replace("fields:\n  name:", "fields:\n  nick: {type: text}\n  name:").replace(
        "      legal_form: metadata", "      nick: nick\n      legal_form: metadata"
    )  # fmt: skip
    assert coverage(context_of(tmp_path / "b", files).spec) == coverage(whole) == 100


def test_what_an_expression_reads_is_listed_once_and_in_order() -> None:
    text = "has(b) ? lower(a) + b : theirs.x.y + theirs.z + theirs.x.y"
    assert fields_read(text) == ("b", "a")
    assert places_read(text) == ("x.y", "z")
    assert fields_read("a +") == places_read(None) == ()


def test_the_type_of_what_cannot_be_read_is_unknown() -> None:
    fields = {"n": FieldSpec.model_validate({"type": "integer"})}
    assert spelled_type(fields, fields["n"], Spelling.model_validate("x")) is T.INTEGER
    assert spelled_type(fields, fields["n"], Spelling.model_validate({"at": "x", "to": "n * 0.5"})) is T.DECIMAL
    for to in ("n +", "m", "n + 'x'"):
        assert spelled_type(fields, fields["n"], Spelling.model_validate({"at": "x", "to": to})) is None
