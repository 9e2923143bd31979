"""What was decided under a mistake of the map is decided anew under the map that has been mended."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from syncengine.cli.exits import Exit
from tests.cli.test_process import run


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    made = run("init", "shop", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    return tmp_path / "shop"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def count(shop: Path, table: str) -> int:
    with closing(sqlite3.connect(shop / "local" / "crm.db")) as connection:
        found: tuple[int] = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return found[0]


def run_here(shop: Path) -> int:
    return run("run", "--environment", "local", cwd=shop).returncode


def expected(tmp_path: Path) -> tuple[int, int]:
    """What the map gives where nothing is wrong with it."""
    assert run("init", "other", cwd=tmp_path).returncode == Exit.DONE
    assert run_here(tmp_path / "other") == Exit.DONE
    return count(tmp_path / "other", "accounts"), count(tmp_path / "other", "invoices")


def test_a_column_that_was_misspelt_loses_nothing(shop: Path) -> None:
    account = shop / "mappings" / "objects" / "account.yaml"
    change(account, "      country: country\n", "      country: cuntry\n")
    assert run_here(shop) != Exit.DONE
    assert count(shop, "accounts") == 0
    change(account, "      country: cuntry\n", "      country: country\n")
    assert run_here(shop) == Exit.DONE
    assert (count(shop, "accounts"), count(shop, "invoices")) == expected(shop.parent)


def test_a_constant_in_a_column_that_is_not_there_is_known_before_anything_is_sent(shop: Path) -> None:
    account = shop / "mappings" / "objects" / "account.yaml"
    change(account, "    key: stripe_customer_id", "    on_create: {account_manger: x}\n    key: stripe_customer_id")
    assert run_here(shop) != Exit.DONE
    change(account, "    on_create: {account_manger: x}\n", "    on_create: {account_manager: x}\n")
    assert run_here(shop) == Exit.DONE
    assert (count(shop, "accounts"), count(shop, "invoices")) == expected(shop.parent)


def test_a_field_that_is_granted_no_longer_keeps_back_only_itself(shop: Path) -> None:
    database, away = shop / "local" / "crm.db", shop / "away.db"
    database.rename(away)
    assert run_here(shop) == Exit.TEMPORARY
    away.rename(database)
    change(shop / "mappings" / "authority.yaml", "country, ", "")
    assert run_here(shop) == Exit.DONE
    assert (count(shop, "accounts"), count(shop, "invoices")) == expected(shop.parent)
