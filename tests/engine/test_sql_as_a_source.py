"""Two real databases through the command line: what the ERP owns comes out of its table and shows in the CRM's."""

import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.engine.events import customer
from tests.quickstart.workspace import Finished, command
from tests.scenarios.stage import HERE, event

CRM = """
create table accounts(id integer primary key, stripe_id text unique not null, name text, email text, credit int,
  on_hold boolean, hold_reason text, hold_next text)
"""
ERP = """
create table accounts(id integer primary key, stripe_id text unique not null, name text, credit_limit int,
  changed int not null default 1);
create trigger touched after update of name, credit_limit on accounts
  begin update accounts set changed = old.changed + 1 where id = new.id; end;
"""
ENVIRONMENT = """
starts_at: ceiling
stripe: {environment: local, drop_folder: ../inbox, snapshots: ../snapshots}
crm:    {environment: local, address: "sqlite:///../crm.db"}
erp:    {environment: local, address: "sqlite:///../erp.db"}
"""


class Company:
    """The scenarios' map with another laid over it, its targets as SQLite databases."""

    over = "scanned"
    environment = ENVIRONMENT
    tables: Mapping[str, str] = {"crm": CRM, "erp": ERP}

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(HERE / "mappings", folder / "mappings")
        shutil.copytree(HERE / self.over, folder / "mappings", dirs_exist_ok=True)
        systems = folder / "mappings" / "systems.yaml"
        systems.write_text(systems.read_text().replace("connector: memory", "connector: sql"))
        (folder / "mappings" / "environments" / "observed.yaml").unlink()
        (folder / "mappings" / "environments" / "local.yaml").write_text(self.environment)
        for name in ("inbox", "snapshots"):
            (folder / name).mkdir()
        for system, tables in self.tables.items():
            self.sql(system, tables)

    def sql(self, system: str, statement: str) -> None:
        with closing(sqlite3.connect(self.folder / f"{system}.db")) as database:
            database.executescript(statement)
            database.commit()

    def row(self, system: str, columns: str, table: str = "accounts") -> tuple[Any, ...]:
        with closing(sqlite3.connect(self.folder / f"{system}.db")) as database:
            found: tuple[Any, ...] = database.execute(f"select {columns} from {table}").fetchone()
            return found

    def deliver(self, name: str, said: Mapping[str, Any]) -> None:
        line = json.dumps({"headers": {}, "body": json.dumps(event(dict(said)))})
        (self.folder / "inbox" / f"{name}.jsonl").write_text(line + "\n")

    def syncengine(self, *words: str) -> Finished:
        state, maps = f"sqlite:///{self.folder / 'state.db'}", str(self.folder / "mappings")
        done = command("-m", "syncengine", "--maps", maps, "--state", state, "--format", "json", *words)
        return Finished(done.returncode, json.loads(done.stdout), done.stderr)

    def run(self) -> Mapping[str, Any]:
        done = self.syncengine("run", "--environment", "local")
        assert done.exit == 0, (done.answer, done.errors)
        return done.answer

    def half_an_hour_passes(self) -> None:
        with closing(sqlite3.connect(self.folder / "state.db")) as ledger:
            ledger.execute("update cursors set at = '2026-01-01T00:00:00Z'")
            ledger.commit()


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def test_a_field_of_the_erp_shows_in_the_crm_and_our_own_writes_come_back_as_echoes(company: Company) -> None:
    company.deliver("1", customer("evt_1"))
    company.run()
    assert company.row("erp", "stripe_id, name, credit_limit, changed") == ("cus_1", "Acme", None, 1)
    assert company.row("crm", "stripe_id, name, credit") == ("cus_1", "Acme", None)

    company.sql("erp", "update accounts set credit_limit = 5000")
    assert company.run()["events"]["settled"] == 0  # its schedule has not fired
    company.half_an_hour_passes()
    company.run()
    assert company.row("crm", "credit") == (5000,)

    company.deliver("2", customer("evt_2", 9, name="Acme Two"))
    assert [batch["flow"] for batch in company.run()["batches"]] == ["account.erp"]
    assert company.row("erp", "name") == ("Acme",)  # it is written on its schedule too
    company.half_an_hour_passes()
    assert company.run()["batches"] == []
    company.half_an_hour_passes()
    events = company.run()["events"]
    assert (events["echo"], events["failed"]) == (1, 0)
    assert company.row("erp", "name, credit_limit, changed") == ("Acme Two", 5000, 3)

    company.half_an_hour_passes()
    again = company.run()
    assert again["events"]["duplicate"] == 1
    assert (again["reviews"], again["conflicts"], again["has_changes"]) == (0, 0, False)

    company.sql("erp", "update accounts set name = 'Edited'")
    company.half_an_hour_passes()
    assert company.run()["conflicts"] == 1
    assert company.row("erp", "name") == ("Edited",)
    assert company.syncengine("audit", "verify").exit == 0


def test_an_erp_that_is_away_is_named_and_made_up_for(company: Company) -> None:
    company.deliver("1", customer("evt_1"))
    company.run()
    company.sql("erp", "update accounts set credit_limit = 5000")
    company.half_an_hour_passes()
    (company.folder / "erp.db").rename(company.folder / "erp.away")
    away = company.syncengine("run", "--environment", "local")
    assert away.exit == 75
    assert [a["system"] for a in away.answer["away"]] == ["erp"]
    (company.folder / "erp.away").rename(company.folder / "erp.db")
    company.run()
    assert company.row("crm", "credit") == (5000,)
