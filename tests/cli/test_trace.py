"""`trace`: what it asks the ledger and the map, and how it answers."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from syncengine.cli import trace as subject
from syncengine.cli.door import door
from syncengine.cli.exits import Exit
from syncengine.cli.main import cli
from syncengine.errors import UserError
from syncengine.evidence.mask import hashed
from syncengine.evidence.view import PlanView
from syncengine.model.dossier import Dossier, Hit
from syncengine.plan.plan import FieldPlan, FlowPlan, ObjectPlan, Plan, ReadSpelling, SystemPlan, WriteSpelling
from syncengine.vocabulary import FieldType, Mask, Phase
from tests.evidence.dossiers import CRM_HIT, EVENT_HIT, VIEW, dossier

Capture = pytest.CaptureFixture[str]


class Ledger:
    """Knows the hits that it is given, and one dossier."""

    def __init__(self, *hits: Hit) -> None:
        self.hits = hits
        self.asked: list[object] = []

    def find(self, text: str) -> Sequence[Hit]:
        self.asked.append(text)
        return self.hits

    def dossier(self, records: Sequence[int], inputs: Sequence[int]) -> Dossier:
        self.asked.append((records, inputs))
        return dossier()

    def secret(self) -> bytes:
        return b"the ledger's"


def traced(
    monkeypatch: pytest.MonkeyPatch, ledger: Ledger, *words: str, view: PlanView | None = VIEW
) -> int:
    @contextmanager
    def existing(url: str) -> Iterator[Ledger]:
        assert url == "sqlite:///x.db"
        yield ledger

    monkeypatch.setattr(subject, "existing_ledger", existing)
    monkeypatch.setattr(subject, "view_of_map", lambda _maps, _name: view)
    return door(cli, ["--state", "sqlite:///x.db", "trace", *words])


def test_an_id_is_told_as_text(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    ledger = Ledger(EVENT_HIT, CRM_HIT)
    assert traced(monkeypatch, ledger, "evt_12") == Exit.DONE
    out, err = capsys.readouterr()
    assert out.startswith("billing event evt_12  (input)\ninvoice.crm 17  (link)\n\ninvoice ")
    assert "Status__c  Open -> Paid" in out
    assert "masked" not in out
    assert err == ""
    assert ledger.asked == ["evt_12", ([1], [12])]


def test_an_id_is_told_as_one_json_object(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    assert traced(monkeypatch, Ledger(CRM_HIT), "17", "--format", "json") == Exit.DONE
    document = json.loads(capsys.readouterr().out)
    assert list(document) == [
        "schema_version", "exit", "has_changes", "id", "view", "map_read", "more_hits", "hits", "records", "inputs",
    ]  # fmt: skip
    assert (document["id"], document["map_read"], document["more_hits"]) == ("17", True, 0)
    assert document["records"][0]["known_as"][1] == {
        "flow": "invoice.crm",
        "id": "17",
        "since": "2026-03-01T09:30:00Z",
        "asked": True,
    }


def test_an_unknown_id_ends_with_1_and_says_what_an_id_is(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    assert traced(monkeypatch, Ledger(), "nobody") == Exit.FINDINGS
    out, err = capsys.readouterr()
    assert out == ""
    assert "nothing in the ledger answers to 'nobody'" in err
    assert "SYSTEM:OBJECT:ID" in err


def test_bytes_that_are_no_text_are_nobodys_id(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    ledger = Ledger(CRM_HIT)
    assert traced(monkeypatch, ledger, "17\udcff") == Exit.FINDINGS
    assert "nothing in the ledger answers to '17\\udcff'" in capsys.readouterr().err
    assert ledger.asked == []


def test_without_a_map_the_values_are_masked_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert traced(monkeypatch, Ledger(CRM_HIT), "17", view=None) == Exit.DONE
    out = capsys.readouterr().out
    assert "Status__c  ••• -> •••" in out
    assert "every value is masked: the map in mappings cannot be used" in out


def test_ten_hits_are_shown_and_the_others_counted(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    hits = [Hit(what="link", label=f"invoice.crm{n} 17", records=(1,), inputs=()) for n in range(12)]
    assert traced(monkeypatch, Ledger(*hits), "17") == Exit.DONE
    out = capsys.readouterr().out
    assert out.count("(link)") == 10
    assert "2 more answer to this id" in out


def test_where_there_is_no_ledger_none_is_made(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "state" / "state.db"
    assert door(cli, ["trace", "evt_1", "--state", f"sqlite:///{path}", "--maps", str(tmp_path)]) == Exit.USAGE
    assert "there is no ledger yet" in capsys.readouterr().err
    assert not path.parent.exists()


def test_a_folder_without_a_map_is_no_map(tmp_path: Path) -> None:
    assert subject.view_of_map(tmp_path / "nowhere", "events") is None


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("finanse", "Did you mean finance? The map has logs, finance."), ("x", "The map has logs, finance.")],
)
def test_a_view_that_the_map_does_not_have_is_a_mistake_of_usage(name: str, remedy: str) -> None:
    with pytest.raises(UserError, match=f"there is no view {name}") as caught:
        subject.view_of_plan(plan(), name)
    assert caught.value.remedy == remedy


def test_a_view_brings_the_classes_of_the_map_and_its_own_masks() -> None:
    view = subject.view_of_plan(plan(), "finance")
    assert view.fields == {("invoice", "total"): "financial", ("invoice", "email"): "pii"}
    assert view.place("invoice.crm", "Text__c") == ("email", "pii")
    assert view.place("invoice.crm", "Other__c") == ("", "")
    assert view.seen("x@example.org", "pii").text == "x@example.org"
    assert view.key == b""


def test_a_hash_is_made_with_the_key_of_the_ledger(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    hashing = replace(VIEW, cells={**VIEW.cells, "pii": Mask.HASHED})
    assert traced(monkeypatch, Ledger(CRM_HIT), "17", view=hashing) == Exit.DONE
    assert f"Email__c   {hashed('bert@example.org', Ledger().secret())}" in capsys.readouterr().out


def plan() -> Plan:
    fields = {
        name: FieldPlan(name=name, type=FieldType.TEXT, owner="billing", flow="", klass=klass)
        for name, klass in (("total", "financial"), ("email", "pii"))
    }
    flow = FlowPlan(
        id="invoice.crm",
        name="crm",
        object="invoice",
        system="crm",
        record="Invoice__c",
        key="Key__c",
        born=False,
        reads=(ReadSpelling(field="email", places=("Mail__c",), read=lambda _content: None),),
        shows=(
            WriteSpelling(field="email", places=("Text__c",), write=lambda _value: {}),
            WriteSpelling(field="total", places=("Total__c", "Text__c"), write=lambda _value: {}),
        ),
        granted=frozenset(),
        may_create=False,
        may_update=False,
        write_set="",
        ceiling=Phase.OBSERVE,
        on_create={"Origin__c": "sync"},
        gates=(),
        normal={},
        place_classes={"Text__c": ("email", "pii"), "Total__c": ("total", "financial")},
    )
    return Plan(
        project="shop",
        digest="d",
        systems={"crm": SystemPlan(name="crm", kind="crm", connector="sql", owner="sales")},
        objects={
            "invoice": ObjectPlan(
                name="invoice",
                kind="financial",
                system_of_record="billing",
                fields=fields,
                flows=("invoice.crm",),
                born_in=("invoice.billing",),
            )
        },
        flows={"invoice.crm": flow},
        readers={},
        views={"logs": {}, "finance": {"pii": Mask.CLEAR}},
    )
