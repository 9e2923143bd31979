"""A small good map as text, for every test that needs one: change a file, or a part of one, and write it to a folder.

Billing owns invoices, the CRM shows them, payouts go out through billing behind a gate.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from syncengine.model.capability import Description, Operation, RecordType
from syncengine.vocabulary import DeliveryClass

GOOD: Final[Mapping[str, str]] = {
    "project.yaml": """\
language: 1
name: northwind
time_zone: Europe/Berlin
deliveries: {first_wait: 30s, longest_wait: 15m}
""",
    "people.yaml": """\
teams: {finance: finance@northwind.example, revops: revops@northwind.example, compliance: compliance@northwind.example}
roles:
  cfo: [ana@northwind.example]
  revops-lead: [dev@northwind.example]
  officer: [fritz@northwind.example, gina@northwind.example]
finance_roles: [cfo]
answers_for: {tax: ana@northwind.example, reporting: ana@northwind.example, payouts: ana@northwind.example}
approvals:
  release-hold: {roles: [officer]}
""",
    "systems.yaml": """\
billing: {kind: billing, connector: billing, owner: finance, cleared_for: [public, internal, financial, pii]}
crm: {kind: crm, connector: tables, owner: revops, cleared_for: [public, internal, financial, pii]}
""",
    "environments/local.yaml": """\
starts_at: ceiling
billing: {environment: local, secret_key: "env:BILLING_KEY"}
crm: {environment: local, url: "env:CRM_URL"}
""",
    "words.yaml": """\
invoice_status: {draft: Draft, open: Open, paid: Paid}
""",
    "objects/account.yaml": """\
object: account
truth: Billing owns accounts; the CRM only displays them.
kind: commercial
class: internal
system_of_record: billing
owner: revops
fields:
  name: {type: text, class: pii}
  email: {type: email, optional: true}
  legal_form: {one_of: [individual, company]}
  kyc: {type: verification, optional: true}
flows:
  billing:
    record: customers
    fields:
      name: name
      email: email
      legal_form: metadata.legal_form
      kyc: {reading: kyc}
    fresh: {expected: 30s, incident: 10m, look_at: Billing dashboard}
  crm:
    record: accounts
    purpose: Sales sees who the customer is; late means a wrong call.
    key: billing_id
    fields:
      name: name
      email: email
    fresh: {expected: 60s, incident: 15m, look_at: Account page}
""",
    "objects/invoice.yaml": """\
object: invoice
truth: Billing owns invoices; the CRM only displays them, and owns the note.
kind: financial
class: financial
system_of_record: billing
owner: finance
fields:
  account: {ref: account}
  status:
    one_of: [draft, open, paid]
    moves: {draft: [open], open: [paid]}
  total: {type: money}
  due_at: {type: timestamp, optional: true}
  note: {type: text, optional: true, owner: crm, because: Collections work in the CRM., approved_by: cfo}
flows:
  billing:
    record: invoices
    fields:
      account: customer
      status: status
      total: {at: total, currency_at: currency}
      due_at: due_date
    fresh: {expected: 30s, incident: 10m, look_at: Billing dashboard}
  crm:
    record: invoices
    purpose: Collections calls rest on it; late means chasing a paid invoice.
    key: billing_id
    only: "status in ['open', 'paid'] and has(due_at)"
    sync: {cron: "*/30 * * * *"}
    version: changed_at
    on_create: {source: billing}
    fields:
      account: account_id
      status: {at: status, words: invoice_status}
      total: {at: total, currency_at: currency, unit: minor}
      due_at: {at: due_on, as: date}
      note: note
    fresh: {expected: 30m, incident: 4h, look_at: Invoice page}
""",
    "objects/payout.yaml": """\
object: payout
truth: The CRM owns payout requests; billing pays them.
kind: financial
class: financial
system_of_record: crm
owner: finance
fields:
  payee: {ref: account}
  amount: {type: money}
flows:
  crm:
    record: payout_requests
    purpose: Who asked for a payout sees what holds it.
    key: id
    sync: {cron: "*/5 * * * *"}
    version: changed_at
    fields:
      payee: account_id
      amount: {at: amount, currency_at: currency, unit: minor}
      hold.open: on_hold
      hold.reason: hold_reason
      hold.next_action: hold_next
    fresh: {expected: 5m, incident: 1h, look_at: Request page}
  billing:
    record: payouts
    purpose: The payee gets the money.
    key: metadata.request
    fields:
      payee: destination
      amount: {at: amount, currency_at: currency}
    fresh: {expected: 60s, incident: 15m, look_at: Billing dashboard}
""",
    "authority.yaml": """\
crm-view:
  owner: revops
  approved_by: [cfo, revops-lead]
  ceiling: controlled
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}
payout-release:
  owner: finance
  approved_by: [cfo]
  ceiling: controlled
  grants:
    - {may: [create], object: payout, in: billing, fields: [payee, amount]}
    - {may: [update], object: payout, in: crm, fields: [hold.open, hold.reason, hold.next_action]}
""",
    "gates.yaml": """\
payout-release:
  owner: compliance
  stops: {may: [create], object: payout, in: billing}
  about: payee
  needs:
    kyc: {when: "legal_form == 'individual'", or: not_applicable, max_age: 90d, next: Ask the payee for a document.,
          because: Companies are paid under a contract that legal has checked.}
""",
}

DESCRIPTIONS: Final[Mapping[str, Description]] = {
    "billing": Description(
        connector="billing",
        kinds=("billing",),
        records={
            "customers": RecordType(name="customers", push=True, readings={"kyc": "verification"}),
            "invoices": RecordType(name="invoices", push=True),
            "payouts": RecordType(name="payouts", push=True, moves_money=True),
            "reports": RecordType(name="reports"),
        },
        operations={"create": Operation(klass=DeliveryClass.B), "update": Operation(klass=DeliveryClass.B)},
        settings={"secret_key": "The key of the API.", "address": "Where the API is."},
        required_settings=("secret_key",),
        secret_settings=("secret_key",),
        money="minor",
        version="2026-01-01",
        time="unix",
    ),
    "tables": Description(
        connector="tables",
        kinds=("crm", "erp"),
        operations={"create": Operation(klass=DeliveryClass.B), "update": Operation(klass=DeliveryClass.B)},
        settings={"url": "The database."},
        required_settings=("url",),
        secret_settings=("url",),
    ),
    "weak": Description(
        connector="weak",
        kinds=("crm",),
        operations={"create": Operation(klass=DeliveryClass.E), "update": Operation(klass=DeliveryClass.E)},
        settings={"url": "The database."},
    ),
}
"""What the connectors declare: `billing` knows its records, `tables` takes any, `weak` cannot create safely."""


def write_map(folder: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """A folder with these files over the good ones; None leaves a good file out."""
    for name, text in {**GOOD, **files}.items():
        if text is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def edited(file: str, old: str, new: str) -> dict[str, str]:
    """The good map's file with one part replaced."""
    text = GOOD[file]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    return {file: text.replace(old, new)}
