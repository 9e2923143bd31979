"""Make the two databases of a company, crm.db and erp.db, with what people had in them before.

    python examples/quickstart/databases.py                         # leaves databases that exist alone
    python examples/quickstart/databases.py --reset                 # makes both anew
    python examples/quickstart/databases.py --show                  # prints what is in them; --show payouts a part
    python examples/quickstart/databases.py --verify "Copperfield"  # what compliance does in the CRM: all checks passed

They are made beside this file; `--in DIR` names the folder of another company.
"""

import argparse
import json
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAMES = ("crm", "erp")
CHECKS = ("kyc", "aml", "vat")
WIDEST = 46
MINOR = "(CASE {0}.currency WHEN 'JPY' THEN {1} ELSE printf('%.2f', {1} / 100.0) END) || ' ' || {0}.currency"
"""An amount of the ERP as people read it."""

VIEWS: tuple[tuple[str, str, str], ...] = (
    ("crm", "payouts", """
        SELECT p.request_no AS request, a.name AS payee, p.amount || ' ' || p.currency AS amount,
               p.payment_order_no AS "payment order", p.status,
               CASE WHEN p.on_hold THEN 'held: ' || p.hold_reason END AS hold, substr(p.hold_since, 1, 16) AS since,
               p.hold_next_action AS "next action"
        FROM payouts p JOIN accounts a ON a.id = p.account_id ORDER BY p.request_no"""),
    ("erp", "payout requests", f"""
        SELECT r.request_no AS request, r.payee, p.legal_name AS name, {MINOR.format("r", "r.amount_minor")} AS amount,
               r.requested_on AS "requested on", r.requested_by AS by, o.order_no AS "payment order"
        FROM payout_request r LEFT JOIN partner p ON p.reference = r.payee
        LEFT JOIN payment_order o ON o.request_no = r.request_no ORDER BY r.request_no"""),  # noqa: S608
    ("erp", "payment orders of payouts", f"""
        SELECT o.order_no AS "payment order", o.request_no AS request, p.legal_name AS payee,
               {MINOR.format("o", "o.amount_minor")} AS amount, o.state, o.source
        FROM payment_order o JOIN partner p USING (partner_no) ORDER BY o.order_no"""),  # noqa: S608
    ("crm", "accounts", """
        SELECT name, stripe_customer_id AS customer, country, kyc_status AS kyc, kyb_status AS kyb, aml_status AS aml,
               vat_status AS vat, account_manager AS manager, CASE WHEN on_hold THEN 'held: ' || hold_reason END AS hold
        FROM accounts ORDER BY customer_since, name"""),
    ("crm", "subscriptions", """
        SELECT a.name AS account, s.status, s.price, s.seats, substr(s.current_period_end, 1, 10) AS "paid until",
               substr(s.canceled_at, 1, 10) AS canceled
        FROM subscriptions s JOIN accounts a ON a.id = s.account_id ORDER BY a.customer_since, s.started_at"""),
    ("crm", "invoices", """
        SELECT i.stripe_invoice_id AS invoice, i.number, a.name AS account, i.status,
               i.total || ' ' || i.currency AS total, i.open_amount AS open, substr(i.issued_at, 1, 10) AS issued,
               i.collections_note AS note
        FROM invoices i JOIN accounts a ON a.id = i.account_id ORDER BY i.issued_at"""),
    ("crm", "payments", """
        SELECT p.stripe_payment_id AS payment, a.name AS account, p.status, p.amount || ' ' || p.currency AS amount,
               p.refunded, p.failure, substr(p.charged_at, 1, 10) AS charged
        FROM payments p JOIN accounts a ON a.id = p.account_id ORDER BY p.charged_at, p.stripe_payment_id"""),
    ("erp", "partners", """
        SELECT partner_no AS partner, reference, legal_name AS name, mail, street, town, zip, country, tax_rule AS tax
        FROM partner ORDER BY partner_no"""),
    ("erp", "sales invoices", f"""
        SELECT i.doc_no AS document, i.invoice_number AS number, p.legal_name AS partner, i.state,
               {MINOR.format("i", "i.total_minor")} AS total, {MINOR.format("i", "i.open_minor")} AS open,
               i.invoice_date AS dated, i.due_date AS due, i.paid_on AS paid
        FROM sales_invoice i JOIN partner p USING (partner_no) ORDER BY i.doc_no"""),  # noqa: S608
    ("erp", "receipts", f"""
        SELECT r.receipt_no AS receipt, r.reference, p.legal_name AS partner,
               {MINOR.format("r", "r.amount_minor")} AS amount, r.refunded_minor AS refunded, r.received_on AS received
        FROM receipt r JOIN partner p USING (partner_no) ORDER BY r.receipt_no"""),  # noqa: S608
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in", dest="folder", type=Path, default=HERE, metavar="DIR")
    parser.add_argument("--reset", action="store_true")
    parser.add_argument("--show", nargs="?", const="", metavar="PART")
    parser.add_argument("--verify", metavar="NAME")
    args = parser.parse_args()
    for name in NAMES:
        database = args.folder / f"{name}.db"
        if args.reset:
            remove(database)
        if not database.exists():
            create(database, HERE / f"{name}.sql", args.folder / f"{name}.json")
    if args.verify:
        verify(args.folder / "crm.db", args.verify)
    if args.show is not None:
        show(args.folder, args.show)


def remove(database: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def create(database: Path, schema: Path, rows: Path) -> None:
    """Whole or not at all: built under another name, then put in place."""
    unfinished = database.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished)) as connection:
        connection.executescript(schema.read_text("utf-8"))
        for table, kept in json.loads(rows.read_text("utf-8")).items():
            for row in kept:
                insert(connection, table, dated(row))
        connection.commit()
    unfinished.replace(database)


def insert(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    columns, marks = ", ".join(row), ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(row.values()))  # noqa: S608


def dated(row: dict[str, Any]) -> dict[str, Any]:
    """`..._days_ago` counts from now: a check that was fresh when the company was made up is fresh when it is tried."""
    now, found = datetime.now(UTC), {}
    for column, value in row.items():
        if not column.endswith("_days_ago"):
            found[column] = value
        elif value is not None:
            found[column.removesuffix("_days_ago") + "_at"] = moment(now - timedelta(days=value))
    return found


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def verify(crm: Path, name: str) -> None:
    """Every check of one account has passed, just now. A part of its name is enough where it fits one account alone."""
    with closing(sqlite3.connect(crm)) as connection, connection:
        alike = "SELECT id, name FROM accounts WHERE instr(lower(name), lower(?))"
        like = connection.execute(alike, (name,)).fetchall()
        found = [row for row in like if row[1].lower() == name.lower()] or like
        if len(found) != 1:
            sys.exit(f"{len(found)} accounts of the CRM are called {name}: {', '.join(row[1] for row in found)}")
        passed = ", ".join(f"{check}_status = 'passed', {check}_checked_at = :now" for check in CHECKS)
        now = moment(datetime.now(UTC))
        connection.execute(f"UPDATE accounts SET {passed} WHERE id = :id", {"id": found[0][0], "now": now})  # noqa: S608
    print(f"{found[0][1]}: {', '.join(CHECKS)} passed, {now}")


def show(folder: Path, part: str) -> None:
    """The views whose title has `part` in it."""
    for system, title, question in VIEWS:
        if part.lower() in title:
            with closing(sqlite3.connect(f"file:{folder / system}.db?mode=ro", uri=True)) as connection:
                cursor = connection.execute(question)
                names = [column[0] for column in cursor.description]
                rows = [tuple("" if value is None else str(value) for value in row) for row in cursor]
            print(f"\n{system}.db: {title} ({len(rows)})")
            for line in aligned([names, *rows]):
                print(f"  {line}")


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """In columns; what is empty everywhere is left out, and what is very long is cut."""
    kept = [n for n in range(len(rows[0])) if any(row[n] for row in rows[1:])]
    cells = [[row[n] if len(row[n]) <= WIDEST else row[n][: WIDEST - 1] + "…" for n in kept] for row in rows]
    widths = [max(len(row[n]) for row in cells) for n in range(len(kept))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


if __name__ == "__main__":
    main()
