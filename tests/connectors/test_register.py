"""Which connectors there are, and what it costs to ask."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from syncengine.connectors import memory, sql, stripe
from syncengine.connectors.protocol import Connector
from syncengine.connectors.register import CONNECTORS, GROUP, _loaded, by_name, connector, descriptions, readings
from syncengine.errors import UserError
from syncengine.vocabulary import DeliveryClass

MODULES: dict[str, Connector] = {"memory": memory, "sql": sql, "stripe": stripe}


def test_the_register_is_sorted_and_every_name_is_that_of_its_description() -> None:
    assert list(CONNECTORS) == sorted(CONNECTORS)
    assert {name: connector(name) for name in CONNECTORS} == MODULES
    assert {name: found.connector for name, found in descriptions().items() if name in CONNECTORS} == {
        name: name for name in CONNECTORS
    }


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(UserError) as caught:
        connector("strip")
    assert caught.value.remedy == "did you mean 'stripe'?"
    with pytest.raises(UserError) as caught:
        connector("xyz")
    assert "memory, sql, stripe" in caught.value.remedy


def test_secret_and_required_settings_are_settings() -> None:
    for description in descriptions().values():
        assert {*description.secret_settings, *description.required_settings} <= set(description.settings)


def test_what_can_be_written_is_class_b_and_says_how_it_is_known() -> None:
    for name in ("memory", "sql"):
        operations = descriptions()[name].operations
        assert {operations[kind].klass for kind in ("create", "update")} == {DeliveryClass.B}
        assert operations["create"].known_by in ("certified", "independent", "simulator")
    assert "create" not in descriptions()["stripe"].operations


def test_conversions_are_found_by_connector_record_and_name() -> None:
    assert readings()["stripe", "invoices", "subscription"]({"subscription": "sub_1"}) == "sub_1"


def test_asking_for_descriptions_loads_no_database_and_no_network_library() -> None:
    code = (
        "import sys; from syncengine.connectors.register import descriptions, readings; descriptions(); readings();"
        "print(sorted({'sqlalchemy', 'httpx', 'tenacity', 'psycopg', 'pydantic'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert shown.strip() == "[]"


def test_other_packages_are_looked_through_only_for_a_name_that_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def offered() -> dict[str, EntryPoint]:
        asked.append("offered")
        return {"other": point("other", "syncengine.connectors.memory")}

    monkeypatch.setattr("syncengine.connectors.register._offered", offered)
    known = descriptions()
    assert known["sql"].connector == "sql"
    assert "stripe" in known
    assert asked == []
    assert "other" in known
    assert "another" not in known
    assert known.get("another") is None
    assert asked
    assert list(known) == ["memory", "other", "sql", "stripe"]
    assert len(known) == 4


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=GROUP)


def test_another_package_may_offer_a_connector_under_a_free_name() -> None:
    offered = by_name([point("other", "syncengine.connectors.memory")])
    assert _loaded(offered["other"]) is memory
    with pytest.raises(UserError, match="'sql' is offered twice"):
        by_name([point("sql", "somewhere")])
    with pytest.raises(UserError, match="'a' is offered twice"):
        by_name([point("a", "here"), point("a", "there")])


@pytest.mark.parametrize(
    ("value", "message"),
    [("no.such.module", "cannot be imported"), ("syncengine.clock", "lacks DESCRIPTION, READINGS, open")],
)
def test_a_package_that_offers_something_else_is_named(value: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        _loaded(point("other", value))
