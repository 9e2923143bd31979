"""A payout is asked for in the CRM, paid by the ERP, and held meanwhile: the request itself says so."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.engine.events import customer
from tests.engine.test_sql_as_a_source import ENVIRONMENT, Company
from tests.scenarios.stage import HERE

CRM = """
create table payout_requests(id integer primary key, account_id int not null, amount int not null,
  currency text not null, changed int not null default 1, payment_no text,
  on_hold boolean, hold_reason text, held_since text, hold_next text);
create trigger asked after update on payout_requests when new.changed = old.changed
  begin update payout_requests set changed = old.changed + 1 where id = new.id; end;
"""
ERP = """
create table payouts(id integer primary key, request text unique not null, partner int not null, amount int not null,
  currency text not null);
"""
COLUMNS = "on_hold, hold_reason, hold_next, payment_no"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path)
    shutil.copytree(HERE / "mappings", tmp_path / "mappings", dirs_exist_ok=True)
    for name in ("invoice", "payment"):
        (tmp_path / "mappings" / "objects" / f"{name}.yaml").unlink()
    shutil.copytree(HERE / "requests", tmp_path / "mappings", dirs_exist_ok=True)
    systems = tmp_path / "mappings" / "systems.yaml"
    systems.write_text(systems.read_text().replace("connector: memory", "connector: sql"))
    (tmp_path / "mappings" / "environments" / "observed.yaml").unlink()
    (tmp_path / "mappings" / "environments" / "local.yaml").write_text(ENVIRONMENT)
    company.sql("crm", CRM)
    company.sql("erp", ERP)
    return company


def requests(company: Company) -> tuple[Any, ...]:
    return company.row("crm", COLUMNS, "payout_requests")


def test_a_payout_request_shows_its_hold_until_it_is_released(company: Company) -> None:
    company.deliver("1", customer("evt_1", kyb="submitted"))
    company.run()
    (account,) = company.row("crm", "id")
    company.sql("crm", f"insert into payout_requests(account_id, amount, currency) values ({account}, 1200, 'EUR')")
    company.half_an_hour_passes()
    company.run()
    company.half_an_hour_passes()
    company.run()
    assert requests(company) == (1, "kyb pending", "Ask the payee for papers.", None)
    assert company.row("erp", "count(*)", "payouts") == (0,)
    began = company.row("crm", "held_since", "payout_requests")

    company.deliver("2", customer("evt_2", 20, kyb="failed"))
    company.half_an_hour_passes()
    company.run()
    company.half_an_hour_passes()
    company.run()
    assert requests(company) == (1, "kyb rejected", "Ask the payee for papers.", None)
    assert company.row("crm", "held_since", "payout_requests") == began

    company.deliver("3", customer("evt_3", 30, kyb="passed"))
    for _ in range(3):
        company.half_an_hour_passes()
        company.run()
    assert company.row("erp", "request, partner, amount", "payouts") == ("1", 1, 1200)
    assert requests(company) == (0, None, None, "1")
    company.half_an_hour_passes()
    answer = company.run()
    assert (answer["writes"]["confirmed"], answer["conflicts"], answer["reviews"]) == (0, 0, 0)
    assert company.syncengine("audit", "verify").exit == 0
