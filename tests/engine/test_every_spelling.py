"""Every form of a spelling, through two real databases: what the shop says in its own way stands in the CRM in the
CRM's, a look at it finds no edit, and an edit of it is noticed.

`reading`, which only connectors with readings have, goes the same way in the quickstart.
"""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.quickstart.workspace import command


@dataclass(frozen=True, kw_only=True)
class Form:
    """A field, its two spellings, and rows: the shop's columns (`said`, and `later`) and what they become in the CRM.

    `edit` is what somebody makes of the CRM's columns in the end. `kept`: the CRM's columns after the shop has moved,
    where they do not follow. `by`: how the edit ends.
    """

    of: dict[str, Any]
    shop: Any
    crm: Any
    said: Mapping[str, Any]
    shown: Mapping[str, Any]
    later: Mapping[str, Any]
    moved: Mapping[str, Any]
    edit: Mapping[str, Any] = field(default_factory=dict)
    noticed: bool = True
    types: Mapping[str, str] = field(default_factory=dict)


def plain(kind: str, said: Any, shown: Any, later: Any, moved: Any, edit: Any, column: str = "text") -> Form:
    return Form(
        of={"type": kind, "optional": True}, shop="{}", crm="{}", said={"": said}, shown={"": shown},
        later={"": later}, moved={"": moved}, edit={"": edit}, types={"": column},
    )  # fmt: skip


STATUS = {"one_of": ["draft", "open", "paid"], "optional": True}
MONEY = {"type": "money", "optional": True}
FORMS: Mapping[str, Form] = {
    "text": plain("text", " Ada ", "Ada", "Bob", "Bob", "Eve"),
    "integer": plain("integer", 7, 7, 8, 8, 9, "integer"),
    "decimal": plain("decimal", 1.5, 1.5, 2, 2, 3, "numeric"),
    "boolean": plain("boolean", 1, 1, 0, 0, 1, "boolean"),
    "day": plain("date", "2026-01-31", "2026-01-31", "2026-02-01", "2026-02-01", "2027-01-01", "date"),
    "moment": plain(
        "timestamp", "2026-01-31 23:30:00", "2026-01-31T23:30:00Z", "2026-02-01 00:00:00", "2026-02-01T00:00:00Z",
        "2027-01-01 00:00:00",
    ),
    "country": plain("country", "de", "DE", "fr", "FR", "IT"),
    "currency": plain("currency", "eur", "EUR", "usd", "USD", "GBP"),
    "language": plain("language", "pt_BR", "pt-br", "de", "de", "en"),
    "email": plain("email", "Ada@X.example", "ada@x.example", "b@x.example", "b@x.example", "e@x.example"),
    "phone": plain("phone", "+49 30 123456", "+4930123456", "+49 30 99999", "+493099999", "+493011111"),
    "web_domain": plain("web_domain", "https://www.x.example/a", "x.example", "y.example", "y.example", "z.example"),
    "vat_number": plain("vat_number", "de 123.456.789", "DE123456789", "DE1111", "DE1111", "DE2222"),
    "person_name": plain("person_name", "Ada", "Ada", "Bob", "Bob", "Eve"),
    "verification": plain("verification", "verified", "verified", "odd", "in_review", "verified"),
    "own_words": Form(
        of=STATUS, shop="{}", crm="{}", said={"": "open"}, shown={"": "open"}, later={"": "paid"},
        moved={"": "paid"}, edit={"": "draft"},
    ),
    "words": Form(
        of=STATUS, shop={"at": "{}", "words": {"draft": "D", "open": "O", "paid": "P"}},
        crm={"at": "{}", "words": "states"}, said={"": "O"}, shown={"": "Open"}, later={"": "P"},
        moved={"": "Paid"}, edit={"": "Draft"},
    ),
    "words_read": Form(  # several of theirs are one of ours: read only
        of=STATUS, shop={"at": "{}", "words": {"draft": ["D", "N"], "open": ["O"], "paid": ["P", "S"]}}, crm="{}",
        said={"": "N"}, shown={"": "draft"}, later={"": "S"}, moved={"": "paid"}, edit={"": "open"},
    ),
    "words_written": Form(  # several of ours are one of theirs: write only
        of=STATUS, shop="{}", crm={"at": "{}", "words": {"draft": "Active", "open": "Active", "paid": "Done"}},
        said={"": "draft"}, shown={"": "Active"}, later={"": "paid"}, moved={"": "Done"}, edit={"": "Active"},
    ),
    "money": Form(
        of=MONEY, shop={"at": "{}_amount", "currency_at": "{}_currency", "unit": "minor"},
        crm={"at": "{}_amount", "currency_at": "{}_currency", "unit": "major"},
        said={"_amount": 4900, "_currency": "eur"}, shown={"_amount": "49.00", "_currency": "EUR"},
        later={"_amount": 4900, "_currency": "jpy"}, moved={"_amount": "4900", "_currency": "JPY"},
        edit={"_amount": "1"}, types={"_amount": "text"},
    ),
    "local_date": Form(
        of={"type": "timestamp", "optional": True}, shop="{}", crm={"at": "{}", "as": "date", "zone": "Asia/Tokyo"},
        said={"": "2026-01-31 23:30:00"}, shown={"": "2026-02-01"}, later={"": "2026-02-05 01:00:00"},
        moved={"": "2026-02-05"}, edit={"": "2026-03-01"},
    ),
    "ref": Form(  # in the CRM's own ids
        of={"ref": "account"}, shop={"at": "{}", "ids_of": "shop"}, crm="{}",
        said={"": "11"}, shown={"": "501"}, later={"": "12"}, moved={"": "502"}, edit={"": "501"},
    ),
    "ref_there": Form(  # in the ids of the shop
        of={"ref": "account"}, shop="{}", crm={"at": "{}", "ids_of": "shop"},
        said={"": "11"}, shown={"": "11"}, later={"": "12"}, moved={"": "12"}, edit={"": "99"},
    ),
    "address": Form(
        of={"type": "address", "optional": True},
        shop={"street": "{}_road", "city": "{}_city", "country": "{}_country"},
        crm={"street": "{}_1", "line2": "{}_2", "city": "{}_town", "country": "{}_land"},
        said={"_road": "A 1", "_city": "Ulm", "_country": "de"},
        shown={"_1": "A 1", "_2": None, "_town": "Ulm", "_land": "DE"},
        later={"_road": "B 2", "_city": None, "_country": "de"},
        moved={"_1": "B 2", "_2": None, "_town": None, "_land": "DE"}, edit={"_town": "Bonn"},
    ),
    "from": Form(
        of={"type": "text", "optional": True},
        shop={"from": "has(theirs.{}_b) ? trim(theirs.{}_a) + '-' + theirs.{}_b : theirs.{}_a"}, crm="{}",
        said={"_a": " x ", "_b": 17}, shown={"": "x-17"}, later={"_a": "y", "_b": None}, moved={"": "y"},
        edit={"": "z"}, types={"_b": "integer"},
    ),
    "from_words": Form(
        of=STATUS,
        shop={"from": "upper(split_at(theirs.{}, ':', 1))", "words": {"draft": "D", "open": "O", "paid": "P"}},
        crm="{}", said={"": "state:o"}, shown={"": "open"}, later={"": "state:p"}, moved={"": "paid"},
        edit={"": "draft"},
    ),
    "from_ref": Form(
        of={"ref": "account"}, shop={"from": "split_at(theirs.{}, '/', -1)", "ids_of": "shop"}, crm="{}",
        said={"": "accounts/11"}, shown={"": "501"}, later={"": "accounts/12"}, moved={"": "502"}, edit={"": "501"},
    ),
    "from_money": Form(
        of=MONEY, shop={"from": "theirs.{}_vip == 'yes' ? money('0.00 EUR') : money('9.50 EUR')"},
        crm={"at": "{}_amount", "currency_at": "{}_currency", "unit": "minor"},
        said={"_vip": "no"}, shown={"_amount": 950, "_currency": "EUR"}, later={"_vip": "yes"},
        moved={"_amount": 0, "_currency": "EUR"}, edit={"_amount": 5}, types={"_amount": "integer"},
    ),
    "to": Form(
        of={"type": "text", "optional": True}, shop="{}",
        crm={"at": "{}", "to": "has({}) ? upper({}) + '!' : 'none'"},
        said={"": "x"}, shown={"": "X!"}, later={"": None}, moved={"": "none"}, edit={"": "y"},
    ),
    "to_empty": Form(
        of={"type": "text", "optional": True}, shop="{}", crm={"at": "{}", "to": "split_at({}, ' ', 1)"},
        said={"": "a b"}, shown={"": "b"}, later={"": "a"}, moved={"": None}, edit={"": "y"},
    ),
    "to_date": Form(
        of={"type": "timestamp", "optional": True}, shop="{}",
        crm={"at": "{}", "to": "date_in({}, 'Europe/Berlin')"}, said={"": "2026-01-31 23:30:00"},
        shown={"": "2026-02-01"}, later={"": "2026-02-05 01:00:00"}, moved={"": "2026-02-05"}, edit={"": "2026-03-01"},
    ),
    "to_flag": Form(
        of={"type": "integer", "optional": True}, shop="{}", crm={"at": "{}", "to": "{} > 3"}, said={"": 4},
        shown={"": 1}, later={"": 2}, moved={"": 0}, edit={"": 1}, types={"": "boolean"},
    ),
    "to_decimal": Form(
        of={"type": "integer", "optional": True}, shop="{}", crm={"at": "{}", "to": "{} * 0.25"}, said={"": 4},
        shown={"": "1"}, later={"": 1}, moved={"": "0.25"}, edit={"": "7"},
    ),
    "to_money": Form(
        of=MONEY, shop={"at": "{}_amount", "currency_at": "{}_currency", "unit": "minor"},
        crm={"at": "{}_amount", "currency_at": "{}_currency", "unit": "major", "to": "{} * 2 + money('1 EUR')"},
        said={"_amount": 100, "_currency": "EUR"}, shown={"_amount": "3.00", "_currency": "EUR"},
        later={"_amount": 150, "_currency": "EUR"}, moved={"_amount": "4.00", "_currency": "EUR"},
        edit={"_amount": "1"},
    ),
    "only_if_empty": Form(
        of={"type": "text", "optional": True}, shop="{}", crm={"at": "{}", "only_if_empty": True},
        said={"": "x"}, shown={"": "x"}, later={"": "y"}, moved={"": "x"}, edit={"": "z"}, noticed=False,
    ),
    "only_if_empty_money": Form(
        of=MONEY, shop={"at": "{}_amount", "currency_at": "{}_currency", "unit": "minor"},
        crm={"at": "{}_amount", "currency_at": "{}_currency", "unit": "minor", "only_if_empty": True},
        said={"_amount": 5, "_currency": "EUR"}, shown={"_amount": 5, "_currency": "EUR"},
        later={"_amount": 6, "_currency": "USD"}, moved={"_amount": 5, "_currency": "EUR"}, edit={"_amount": 9},
        noticed=False, types={"_amount": "integer"},
    ),
    "only_if_empty_address": Form(
        of={"type": "address", "optional": True}, shop={"street": "{}_road", "city": "{}_city"},
        crm={"street": "{}_1", "city": "{}_2", "only_if_empty": True}, said={"_road": "A 1", "_city": "Ulm"},
        shown={"_1": "A 1", "_2": "Ulm"}, later={"_road": "B 2", "_city": "Bonn"}, moved={"_1": "A 1", "_2": "Ulm"},
        edit={"_2": "Köln"}, noticed=False,
    ),
    "only_if_empty_to": Form(
        of={"type": "text", "optional": True}, shop="{}",
        crm={"at": "{}", "to": "lower({})", "only_if_empty": True}, said={"": "X"}, shown={"": "x"},
        later={"": "Y"}, moved={"": "x"}, edit={"": "z"}, noticed=False,
    ),
}  # fmt: skip
EACH = pytest.mark.parametrize("name", FORMS)
CLASSES = "[public, internal, financial, pii]"


def named(name: str, of: Any) -> Any:
    """A spelling or columns with the field's name in the place of {}."""
    if isinstance(of, str):
        return of.replace("{}", name)
    return {key: named(name, value) for key, value in of.items()} if isinstance(of, dict) else of


def columns(name: str, of: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{name}{suffix}": value for suffix, value in of.items()}


FRESH = {"expected": "31m", "incident": "4h", "look_at": "The table"}
SCANNED = {"sync": {"cron": "*/30 * * * *"}, "version": "changed", "fresh": FRESH}
NOTE = {"type": "text", "optional": True, "owner": "crm", "because": "Sales work there.", "approved_by": "lead"}
"""A field of the CRM's own, for which the CRM is read, and with it all that we have written there."""


def _object(name: str, fields: Mapping[str, Any], shop: Mapping[str, Any], crm: Mapping[str, Any]) -> str:
    written = {"key": "shop_id", "purpose": "Sales sees it; an error means a wrong call."}
    flows = {
        "shop": {"record": f"{name}s", **SCANNED, "fields": shop},
        "crm": {"record": f"{name}s", **written, **SCANNED, "fields": {**crm, "note": "note"}},
    }
    told = {
        "object": name, "truth": "The shop owns it and the CRM its note; the CRM only displays the rest.",
        "kind": "commercial", "class": "internal", "system_of_record": "shop", "owner": "ops",
        "fields": {**fields, "note": NOTE}, "flows": flows,
    }  # fmt: skip
    return json.dumps(told)


def _maps(folder: Path) -> None:
    item = _object(
        "item",
        {name: form.of for name, form in FORMS.items()},
        {name: named(name, form.shop) for name, form in FORMS.items()},
        {name: named(name, form.crm) for name, form in FORMS.items()},
    )
    account = _object("account", {"title": {"type": "text"}}, {"title": "title"}, {"title": "title"})
    grants = [
        f"{{may: [create, update], object: item, in: crm, fields: [{', '.join(FORMS)}]}}",
        "{may: [create, update], object: account, in: crm, fields: [title]}",
    ]
    files = {
        "project.yaml": "language: 1\nname: forms\ntime_zone: Europe/Berlin\n",
        "people.yaml": "teams: {ops: ops@x.example}\nroles: {lead: [ana@x.example]}\n",
        "systems.yaml": f"shop: {{kind: warehouse, connector: sql, owner: ops, cleared_for: {CLASSES}}}\n"
        f"crm: {{kind: crm, connector: sql, owner: ops, cleared_for: {CLASSES}}}\n",
        "words.yaml": "states: {draft: Draft, open: Open, paid: Paid}\n",
        "environments/local.yaml": "starts_at: ceiling\n"
        'shop: {environment: local, address: "sqlite:///../shop.db"}\n'
        'crm: {environment: local, address: "sqlite:///../crm.db"}\n',
        "objects/item.yaml": item,
        "objects/account.yaml": account,
        "authority.yaml": "view:\n  owner: ops\n  approved_by: [lead]\n  ceiling: controlled\n  grants:\n"
        + "".join(f"    - {grant}\n" for grant in grants),
    }
    for file, text in files.items():
        path = folder / "mappings" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class Company:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _maps(folder)
        for system, key, rows in (("shop", "", "said"), ("crm", ", shop_id text unique not null", "shown")):
            types = {k: v for n, f in FORMS.items() for k, v in columns(n, f.types).items()}
            names = [column for name, form in FORMS.items() for column in columns(name, getattr(form, rows))]
            shown = ", ".join(f'"{name}" {types.get(name, "text")}' for name in names)
            changed = "changed int not null default 1"
            self.sql(system, f"create table items(id integer primary key{key}, {changed}, note text, {shown})")
            self.sql(system, f"create table accounts(id integer primary key{key}, {changed}, note text, title text)")
        self.sql("shop", "insert into accounts(id, title) values (11, 'Eleven'), (12, 'Twelve')")
        self.sql("crm", "insert into accounts(id, shop_id, title) values (501, '11', 'Eleven'), (502, '12', 'Twelve')")
        self.sql("shop", "insert into items(id) values (1)")

    def sql(self, system: str, statement: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self.folder / f"{system}.db")) as database:
            found = database.execute(statement, values).fetchall()
            database.commit()
            return found

    def update(self, system: str, places: Mapping[str, Any]) -> None:
        pairs = ", ".join(f'"{name}" = ?' for name in places)
        self.sql(system, f"update items set changed = changed + 1, {pairs}", *places.values())

    def row(self) -> dict[str, Any]:
        with closing(sqlite3.connect(self.folder / "crm.db")) as database:
            database.row_factory = sqlite3.Row
            return dict(database.execute("select * from items").fetchone())

    def call(self, *words: str) -> dict[str, Any]:
        state, maps = f"sqlite:///{self.folder / 'state.db'}", str(self.folder / "mappings")
        done = command("-m", "syncengine", "--maps", maps, "--state", state, "--format", "json", *words)
        assert done.returncode in (0, 1), done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def run(self) -> dict[str, Any]:
        """One run, half an hour later."""
        if (self.folder / "state.db").exists():
            with closing(sqlite3.connect(self.folder / "state.db")) as ledger:
                ledger.execute("update cursors set at = '2026-01-01T00:00:00Z'")
                ledger.commit()
        return self.call("run", "--environment", "local")

    def losers(self) -> set[str]:
        with closing(sqlite3.connect(self.folder / "state.db")) as ledger:
            return {field for (field,) in ledger.execute("select field from conflicts")}


@dataclass
class Story:
    """What stood in the CRM's row after each chapter, and what the runs answered."""

    first: dict[str, Any]
    quiet: dict[str, Any]
    later: dict[str, Any]
    edited: dict[str, Any]
    answers: list[dict[str, Any]]
    losers: list[set[str]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    company = Company(tmp_path_factory.mktemp("forms"))
    company.update("shop", {k: v for n, f in FORMS.items() for k, v in columns(n, f.said).items()})
    answers = [company.run()]
    first = company.row()
    answers.append(company.run())
    quiet, losers = company.row(), [company.losers()]
    company.update("shop", {k: v for n, f in FORMS.items() for k, v in columns(n, f.later).items()})
    answers += [company.run(), company.run()]
    later = company.row()
    losers.append(company.losers())
    company.update("crm", {k: v for n, f in FORMS.items() for k, v in columns(n, f.edit).items()})
    answers.append(company.run())
    losers.append(company.losers())
    return Story(first, quiet, later, company.row(), answers, losers)


def _shown(row: Mapping[str, Any], name: str, like: Mapping[str, Any]) -> dict[str, Any]:
    return {suffix: row[f"{name}{suffix}"] for suffix in like}


@EACH
def test_what_the_shop_says_stands_in_the_crm_in_its_own_way(story: Story, name: str) -> None:
    form = FORMS[name]
    assert _shown(story.first, name, form.shown) == form.shown
    assert _shown(story.later, name, form.moved) == form.moved


@EACH
def test_an_edit_of_it_is_noticed_unless_it_is_theirs_by_now(story: Story, name: str) -> None:
    assert (name in story.losers[2]) is FORMS[name].noticed
    assert _shown(story.edited, name, FORMS[name].edit) == FORMS[name].edit


def test_a_look_at_what_was_written_finds_no_edit_and_nothing_to_write(story: Story) -> None:
    assert story.quiet == story.first
    assert [answer["conflicts"] for answer in story.answers[:4]] == [0, 0, 0, 0]
    assert story.losers[:2] == [set(), set()]
    assert [answer["reviews"] for answer in story.answers[:4]] == [0, 0, 0, 0]
    assert all(answer["events"]["failed"] == 0 for answer in story.answers)
    assert story.answers[1]["has_changes"] is False
