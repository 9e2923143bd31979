"""The map of a large company, made here and deterministic: `count` objects that a ledger owns, a CRM shows and an ERP
books, with their project, people, systems, words and write sets.
"""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Final

AREAS: Final = ("order", "contract", "quote", "shipment", "licence", "refund", "credit", "usage", "discount", "visit")
NOUNS: Final = ("header", "line", "schedule", "change", "approval", "document", "summary", "record", "request", "note")
TEAMS: Final = ("finance-systems", "revops", "support-ops", "compliance")
STATUSES: Final = (
    ("draft", "open", "paid", "uncollectible", "void"),
    ("requested", "approved", "rejected"),
    ("trialing", "active", "past_due", "canceled", "unpaid", "paused"),
)
FIELDS: Final[tuple[tuple[str, str], ...]] = (
    ("number", "{type: text, optional: true}"),
    ("title", "{type: text}"),
    ("contact_email", "{type: email, class: pii, optional: true}"),
    ("contact_name", "{type: person_name, class: pii, optional: true}"),
    ("country", "{type: country}"),
    ("seats", "{type: integer}"),
    ("attempts", "{type: integer, optional: true}"),
    ("is_renewal", "{type: boolean}"),
    ("issued_at", "{type: timestamp}"),
    ("due_at", "{type: timestamp, optional: true}"),
    ("paid_at", "{type: timestamp, optional: true}"),
    ("canceled_at", "{type: timestamp, optional: true}"),
    ("period_end", "{type: date, optional: true}"),
    ("website", "{type: web_domain, optional: true}"),
    ("language", "{type: language, optional: true}"),
    ("credit_rate", "{type: decimal, optional: true}"),
)
MONEY: Final = ("total", "open_amount", "amount_paid", "tax")
SYSTEMS: Final = """\
# What there is, and which classes of values each of them may see.
ledger: {kind: billing, connector: sql, owner: finance-systems, cleared_for: [public, internal, financial, pii]}
crm:    {kind: crm,     connector: sql, owner: revops,          cleared_for: [public, internal, financial, pii]}
erp:    {kind: erp,     connector: sql, owner: finance-systems, cleared_for: [public, internal, financial, pii]}
"""
PEOPLE: Final = """\
teams:
  finance-systems: finance-systems@bench.example
  revops: revops@bench.example
  support-ops: support-ops@bench.example
  compliance: compliance@bench.example
roles:
  cfo: [amara@bench.example]
  controller: [boris@bench.example, carmen@bench.example]
  revops-lead: [dilip@bench.example]
finance_roles: [cfo, controller]
answers_for: {tax: boris@bench.example, reporting: carmen@bench.example, payouts: amara@bench.example}
"""
PROJECT: Final = """\
language: 1
name: bench-quote-to-cash
time_zone: Europe/Berlin
deliveries: {first_wait: 30s, longest_wait: 15m}
"""


def write_company(folder: Path, count: int, seed: int = 11) -> list[Path]:
    """The map in `folder`; gives the files of its objects."""
    random = Random(seed)
    words = {f"{statuses[0]}_status": statuses for statuses in STATUSES}
    names = [_name(index) for index in range(count)]
    objects = [_Object(random, name, names[:index]) for index, name in enumerate(names)]
    files = {
        "project.yaml": PROJECT,
        "people.yaml": PEOPLE,
        "systems.yaml": SYSTEMS,
        "words.yaml": "".join(_table(name, statuses) for name, statuses in words.items()),
        "authority.yaml": _authority(objects),
        **{f"objects/{subject.name}.yaml": subject.text() for subject in objects},
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return [folder / "objects" / f"{name}.yaml" for name in names]


def _name(index: int) -> str:
    round_, rest = divmod(index, len(AREAS) * len(NOUNS))
    area, noun = divmod(rest, len(NOUNS))
    return f"{AREAS[area]}_{NOUNS[noun]}" + (f"_{round_ + 1}" if round_ else "")


def _table(name: str, statuses: tuple[str, ...]) -> str:
    return f"{name}: {{" + ", ".join(f"{word}: {word.replace('_', ' ').title()}" for word in statuses) + "}\n"


def _authority(objects: "list[_Object]") -> str:
    lines = ["# The only file that lets anything be written. One line, one grant.\n"]
    for flow, team, subjects in (
        ("crm", "revops", objects),
        ("erp", "finance-systems", [subject for subject in objects if subject.booked]),
    ):
        if subjects:
            lines.append(f"{flow}-view:\n  owner: {team}\n  approved_by: [cfo]\n  ceiling: controlled\n  grants:\n")
        for subject in subjects:
            fields = ", ".join(subject.written(flow))
            lines.append(f"    - {{may: [create, update], object: {subject.name}, in: {flow}, fields: [{fields}]}}\n")
    return "".join(lines)


class _Object:
    """One object file: a third of them are financial, and those are booked in the ERP too."""

    def __init__(self, random: Random, name: str, others: list[str]) -> None:
        self.name = name
        self.booked = random.random() < 0.33
        self.statuses = random.choice(STATUSES)
        self.team = random.choice(TEAMS)
        self.plain = dict(sorted(random.sample(FIELDS, random.randint(6, 10))))
        self.money = sorted(random.sample(MONEY, random.randint(1, 3))) if self.booked else []
        self.parent = random.choice(others) if others else None

    def text(self) -> str:
        truth = "The ledger owns these; the CRM and the ERP only display them."
        kind = "financial" if self.booked else "commercial"
        head = (
            f"# yaml-language-server: $schema=../../schemas/object.schema.json\nobject: {self.name}\n"
            f"truth: {truth if self.booked else 'The ledger owns these; the CRM only displays them.'}\n"
            f"kind: {kind}\nclass: {'financial' if self.booked else 'internal'}\nsystem_of_record: ledger\n"
            f"owner: {self.team}\nif_edited: report                       # a person looks at it\n"
        )
        return head + self._fields() + "flows:\n" + self._source() + self._crm() + (self._erp() if self.booked else "")

    def written(self, flow: str) -> list[str]:
        if flow == "erp":
            return ["status", *self.money]
        return [*([] if self.parent is None else ["parent"]), "status", *self.plain, *self.money]

    def _fields(self) -> str:
        first, *rest = self.statuses
        lines = ["fields:\n"]
        lines += [f"  {name + ':':<15} {said}\n" for name, said in self.plain.items()]
        lines += [f"  {name + ':':<15} {{type: money}}\n" for name in self.money]
        if self.parent is not None:
            lines.append(f"  {'parent:':<15} {{ref: {self.parent}, optional: true}}\n")
        lines.append(f"  status:\n    one_of: [{', '.join(self.statuses)}]\n")
        lines.append(f"    moves: {{{first}: [{', '.join(rest)}]}}\n")
        return "".join(lines)

    def _spelled(self, say: Mapping[str, str]) -> str:
        lines = ["    fields:\n"]
        if self.parent is not None:
            lines.append(f"      parent: {say['parent']}\n")
        lines += [f"      status: {say['status']}\n"]
        lines += [f"      {name}: {say['plain'].format(name)}\n" for name in self.plain]
        lines += [f"      {name}: {say['money'].format(name)}\n" for name in self.money]
        return "".join(lines)

    def _source(self) -> str:
        say = {"parent": "parent_id", "status": "state", "plain": "{0}", "money": self._money("{0}_minor", "minor")}
        return (
            f"  ledger:\n    record: {self.name}s\n"
            '    sync: {cron: "*/5 * * * *"}\n    version: changed_at\n'
            + self._spelled(say)
            + '    fresh: {expected: 5m, incident: 1h, look_at: "The ledger, list of the object"}\n'
        )

    def _crm(self) -> str:
        words = f"{{at: Status__c, words: {self.statuses[0]}_status}}"
        say = {"parent": "Parent__c", "status": words, "plain": "{0}__c", "money": self._money("{0}__c", "major")}
        return (
            f"  crm:\n    record: {self.name}_c\n"
            "    purpose: Whoever speaks with the customer sees it; late means a wrong answer.\n    key: Ledger_Id__c\n"
            + self._spelled(say)
            + '    fresh: {expected: 30m, incident: 4h, look_at: "Record page, section Billing"}\n'
        )

    def _erp(self) -> str:
        lines = "".join(f"      {name}: {self._money('{0}', 'minor').format(name)}\n" for name in self.money)
        return (
            f"  erp:\n    record: {self.name}_posting\n"
            '    purpose: "Revenue is posted from it; an error means a wrong close."\n    key: reference\n'
            f"    only: \"status in ['{self.statuses[0]}', '{self.statuses[1]}']\"\n"
            f"    fields:\n      status: {{at: state, words: {self.statuses[0]}_status}}\n{lines}"
            "    fresh: {expected: 30m, incident: 4h, look_at: Postings in the ERP}\n"
        )

    @staticmethod
    def _money(at: str, unit: str) -> str:
        return f"{{{{at: {at}, currency_at: currency, unit: {unit}}}}}"
