"""What a map says of an object, a field and a flow."""

import json
from pathlib import Path

import pytest

from syncengine.check.context import Context
from syncengine.check.explain import direction, explain, names, spelled_as
from syncengine.check.told import FieldTold, FlowTold, ObjectTold, as_json
from syncengine.spec.loader import load_map
from syncengine.spec.spelling import Spelling
from tests.specs.maps import DESCRIPTIONS, edited, write_map


def context(folder: Path, files: dict[str, str] | None = None) -> Context:
    spec, findings = load_map(write_map(folder, files or {}))
    assert spec is not None, findings
    return Context(spec=spec, descriptions=DESCRIPTIONS)


def field(known: Context, name: str) -> FieldTold:
    told = explain(known, name)[0]
    assert isinstance(told, FieldTold)
    return told


def test_a_field_names_its_owner_and_every_flow_that_spells_it(tmp_path: Path) -> None:
    told = field(context(tmp_path), "invoice.due_at")
    assert (told.owner, told.exception, told.klass, told.if_edited) == ("billing", False, "financial", "report")
    assert [(s.flow, s.how, s.spelled) for s in told.spelled] == [
        ("invoice.billing", "read", "due_date"),
        ("invoice.crm", "written", "{at: due_on, as: date}"),
    ]
    assert told.at == f"{(tmp_path / 'objects/invoice.yaml').as_posix()}:13:3"
    grant = told.spelled[1].grants[0]
    assert (grant.write_set, grant.may, grant.ceiling) == ("crm-view", ("create", "update"), "controlled")
    assert grant.at == f"{(tmp_path / 'authority.yaml').as_posix()}:7:7"
    assert told.spelled[0].grants == ()


def test_an_exception_says_why_and_who_approved_it(tmp_path: Path) -> None:
    told = field(context(tmp_path), "invoice.note")
    assert (told.owner, told.system_of_record) == ("crm", "billing")
    assert (told.exception, told.because, told.approved_by) == (True, "Collections work in the CRM.", "cfo")


def test_who_sees_a_class_and_which_systems_may_hold_it(tmp_path: Path) -> None:
    told = field(context(tmp_path), "account.email")
    assert told.klass == "pii"
    assert told.cleared == ("billing", "crm")
    assert "logs" in told.seen["withheld"]
    assert "compliance" in told.seen["clear"]


def test_a_gate_is_told_where_it_asks_and_where_it_stops(tmp_path: Path) -> None:
    known = context(tmp_path)
    asked = field(known, "account.kyc").asked_by[0]
    assert (asked.name, asked.stops, asked.about, asked.needs[0].max_age) == (
        "payout-release",
        "payout.billing",
        "account",
        "90d",
    )
    assert asked.needs[0].passes == ("not_applicable",)
    assert field(known, "payout.amount").spelled[1].gates == ("payout-release",)
    flow = explain(known, "payout.billing")[0]
    assert isinstance(flow, FlowTold)
    assert flow.consequences == ("moves_money",)
    assert [gate.name for gate in flow.gates] == ["payout-release"]


def test_an_urgent_field_is_told_so(tmp_path: Path) -> None:
    known = context(
        tmp_path, edited("objects/invoice.yaml", "total: {type: money}", "total: {type: money, urgent: [crm]}")
    )
    assert [spelled.urgent for spelled in field(known, "invoice.total").spelled] == [False, True]


def test_a_built_in_field_belongs_to_the_engine(tmp_path: Path) -> None:
    told = field(context(tmp_path), "payout.hold.open")
    assert (told.owner, told.klass) == ("the engine", "internal")
    assert [spelled.how for spelled in told.spelled] == ["written"]


def test_a_flow_has_its_direction_schedule_and_conditions(tmp_path: Path) -> None:
    known = context(tmp_path)
    flow = explain(known, "invoice.crm")[0]
    assert isinstance(flow, FlowTold)
    assert (flow.direction, flow.sync, flow.key) == ("both", "*/30 * * * * (Europe/Berlin)", "billing_id")
    assert (flow.only, flow.on_create) == ("status in ['open', 'paid'] and has(due_at)", {"source": "billing"})
    assert flow.fresh is not None
    assert (flow.fresh.expected, flow.fresh.incident) == ("30m", "4h")
    assert {id_: direction(f) for id_, f in known.flow_ids.items() if id_.startswith("account")} == {
        "account.billing": "inbound",
        "account.crm": "outbound",
    }


def test_an_object_has_its_fields_and_flows(tmp_path: Path) -> None:
    told = explain(context(tmp_path), "payout")[0]
    assert isinstance(told, ObjectTold)
    assert ([f.name for f in told.fields], [f.id for f in told.flows]) == (
        ["payee", "amount"],
        ["payout.crm", "payout.billing"],
    )
    assert told.born_in == ("payout.crm",)


@pytest.mark.parametrize("name", ["nothing", "account.nothing", "account.", "", "account.name.first"])
def test_what_the_map_does_not_have_is_nothing(name: str, tmp_path: Path) -> None:
    assert explain(context(tmp_path), name) == ()


def test_a_field_and_a_flow_of_one_name_are_both_told(tmp_path: Path) -> None:
    more = "  crm: {type: text, optional: true}\n  legal_form: {one_of"
    files = edited("objects/account.yaml", "  legal_form: {one_of", more)
    assert [type(told) for told in explain(context(tmp_path, files), "account.crm")] == [FieldTold, FlowTold]


def test_everything_that_has_a_name_can_be_explained_as_json(tmp_path: Path) -> None:
    known = context(tmp_path)
    for name in names(known):
        for told in explain(known, name):
            entry = json.loads(json.dumps(as_json(told)))
            assert entry["what"] in {"object", "field", "flow"}
            assert "klass" not in json.dumps(entry)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Status__c", "Status__c"),
        ({"at": "t", "currency_at": "c", "unit": "minor"}, "{at: t, currency_at: c, unit: minor}"),
        ({"at": "s", "words": "invoice_status"}, "{at: s, words: invoice_status}"),
        ({"at": "s", "words": {"a": "A", "b": ["B", "C"]}}, "{at: s, words: {a: A, b: [B, C]}}"),
        ({"street": "line1", "city": "town"}, "{street: line1, city: town}"),
        ({"reading": "kyc"}, "{reading: kyc}"),
        ({"at": "n", "only_if_empty": True}, "{at: n, only_if_empty: true}"),
    ],
)
def test_a_spelling_is_shown_as_it_may_be_written(written: object, shown: str) -> None:
    assert spelled_as(Spelling.model_validate(written)) == shown
