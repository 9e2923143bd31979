"""A payout that is asked for in one database and owned by another, as a user runs it."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.engine.events import customer
from tests.engine.test_sql_as_a_source import Company

TABLES = {
    "crm": """
create table accounts(id integer primary key, stripe_id text unique not null, name text,
  on_hold boolean, hold_reason text, hold_next text);
create table payouts(id integer primary key, payout_key text unique not null, account_id integer references accounts,
  amount numeric, currency text, status text, bank_id text, on_hold boolean, hold_reason text, hold_next text);
""",
    "erp": """
create table accounts(id integer primary key, stripe_id text unique not null, name text);
create table payout_requests(id integer primary key, account_id integer references accounts, amount numeric,
  currency text, version int not null default 1);
create trigger requested after update of amount, account_id on payout_requests
  begin update payout_requests set version = old.version + 1 where id = new.id; end;
""",
    "bank": """
create table beneficiaries(id integer primary key, stripe_id text unique not null, name text);
create table payment_orders(id integer primary key, payout_key text unique,
  beneficiary integer references beneficiaries, amount integer not null,
  currency text not null, state text not null default 'pending', source text,
  version int not null default 1);
create trigger ordered after update of amount, beneficiary, state on payment_orders
  begin update payment_orders set version = old.version + 1 where id = new.id; end;
""",
}
ENVIRONMENT = """
starts_at: ceiling
stripe: {environment: local, drop_folder: ../inbox, snapshots: ../snapshots}
crm:    {environment: local, address: "sqlite:///../crm.db"}
erp:    {environment: local, address: "sqlite:///../erp.db"}
bank:   {environment: local, address: "sqlite:///../bank.db"}
"""


class Payouts(Company):
    over = "payouts"
    environment = ENVIRONMENT
    tables = TABLES

    def rows(self, system: str, question: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / f"{system}.db")) as database:
            return list(database.execute(question))

    def run_later(self) -> Mapping[str, Any]:
        self.half_an_hour_passes()
        return self.run()


@pytest.fixture
def payouts(tmp_path: Path) -> Payouts:
    return Payouts(tmp_path)


def test_one_payment_order_is_made_of_a_request_and_shows_in_the_crm_from_the_beginning(payouts: Payouts) -> None:
    payouts.deliver("1", customer("evt_1"))
    payouts.run()
    payouts.sql("erp", "insert into payout_requests(account_id, amount, currency) values (1, 120.5, 'EUR')")
    payouts.run_later()
    order = "select payout_key, beneficiary, amount, currency, state, source from payment_orders"
    shown = "select payout_key, account_id, amount, currency, status, bank_id from payouts"
    assert payouts.rows("bank", order) == [("1", 1, 12050, "EUR", "pending", "syncengine")]
    assert payouts.rows("crm", shown) == [("1", 1, 120.5, "EUR", "pending", "1")]  # the bank's word, asked for at once

    answer = payouts.run_later()
    assert payouts.rows("crm", shown) == [("1", 1, 120.5, "EUR", "pending", "1")]
    assert (answer["conflicts"], answer["reviews"], answer["has_changes"]) == (0, 0, False)

    payouts.sql("bank", "update payment_orders set state = 'paid'")
    payouts.sql("erp", "update payout_requests set amount = 99999")
    answer = payouts.run_later()
    assert payouts.rows("crm", shown) == [("1", 1, 120.5, "EUR", "paid", "1")]
    assert payouts.rows("bank", order) == [("1", 1, 12050, "EUR", "paid", "syncengine")]
    assert (answer["conflicts"], answer["reviews"]) == (1, 0)
    assert payouts.syncengine("audit", "verify").exit == 0
