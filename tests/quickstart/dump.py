"""What the CRM and the ERP hold, in a form that two histories can be compared by: no ids of their own, rows by key."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from syncengine.store.open import open_store
from tests.quickstart import oracle
from tests.quickstart.oracle import Dump, Row

KEYS = {
    "crm": {
        "accounts": ("id", "stripe_customer_id"),
        "subscriptions": ("id", "stripe_subscription_id"),
        "invoices": ("id", "stripe_invoice_id"),
        "payments": ("id", "stripe_payment_id"),
        "payouts": ("id", "request_no"),
    },
    "erp": {
        "partner": ("partner_no", "reference"),
        "sales_invoice": ("doc_no", "reference"),
        "receipt": ("receipt_no", "reference"),
        "payout_request": ("request_no", "request_no"),
        "payment_order": ("order_no", "request_no"),
    },
}
REFERS = {
    "crm": {"account_id": "accounts", "subscription_id": "subscriptions"},
    "erp": {"partner_no": "partner"},
}

VAGUE = {
    **dict.fromkeys(("hold_since", "kyc_checked_at", "aml_checked_at", "vat_checked_at"), oracle.SOME_TIME),
    "payment_order_no": oracle.SOME_ORDER,
}
"""What is another one in every history: when somebody looked, and a number of the ERP's in the CRM."""

FLOWS = {
    "account.crm": ("crm", "accounts"),
    "subscription.crm": ("crm", "subscriptions"),
    "invoice.crm": ("crm", "invoices"),
    "payment.crm": ("crm", "payments"),
    "account.erp": ("erp", "partner"),
    "invoice.erp": ("erp", "sales_invoice"),
    "payment.erp": ("erp", "receipt"),
    "payout.crm": ("crm", "payouts"),
    "payout.erp_request": ("erp", "payout_request"),
    "payout.erp": ("erp", "payment_order"),
}


def dump(folder: Path, system: str) -> Dump:
    return shown(tables(folder, system), system)


def shown(tables: Dump, system: str) -> Dump:
    """Whole tables of a target as they are compared."""
    stands_for = _stands_for(tables, system)
    return {
        table: sorted(
            (_shown(row, () if own == key else (own,), system, stands_for) for row in tables[table]),
            key=lambda row: str(row[key]),
        )
        for table, (own, key) in KEYS[system].items()
    }


def links(folder: Path, state: str = "") -> oracle.Links:
    """Per flow, which record of theirs is which entity: rows by their keys, entities by the id they were born with."""
    with closing(open_store(state or f"sqlite:///{folder / 'state.db'}")) as store:
        ledger = store.dump()
    born = {record["entity"]: record["birth"][1] for record in ledger["records"]}
    stands_for = {system: _stands_for(tables(folder, system), system) for system in KEYS}
    found: oracle.Links = {}
    for link in ledger["links"]:
        system, table = FLOWS.get(link["flow"], ("", ""))
        keys = {str(own): str(key) for own, key in stands_for[system][table].items()} if system else {}
        theirs = str(link["id"])
        found.setdefault(str(link["flow"]), {})[keys.get(theirs, theirs)] = str(born[link["entity"]])
    return found


def tables(folder: Path, system: str) -> Dump:
    with closing(sqlite3.connect(f"file:{folder / system}.db?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return {table: _rows(connection, table) for table in KEYS[system]}


def _stands_for(tables: Dump, system: str) -> dict[str, dict[Any, Any]]:
    """Per table: own id -> key."""
    return {table: {row[own]: row[key] for row in tables[table]} for table, (own, key) in KEYS[system].items()}


def _rows(connection: sqlite3.Connection, table: str) -> list[Row]:
    return [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]


def _shown(row: Row, own: tuple[str, ...], system: str, stands_for: Mapping[str, Mapping[Any, Any]]) -> Row:
    """Without its own id and its version; a reference to a row that is not there shows as it is, and so differs."""
    refers, left_out = REFERS[system], ("version", *own)
    keyed = {c: _key(value, refers.get(c), stands_for) for c, value in row.items() if c not in left_out}
    return {c: VAGUE[c] if c in VAGUE and value is not None else value for c, value in keyed.items()}


def _key(value: object, refers: str | None, stands_for: Mapping[str, Mapping[Any, Any]]) -> object:
    return value if refers is None else stands_for[refers].get(value, value)


def differences(have: Dump, want: Dump) -> list[str]:
    """Row by row and column by column, for people; empty when both are the same."""
    found = []
    for table in sorted(have.keys() | want.keys()):
        rows, wanted = (_by_key(dump.get(table, [])) for dump in (have, want))
        found += [f"{table} {key} is missing" for key in sorted(wanted.keys() - rows.keys())]
        found += [f"{table} {key} should not be there" for key in sorted(rows.keys() - wanted.keys())]
        for key in sorted(rows.keys() & wanted.keys()):
            columns = sorted(rows[key].keys() | wanted[key].keys())
            pairs = {column: (rows[key].get(column), wanted[key].get(column)) for column in columns}
            found += [f"{table} {key} {c}: {a!r}, not {b!r}" for c, (a, b) in pairs.items() if a != b]
    return found


def _by_key(rows: list[Row]) -> dict[str, Row]:
    """The key stands in the first column of every row that is shown."""
    return {str(next(iter(row.values()))): row for row in rows}
