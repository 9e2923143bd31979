"""A quickstart whose ERP is older than the first sync too: like the CRM it holds some of the customers already, under
ids of its own, without ours, and spelled by hand.
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

TERMS = {"partner_kind": "unknown", "payment_terms": "net 60"}


@dataclass(frozen=True)
class Old:
    """The customers that stood there before, by Stripe id: under which ids of the CRM, and of the ERP."""

    crm: Mapping[str, str]
    erp: Mapping[str, int]


def age(it: Workspace, truth: oracle.Truth, seed: int) -> Old:
    """Give the ERP of a new workspace a past, as its CRM has one."""
    random = Random(seed)
    path = it.folder / "erp.sql"
    schema = path.read_text("utf-8")
    path.write_text(schema.replace("reference TEXT NOT NULL UNIQUE", "reference TEXT UNIQUE", 1), "utf-8")
    made = command(str(it.folder / "databases.py"), "--reset")
    assert made.returncode == 0, made.stderr
    partners = [it for it in truth["customers"] if it["kyb"] == "passed"]
    with closing(sqlite3.connect(it.database("crm"))) as db:
        db.execute("INSERT INTO accounts (id, name, customer_since) VALUES ('old-0', 'Nobody we bill', '2020-01-01')")
        db.commit()
    half = random.sample(partners, (len(partners) + 1) // 2)
    return Old(
        crm={known["customer"]: known["id"] for known in truth["known"]},
        erp=_book(it.database("erp"), random, half),
    )


def _book(database: Path, random: Random, customers: Sequence[Row]) -> dict[str, int]:
    with closing(sqlite3.connect(database)) as db:
        for number, it in enumerate(customers, 901):
            email = random.choice((it["email"].upper(), it["email"].title()))  # the ERP shows no country by itself
            row = {"partner_no": number, "legal_name": "Somebody", "mail": email, **TERMS, "tax_rule": "standard"}
            _insert(db, "partner", row)
        db.commit()
    return {it["id"]: number for number, it in enumerate(customers, 901)}


def _insert(db: sqlite3.Connection, table: str, row: Row) -> None:
    marks = ", ".join("?" for _ in row)
    db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def crm(truth: oracle.Truth, old: Old) -> Dump:
    """What the CRM must hold: nobody twice, what people keep there as it was, and who is none of ours."""
    assert set(old.crm) <= {it["id"] for it in truth["customers"]}
    return oracle.crm(truth)


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
