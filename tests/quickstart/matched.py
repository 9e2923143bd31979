"""A quickstart whose CRM and ERP are older than the first sync: they hold some of the customers already, under ids of
their own, without ours, and spelled by hand.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.quickstart import oracle
from tests.quickstart.oracle import Dump, Row
from tests.quickstart.workspace import Workspace, command

RULES = "matched_by: [email, [name, country]]\n"
KEPT = {"account_manager": "Kim", "notes": "with us since the fair"}
TERMS = {"partner_kind": "unknown", "payment_terms": "net 60"}


@dataclass(frozen=True)
class Old:
    """The customers that stood there before, by Stripe id: under which ids of the CRM, and of the ERP."""

    crm: Mapping[str, str]
    erp: Mapping[str, int]


def age(it: Workspace, truth: oracle.Truth, seed: int) -> Old:
    """Give a new workspace its past, and its map the rules."""
    random = Random(seed)
    for file, key in (("crm.sql", "stripe_customer_id"), ("erp.sql", "reference")):
        path = it.folder / file
        schema = path.read_text("utf-8")
        path.write_text(schema.replace(f"{key} TEXT NOT NULL UNIQUE", f"{key} TEXT UNIQUE", 1), "utf-8")
    made = command(str(it.folder / "databases.py"), "--reset")
    assert made.returncode == 0, made.stderr
    account = it.folder / "mappings" / "objects" / "account.yaml"
    text = account.read_text("utf-8")
    assert "\nfields:\n" in text
    account.write_text(text.replace("\nfields:\n", f"\n{RULES}fields:\n", 1), "utf-8")
    customers = truth["customers"]
    partners = [it for it in customers if it["kyb"] == "passed"]
    return Old(
        crm=_fill(it.database("crm"), random, _half(random, customers)),
        erp=_book(it.database("erp"), random, _half(random, partners)),
    )


def _half(random: Random, customers: Sequence[Row]) -> list[Row]:
    return random.sample(customers, (len(customers) + 1) // 2)


def _fill(database: Path, random: Random, customers: Sequence[Row]) -> dict[str, str]:
    with closing(sqlite3.connect(database)) as db:
        db.execute("INSERT INTO accounts (id, name, customer_since) VALUES ('old-0', 'Nobody we bill', '2020-01-01')")
        for number, it in enumerate(customers, 1):
            shown = _by_hand(random, it, "name", "email")
            _insert(db, "accounts", {"id": f"old-{number}", **shown, **KEPT, "customer_since": "2020-01-01"})
        db.commit()
    return {it["id"]: f"old-{number}" for number, it in enumerate(customers, 1)}


def _book(database: Path, random: Random, customers: Sequence[Row]) -> dict[str, int]:
    with closing(sqlite3.connect(database)) as db:
        for number, it in enumerate(customers, 901):
            shown = _by_email(random, it, "legal_name", "mail")  # the ERP shows no country by itself
            row = {"partner_no": number, **shown, **TERMS, "tax_rule": "standard"}
            _insert(db, "partner", row)
        db.commit()
    return {it["id"]: number for number, it in enumerate(customers, 901)}


def _insert(db: sqlite3.Connection, table: str, row: Row) -> None:
    marks = ", ".join("?" for _ in row)
    db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def _by_hand(random: Random, it: Row, name: str, email: str) -> Row:
    """The same email in another case, under whatever name; or no email, and the name and the country as people write
    them: case, blanks, punctuation.
    """
    if random.random() < 0.5:
        return _by_email(random, it, name, email)
    words = it["name"].split()
    cased = [random.choice((word, word.upper(), word.lower())) for word in words]
    return {name: f" {random.choice(('  ', ' , ', ' - ')).join(cased)}.", "country": it["country"].lower()}


def _by_email(random: Random, it: Row, name: str, email: str) -> Row:
    return {name: "An old customer", email: random.choice((it["email"].upper(), it["email"].title()))}


def crm(truth: oracle.Truth, old: Old) -> Dump:
    """What the CRM must hold: nobody twice, what people keep there as it was, and who is none of ours."""
    wanted = oracle.crm(truth)
    known = {it["stripe_customer_id"]: it for it in wanted["accounts"]}
    for key in old.crm:
        known[key] |= KEPT
    return wanted


def erp(truth: oracle.Truth, old: Old) -> Dump:
    wanted = oracle.erp(truth)
    known = {it["reference"]: it for it in wanted["partner"]}
    for key in old.erp:
        known[key] |= TERMS
    return wanted


def alike(dump: Dump) -> Dump:
    """What is spelled in another case is left as it is there: it means the same. Rows that are none of ours are left
    out.
    """
    keys = {"accounts": "stripe_customer_id", "partner": "reference"}
    kept = {t: [row for row in rows if t not in keys or row[keys[t]] is not None] for t, rows in dump.items()}
    return {
        table: [{c: _folded(c, value) for c, value in row.items()} for row in rows] for table, rows in kept.items()
    }  # fmt: skip


def _folded(column: str, value: Any) -> Any:
    return value.casefold() if column in ("email", "mail", "country") and value is not None else value


def ids(database: Path, table: str, own: str, key: str) -> dict[str, Any]:
    """Own ids by our key."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return dict(db.execute(f"SELECT {key}, {own} FROM {table} WHERE {key} IS NOT NULL"))
