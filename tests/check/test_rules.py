"""What each rule says of which line, beyond its own examples."""
# ruff: noqa: E501, ISC004 - a table reads better in wide lines

from pathlib import Path

import pytest

from syncengine.vocabulary import Severity
from tests.check.laid_over import judged
from tests.specs.maps import GOOD, edited, write_map

ACCOUNT, INVOICE, PAYOUT = "objects/account.yaml", "objects/invoice.yaml", "objects/payout.yaml"
AUTHORITY, GATES, PEOPLE, SYSTEMS = "authority.yaml", "gates.yaml", "people.yaml", "systems.yaml"
LOCAL = "environments/local.yaml"
NAME, OVERWRITES, WRITERS = "ownership/unknown-name", "authority/owner-would-be-overwritten", "authority/two-writers"
UNBUILT, SPELLING, WORDS = "language/not-built", "spelling/type", "words/not-total"

# fmt: off
CASES = [
    # file, what stands there, what is written instead, rule, where the finding points, part of message and remedy
    (AUTHORITY, "[create, update], object: invoice", "[update], object: invoice", "flow/never-creates", "only", "`only` has no"),
    (SYSTEMS, "connector: tables", "connector: tabels", NAME, "tabels", "no connector tabels Did you mean tables?"),
    (SYSTEMS, "owner: revops", "owner: nobody", NAME, "nobody", "no team nobody"),
    (PEOPLE, "finance_roles: [cfo]", "finance_roles: [cfo, cof]", NAME, "cof]", "no role cof Did you mean cfo?"),
    (PEOPLE, "roles: [officer]", "roles: [offcer]", NAME, "offcer", "no role offcer Did you mean officer?"),
    (ACCOUNT, "system_of_record: billing", "born_in: [biling]\nsystem_of_record: billing", NAME, "biling", "no flow biling"),
    (INVOICE, "{ref: account}", "{ref: acount}", NAME, "acount", "no object acount Did you mean account?"),
    (INVOICE, "owner: crm, because", "owner: crn, because", NAME, "crn", "no system crn Did you mean crm?"),
    (INVOICE, "approved_by: cfo", "approved_by: cfa", NAME, "cfa", "no role cfa Did you mean cfo?"),
    (INVOICE, "    record: invoices\n    fields", "    record: invioces\n    fields", NAME, "invioces",
     "no record type in billing invioces Did you mean invoices?"),
    (INVOICE, "      due_at: due_date", "      due_on: due_date", NAME, "due_on", "named due_on Did you mean due_at?"),
    (INVOICE, "words: invoice_status", "words: invoice_state", NAME, "invoice_state", "no table invoice_state"),
    (INVOICE, "account: account_id", "account: {at: account_id, ids_of: crn}", NAME, "crn", "flow of account named crn"),
    (INVOICE, "  crm:\n    record", "  cmr:\n    record", NAME, "cmr", "no system cmr Did you mean crm?"),
    (ACCOUNT, "{reading: kyc}", "{reading: kyb}", NAME, "kyb", "no reading of customers kyb Did you mean kyc?"),
    (AUTHORITY, "object: payout, in: billing", "object: payuot, in: billing", NAME, "payuot",
     "no object payuot Did you mean payout?"),
    (AUTHORITY, "object: account, in: crm", "object: account, in: crn", NAME, "crn", "flow of account named crn"),
    (AUTHORITY, "revops-lead]", "revops-lad]", NAME, "revops-lad", "no role revops-lad"),
    (GATES, "object: payout", "object: pay", NAME, "pay,", "no object pay"),
    (GATES, "about: payee", "about: amount", NAME, "amount", "no ref field of payout named amount"),
    (GATES, "    kyc: {when", "    kyb: {when", NAME, "kyb", "no field of account named kyb Did you mean kyc?"),
    (LOCAL, "crm: {env", "crmm: {env", NAME, "crmm", "no system crmm Did you mean crm?"),
    (GATES, "or: not_applicable", "or: [not_applicable, pending]", "gate/weak-pass", "[not", "never passes on pending"),
    (GATES, "or: not_applicable", "or: verfied", "gate/weak-pass", "verfied", "no"),
    (GATES, "or: not_applicable", "or: verified_restricted", UNBUILT, "verified_restricted", "needs an approval"),
    (GATES, "    kyc: {when", "    name: {when", "gate/not-clearable", "name: {", "account.name is not a verification"),
    (INVOICE, "      note: note", "      note: status", OVERWRITES, "status: {at", "invoice.status is written where"),
    (INVOICE, "      note: note", "      note: {at: due_on}", OVERWRITES, "due_at", "invoice.note (at"),
    (PAYOUT, "key: metadata.request", "key: destination", WRITERS, "key: ", "key of payout.billing and payout.payee"),
    (PAYOUT, "key: metadata.request", "key: destination.id", WRITERS, "key: ", "both write destination"),
    (INVOICE, "version: changed_at", "version: due_on", OVERWRITES, "due_at: {at", "written where version of invoice.crm"),
    (INVOICE, "version: changed_at", "version: billing_id", OVERWRITES, "key: billing_id", "version of invoice.crm"),
    (INVOICE, "{source: billing}", "{changed_at: x}", OVERWRITES, "changed_at: x", "on_create of invoice.crm is written"),
    (INVOICE, "{source: billing}", "{status: new}", WRITERS, "status: new", "on_create of invoice.crm and invoice.st"),
    (AUTHORITY, "fields: [name, email]", "fields: [name, name]", WRITERS, "name]", "account.name in crm is granted here"),
    (ACCOUNT, "    key: billing_id\n", "    key: billing_id\n    version: changed_at\n", "sync/version", "version",
     "this flow is not read by scanning"),
    (ACCOUNT, "    record: customers\n", "    record: customers\n    version: changed\n", "sync/version", "version",
     "the connector knows it"),
    (ACCOUNT, "    record: customers\n", "    record: reports\n", "sync/realtime-without-push", "billing:",
     "does not announce changes of reports"),
    (ACCOUNT, "      legal_form: metadata", "      kyc: metadata", "yaml/duplicate-key", "kyc", "given before"),
    (ACCOUNT, "      legal_form: metadata.legal_form\n", "", "ownership/two-owners", "legal_form",
     "billing owns legal_form, and no flow of billing reads it"),
    (ACCOUNT, "system_of_record: billing", "system_of_record: crm", "ownership/two-owners", "legal_form: {one_of",
     "crm owns legal_form, and no flow of crm reads it"),
    (INVOICE, "because: Collections work in the CRM., ", "", "exception/unapproved", "note: {type", "Add `because` on"),
    (INVOICE, ", approved_by: cfo", "", "exception/unapproved", "note: {type", "Add `approved_by` on this line."),
    (INVOICE, "total: {type: money}", "total: {type: money, class: public}", "privacy/declassified", "public", "is public"),
    (INVOICE, "unit: minor", "unit: major, words: invoice_status", SPELLING, "words", "total is money; `words` is for"),
    (INVOICE, "status: status", "status: {at: status, currency_at: c}", SPELLING, "currency_at", "status is one_of"),
    (INVOICE, "due_at: due_date", "due_at: {at: due_date, as: date}", SPELLING, "as: date", "billing owns due_at"),
    (INVOICE, "      note: note", "      note: {city: note}", SPELLING, "note: {city", "only an address has parts"),
    (ACCOUNT, "      name: name\n      email: email\n    fresh: {expected: 60s", "      name: name\n      email: email\n"
     "      kyc: {reading: kyc}\n    fresh: {expected: 60s", NAME, "kyc}", "no reading of accounts kyc"),
    (INVOICE, "total: {at: total, currency_at: currency}", "total: {at: total, currency_at: currency, unit: minor}",
     "money/unit-unknown", "unit", "the connector billing knows that it counts in minor units"),
    (INVOICE, "words: invoice_status", "words: {draft: Draft, open: [Open, Reopened], paid: Paid}", WORDS, "{draft",
     "open has several words of crm"),
    (INVOICE, "words: invoice_status", "words: {draft: D, open: O, paid: P, void: V}", WORDS, "{draft", "translates void"),
    (INVOICE, "status: status", "status: {at: status, words: {draft: D, open: O, paid: O}}", WORDS, "{draft",
     "O of billing can mean two of ours"),
    (ACCOUNT, "truth: Billing owns accounts; the CRM only displays them.", "truth: The CRM owns accounts of billing.",
     "truth/disagrees", "The CRM", "calls crm an owner"),
    (ACCOUNT, "truth: Billing owns accounts; the CRM only displays them.", "truth: Billings own accounts for the CRM.",
     "truth/disagrees", "Billings", "does not name billing"),
    (LOCAL, "environment: local, secret_key", "environment: staging, secret_key", "environment/authority", "starts_at",
     "billing is not"),
    (LOCAL, 'billing: {environment: local, secret_key: "env:BILLING_KEY"}\n', "", "environment/settings", "starts_at",
     "does not say where billing is"),
    (LOCAL, ', secret_key: "env:BILLING_KEY"', "", "environment/settings", "billing", "billing needs the setting secret_key"),
    (LOCAL, 'url: "env:CRM_URL"', "url: sqlite", "secrets/literal", "sqlite", "url of crm holds a credential"),
    (LOCAL, "environment: local, secret_key", 'address: "https://u:pw@host/", secret_key', "secrets/literal", '"https',
     "address of billing holds a credential"),
    (INVOICE, "    fields:\n      account: account_id", "    fields:\n      gone_since: on_hold\n      account: account_id",
     UNBUILT, "gone_since", "the built-in field gone_since is not built yet"),
    (AUTHORITY, "fields: [name, email]", "fields: [name, differs.look_at]", UNBUILT, "differs.look_at", "not built yet"),
    (AUTHORITY, "fields: [name, email]", "fields: [name, id_in.billing]", "authority/unknown-field", "id_in.billing",
     "account.crm does not spell id_in.billing"),
    (INVOICE, "    fields:\n      account: account_id", "    fields:\n      hold.opne: on_hold\n      account: account_id",
     NAME, "hold.opne", "no field of invoice named hold.opne Did you mean hold.open?"),
    (INVOICE, "    fields:\n      account: account_id", "    fields:\n      id_in.biling: b\n      account: account_id",
     NAME, "id_in.biling", "no field of invoice named id_in.biling Did you mean id_in.billing?"),
    (PAYOUT, "hold.open: on_hold", "hold.open: {at: on_hold, words: invoice_status}", "spelling/built-in", "{at: on_hold",
     "a place is all that it can be spelled as Write hold.open: on_hold."),
    (PAYOUT, "hold.open: on_hold", "hold.open: {reading: on_hold}", "spelling/built-in", "{reading", "hold.open: …"),
    (ACCOUNT, "  email: {type: email, optional: true}", "  hold: {type: boolean}", "language/reserved", "hold:",
     "hold is a word of the language itself Choose another name."),
    (PAYOUT, "hold.reason: hold_reason", "hold.reason: on_hold", WRITERS, "hold.reason", "payout.hold.open"),
    (PAYOUT, "hold.reason: hold_reason", "hold.reason: amount", "authority/owner-would-be-overwritten", "hold.reason",
     "payout.hold.reason is written where payout.amount"),
    (PAYOUT, "    record: payout_requests", "    record: invoices", UNBUILT, "invoices",
     "invoice.crm reads invoices of crm too"),
    (AUTHORITY, "[create], object: payout, in: billing, fields: [payee, amount]", "[create], object: payout, in: crm, "
     "fields: [payee, amount]", "ownership/never-proposed", "payee", "crm owns payee, and no birth of payout elsewhere"),
    (AUTHORITY, "object: account, in: crm, fields: [name, email]", "object: invoice, in: crm, fields: [due_at]",
     WRITERS, "due_at]", "is granted here and at"),
    (AUTHORITY, "    - {may: [create, update], object: account, in: crm, fields: [name, email]}",
     "    - {may: [create], object: account, in: crm, fields: [name]}\n"
     "    - {may: [update], object: account, in: crm, fields: [email]}", UNBUILT, "{may: [update]", "grants account.crm"),
    (AUTHORITY, "payout-release:\n", "more:\n  owner: finance\n  approved_by: [cfo]\n  grants:\n"
     "    - {may: [create, update], object: account, in: crm, fields: []}\npayout-release:\n", "authority/wildcard", "[]",
     "empty list"),
    (SYSTEMS, "connector: tables, owner: revops", "connector: weak, owner: revops", "duplicate/create-undefended",
     "[create, update]", "the connector weak offers class e for it"),
    (AUTHORITY, "[create], object: payout, in: billing", "[create], object: payout, in: billin", NAME, "billin", "billin"),
    (PEOPLE, "gina@northwind.example", "fritz@northwind.example", "approval/cannot-be-met", "release-hold", "hold 1"),
    (PEOPLE, ", reporting: ana@northwind.example", "", "people/nobody-answers", "answers_for", "answers for reporting"),
    (GATES, "legal_form == 'individual'", "kyc != 'rejected'", "gate/need-uncovered", "kyc != ", "whether kyc is asked hangs on kyc"),
    (GATES, "legal_form == 'individual'", "legal_form != 'company' and has(kyc)", "gate/need-uncovered", "kyc)", "which this gate needs"),
    (GATES, "legal_form == 'individual'", "legal_form == 'individual' and not (legal_form != 'company')", "gate/need-uncovered",
     '"legal_form', "this need is never asked: nothing makes the condition of kyc true"),
    (PAYOUT, "      payee: destination", "      payee: {at: destination, to: \"'acct_1'\"}", SPELLING, "to: ", "payee is a ref: the engine"),
    (PAYOUT, "amount: {at: amount, currency_at: currency}", "amount: {at: amount, currency_at: currency, to: \"money('1 EUR')\"}", SPELLING,
     "to: ", "have nothing to do with amount Read amount"),
    (PAYOUT, "      payee: destination", "      payee: {at: destination, only_if_empty: true}", SPELLING, "only_if_empty",
     "payee is only written when a record is made in billing"),
    (INVOICE, "moves: {draft: [open], open: [paid]}", "moves: {}", "language/value", "{}", "what is left out Leave it out"),
    (INVOICE, "open: [paid]}", "open: [open]}", "language/value", "moves", "leads from open to itself"),
    (INVOICE, "open: [paid]}", "open: [paid, paid]}", "language/value", "moves", "one word twice"),
    (INVOICE, "    moves: {draft", "    fixed: true\n    moves: {draft", "language/value", "moves", "a fixed field never moves"),
    (INVOICE, "total: {type: money}", "total: {type: money, urgent: []}", "language/value", "[]", "what is left out Leave it out"),
    (INVOICE, "total: {type: money}", "total: {type: money, urgent: [crm, crm]}", "language/value", "crm]}", "stands twice in the list"),
    (ACCOUNT, "system_of_record: billing", "born_in: []\nsystem_of_record: billing", "language/value", "[]", "Leave it out"),
    (ACCOUNT, "system_of_record: billing", "born_in: [billing, billing]\nsystem_of_record: billing", "language/value", "billing]", "twice"),
    (ACCOUNT, "system_of_record: billing", "matched_by: []\nsystem_of_record: billing", "language/value", "[]", "Leave it out"),
    (ACCOUNT, "system_of_record: billing", "matched_by: [email, [email]]\nsystem_of_record: billing", "language/value", "[email]]", "rule stands here twice"),
    (ACCOUNT, "system_of_record: billing", "matched_by: [[name, email], [email, name]]\nsystem_of_record: billing", "language/value", "[email, name]]",
     "rule stands here twice"),
    (ACCOUNT, "system_of_record: billing", "matched_by: [[name, name]]\nsystem_of_record: billing", "language/value", "[name, name]", "a field stands twice"),
    (ACCOUNT, "system_of_record: billing", "matched_by: [[]]\nsystem_of_record: billing", "language/value", "[]]", "compares nothing"),
    (ACCOUNT, "system_of_record: billing", "matched_by: [kyc]\nsystem_of_record: billing", "match/type", "kyc]", "kyc is a verification"),
    (INVOICE, "total: {type: money}", "total: {type: money, because: x}", "fields/no-effect", "because", "`because` could speak of Remove `because`"),
    (INVOICE, "total: {type: money}", "total: {type: money, owner: billing, approved_by: cfo}", "fields/no-effect", "approved_by", "no exception"),
    (INVOICE, "type: text, optional: true, owner", "type: text, optional: true, if_edited: review, owner", "fields/no-effect", "if_edited", "but crm shows note"),
    (PAYOUT, "hold.open: on_hold", 'hold.open: {at: on_hold, words: {"true": Y, "false": N}}', "spelling/built-in", "{at", "a place is all"),
    (PAYOUT, "hold.reason: hold_reason", 'hold.reason: {at: hold_reason, to: "hold.open"}', "spelling/built-in", "{at", "a place is all"),
    (INVOICE, 'cron: "*/30 * * * *"', 'cron: "0 0 29 2 *"', "fresh/impossible", "30m", "about once in 4 years"),
    (INVOICE, 'cron: "*/30 * * * *"', 'cron: "0 0 1 1 *"', "fresh/impossible", "30m", "about once a year"),
    (INVOICE, 'cron: "*/30 * * * *"', 'cron: "0 0 1 */6 *"', "fresh/impossible", "30m", "about once in 6 months"),
]
# fmt: on


@pytest.mark.parametrize(("file", "old", "new", "rule", "points_at", "says"), CASES)
def test_a_rule_finds_it_at_its_place(
    file: str, old: str, new: str, rule: str, points_at: str, says: str, tmp_path: Path
) -> None:
    files = edited(file, old, new)
    findings = [f for f in judged(tmp_path, files) if f.rule == rule]
    lines = {name: text.splitlines() for name, text in {**GOOD, **files}.items()}
    pointed = []
    for finding in findings:
        line = lines[finding.place.file.removeprefix(f"{tmp_path.as_posix()}/")][finding.place.line - 1]
        pointed.append((f"{finding.message} {finding.remedy}", line[finding.place.column - 1 :]))
    assert [text for text, at in pointed if says in text and at.startswith(points_at)], pointed


def test_both_lines_of_two_writers_are_named(tmp_path: Path) -> None:
    extra = "notes:\n  owner: revops\n  approved_by: [cfo]\n  grants:\n"
    line = "    - {may: [create, update], object: account, in: crm, fields: [email]}\n"
    findings = judged(tmp_path, {AUTHORITY: GOOD[AUTHORITY] + extra + line})
    found = next(f for f in findings if f.rule == WRITERS)
    assert (found.place.line, found.place.column) == (19, 66)
    assert found.message.endswith(f"{(tmp_path / AUTHORITY).as_posix()}:6:72")
    assert [f.rule for f in findings if f.place.line == 19] == [UNBUILT, WRITERS], "nor may two sets grant one flow"


def test_two_objects_that_write_one_place_of_one_record_are_found(tmp_path: Path) -> None:
    case = GOOD[ACCOUNT].replace("object: account", "object: contact").replace("record: customers", "record: reports")
    case = case.replace(
        "    fields:\n      name: name\n      email: email\n      legal",
        '    sync: {cron: "* * * * *"}\n    fields:\n      name: name\n      email: email\n      legal',
    )
    case = case.replace("      kyc: {reading: kyc}\n", "").replace("  kyc: {type: verification, optional: true}\n", "")
    case = case.replace("expected: 30s", "expected: 60s")
    grant = "    - {may: [create, update], object: contact, in: crm, fields: [name]}\n"
    authority = GOOD[AUTHORITY].replace("payout-release:", f"{grant}payout-release:")
    findings = judged(tmp_path, {"objects/contact.yaml": case, AUTHORITY: authority})
    writers = [f for f in findings if f.severity is Severity.ERROR]
    assert {f.rule for f in writers} == {WRITERS}
    assert {f.message.partition(" (at")[0] for f in writers} == {
        "contact.name and account.name",
        "key of contact.crm and key of account.crm",
    }


def test_the_key_of_matched_records_is_written_without_a_creation(tmp_path: Path) -> None:
    account = (
        GOOD[ACCOUNT].replace("owner: revops\n", "owner: revops\nmatched_by: [email]\n").replace("billing_id", "email")
    )
    grants = edited(AUTHORITY, "[create, update], object: account", "[update], object: account")
    (finding,) = judged(tmp_path, {ACCOUNT: account, **grants})
    assert finding.rule == WRITERS
    assert "account.email" in finding.message
    assert "key of account.crm" in finding.message


def test_amounts_of_one_flow_may_share_their_currency(tmp_path: Path) -> None:
    invoice = GOOD[INVOICE].replace("  total: {type: money}\n", "  total: {type: money}\n  paid: {type: money}\n")
    invoice = invoice.replace(
        "      due_at: due_date\n", "      due_at: due_date\n      paid: {at: paid, currency_at: currency}\n"
    )
    crm = "      paid: {at: paid, currency_at: currency, unit: minor}\n      note: note\n"
    invoice = invoice.replace("      note: note\n", crm)
    authority = GOOD[AUTHORITY].replace("total, due_at]", "total, due_at, paid]")
    assert judged(tmp_path, {INVOICE: invoice, AUTHORITY: authority}) == []


def test_a_flow_that_only_writes_needs_neither_push_nor_schedule(tmp_path: Path) -> None:
    assert "sync" not in GOOD[ACCOUNT].partition("  crm:\n")[2]
    assert judged(tmp_path, {}) == []


def test_a_secret_is_named_and_never_shown(tmp_path: Path) -> None:
    text = (
        GOOD[LOCAL].replace("env:BILLING_KEY", "sk_live_hunter2").replace("env:CRM_URL", "postgresql://u:hunter2@h/d")
    )
    findings = judged(tmp_path, {LOCAL: text})
    assert [f.rule for f in findings] == ["secrets/literal", "secrets/literal"]
    assert not [f for f in findings if "hunter2" in f"{f.message}{f.remedy}"]


def test_every_environment_is_judged_without_a_name(tmp_path: Path) -> None:
    text = "billing: {secret_key: plain}\ncrm: {url: env:X}\n"
    write_map(tmp_path, {})
    assert [f.place.file.rpartition("/")[2] for f in judged(tmp_path, {"environments/live.yaml": text})] == [
        "live.yaml"
    ]


def test_a_record_type_that_the_connector_knows_to_move_money_needs_a_gate(tmp_path: Path) -> None:
    express = GOOD[PAYOUT].partition("  billing:\n")[2].replace("record: payouts", "record: reports")
    payout = GOOD[PAYOUT] + "  billing_report:\n    system: billing\n" + express
    line = "    - {may: [create], object: payout, in: billing, fields: [payee, amount]}\n"
    authority = GOOD[AUTHORITY].replace(line, line + line.replace("in: billing", "in: billing_report"))
    assert judged(tmp_path / "harmless", {PAYOUT: payout, AUTHORITY: authority}) == []
    findings = judged(
        tmp_path / "marked", {PAYOUT: payout.replace("record: reports", "record: reports\n    moves_money: true"),
                              AUTHORITY: authority}
    )  # fmt: skip
    assert [f.rule for f in findings] == ["gate/money-out-ungated"]
    assert "creating payout in billing_report moves money" in findings[0].message


def test_one_mistake_in_a_gate_is_one_finding(tmp_path: Path) -> None:
    findings = judged(tmp_path, edited(GATES, "in: billing", "in: crm"))
    assert [f.rule for f in findings] == ["gate/unreachable"], "and not that the payout has no gate"


def test_what_a_gate_would_ask_of_nobody_is_not_called_unused(tmp_path: Path) -> None:
    findings = judged(tmp_path, edited(PAYOUT, "payee: {ref: account}", "payee: {ref: acount}"))
    assert {f.rule for f in findings} == {NAME}


def doors(first: str, second: str) -> dict[str, str]:
    """Two gates for payouts of one record type, one before each flow, with the needs of each."""
    express = """  billing_express:
    system: billing
    record: payouts
    purpose: The payee gets the money at once.
    key: metadata.express_request
    fields: {payee: express_destination, amount: {at: express_amount, currency_at: express_currency}}
    fresh: {expected: 60s, incident: 15m, look_at: Billing dashboard}
"""
    line = "    - {may: [update], object: payout, in: crm"
    grant = "    - {may: [create], object: payout, in: billing_express, fields: [payee, amount]}\n"
    stops = "{{may: [create], object: payout, in: {0}}}"
    gate = f"gate-{{0}}: {{{{owner: compliance, stops: {stops}, about: payee, needs: {{1}}}}}}\n"
    return {
        **edited(PAYOUT, "  billing:\n", f"{express}  billing:\n"),
        **edited(AUTHORITY, line, grant + line),
        GATES: gate.format("billing", first) + gate.format("billing_express", second),
    }


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("{kyc: {next: Ask.}}", "{kyc: {next: Wait.}}", []),
        ("{kyc: {max_age: 30d, next: Ask.}}", "{kyc: {max_age: 30d, next: Ask.}}", []),
        ("{kyc: {or: not_applicable, next: Ask.}}", "{kyc: {or: [not_applicable], next: Ask.}}", []),
        ("{kyc: {max_age: 30d, next: Ask.}}", "{kyc: {max_age: 31d, next: Ask.}}", ["billing_express"]),
        ("{kyc: {max_age: 30d, next: Ask.}}", "{kyc: {next: Ask.}}", ["billing_express"]),
        ("{kyc: {or: not_applicable, next: Ask.}}", "{kyc: {next: Ask.}}", ["billing"]),
        ("{kyc: {when: legal_form == 'company', because: x, next: Ask.}}", "{kyc: {next: Ask.}}", ["billing"]),
        (
            "{kyc: {when: legal_form == 'company', because: x, next: Ask.}}",
            "{kyc: {when: legal_form != 'company', because: x, next: Ask.}}",
            ["billing", "billing_express"],
        ),
        (
            "{kyc: {when: legal_form == 'company', because: x, next: Ask.}}",
            "{kyc: {when: (legal_form=='company'), because: x, next: Ask.}}",
            [],
        ),
    ],
)
def test_a_second_door_asks_no_less_than_the_first(first: str, second: str, found: list[str], tmp_path: Path) -> None:
    findings = [f for f in judged(tmp_path, doors(first, second)) if f.rule != "coverage/ownership"]
    assert {f.rule for f in findings} <= {"gate/bypass"}
    assert [f.message.partition("with less than the gate gate-")[2] for f in findings] == [
        f"{'billing' if flow == 'billing_express' else 'billing_express'} asks for: kyc" for flow in found
    ]


@pytest.mark.parametrize("text", ["true", "false"])
def test_a_need_whose_condition_asks_nothing_has_one_finding(text: str, tmp_path: Path) -> None:
    findings = judged(tmp_path, edited(GATES, "legal_form == 'individual'", text))
    assert [f.rule for f in findings if f.rule != "coverage/ownership"] == ["gate/need-uncovered"]
