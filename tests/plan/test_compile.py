"""From a checked map to the plan."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syncengine.check.checked import CheckedGrant
from syncengine.plan.compile import compile_plan
from syncengine.plan.fields import reachable
from syncengine.plan.plan import FlowPlan, Plan, Schedule
from syncengine.vocabulary import SENSITIVITY_CLASSES, FieldType, IfEdited, Mask, Phase
from tests.plan import maps


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_plan(maps.checked(), maps.READINGS)


def test_the_plan_holds_the_whole_map(plan: Plan) -> None:
    assert plan.project == "northwind"
    assert list(plan.systems) == ["stripe", "crm", "erp"]
    assert list(plan.flows) == ["account.stripe", "account.crm", "invoice.stripe", "invoice.crm", "invoice.erp"]
    assert plan.systems["erp"].connector == "sql"
    assert plan.retry.first == timedelta(seconds=10)
    assert plan.retry.longest == timedelta(minutes=5)
    assert plan.objects["invoice"].flows == ("invoice.stripe", "invoice.crm", "invoice.erp")
    assert plan.objects["invoice"].born_in == ("invoice.stripe",)


def test_a_flow_reads_what_its_system_owns_and_shows_the_rest(plan: Plan) -> None:
    assert [r.field for r in plan.flows["invoice.stripe"].reads] == ["number", "account", "status", "total", "due_at"]
    assert plan.flows["invoice.stripe"].shows == ()
    erp = plan.flows["invoice.erp"]
    assert [r.field for r in erp.reads] == ["posted"]
    assert [s.field for s in erp.shows] == ["total"]


def test_only_what_is_granted_and_spelled_may_be_written(plan: Plan) -> None:
    crm = plan.flows["invoice.crm"]
    assert [s.field for s in crm.shows] == ["number", "account", "status", "total", "due_at"]
    assert crm.granted == {"account", "status", "total", "due_at"}
    assert (crm.write_set, crm.ceiling, crm.may_create, crm.may_update) == ("crm-view", Phase.CONTROLLED, True, True)
    assert crm.writes


def test_a_flow_without_a_grant_writes_nothing_and_observes(plan: Plan) -> None:
    erp = plan.flows["invoice.erp"]
    assert (erp.granted, erp.write_set, erp.may_create, erp.may_update) == (frozenset(), "", False, False)
    assert erp.ceiling is Phase.OBSERVE
    assert not erp.writes
    assert plan.written_flows("erp") == ()


def test_a_grant_of_a_field_that_is_read_there_writes_nothing() -> None:
    base = maps.checked()
    flow = base.flows["invoice.crm"]
    grant = flow.grant
    assert grant is not None
    widened = replace(flow, grant=replace(grant, fields=("status", "posted", "unspelled")))
    plan = compile_plan(maps.with_flow(base, widened), maps.READINGS)
    assert plan.flows["invoice.crm"].granted == {"status"}


def test_a_field_knows_its_owner_and_every_word_it_can_still_reach(plan: Plan) -> None:
    status = plan.objects["invoice"].fields["status"]
    assert (status.type, status.owner, status.flow) == (FieldType.ONE_OF, "stripe", "invoice.stripe")
    assert status.later["draft"] == {"open", "paid", "lost", "void"}
    assert status.later["open"] == {"paid", "lost", "void"}
    assert status.later["lost"] == {"paid"}
    assert status.if_edited is IfEdited.REPORT


def test_a_word_reaches_itself_only_where_a_way_leads_back() -> None:
    assert reachable({"a": ("b",), "b": ("a",), "c": ("a",)}) == {
        "a": {"a", "b"},
        "b": {"a", "b"},
        "c": {"a", "b"},
    }


def test_everything_that_is_written_has_a_normal_spelling_to_compare_with(plan: Plan) -> None:
    for flow in plan.flows.values():
        written = {place for spelling in flow.shows for place in spelling.places}
        assert written | set(flow.on_create) | ({flow.key} - {""}) == set(flow.normal)
    crm = plan.flows["invoice.crm"]
    assert crm.on_create == {"source": "billing", "rank": 1, "active": True}
    assert [crm.normal[place](raw) for place, raw in (("active", 1), ("rank", "1"), ("stripe_id", 7))] == [True, 1, "7"]


def test_a_place_belongs_to_the_first_field_that_is_spelled_there(plan: Plan) -> None:
    assert plan.flows["invoice.crm"].place_fields == {
        "name": "number",
        "account_id": "account",
        "status": "status",
        "total": "total",
        "currency": "total",
        "due_on": "due_at",
    }


def test_a_place_is_as_sensitive_as_the_most_sensitive_field_that_is_spelled_there() -> None:
    secret = maps.field("iban", FieldType.TEXT, klass="account_number")
    erp = replace(
        maps.invoice_flows()["erp"],
        shows=(
            maps.spelling(maps.TOTAL, {"at": "amount", "currency_at": "currency"}, unit="major"),
            maps.spelling(secret, {"at": "iban"}),
            maps.spelling(maps.NUMBER, {"at": "iban"}),
        ),
        on_create={"origin": "sync"},
    )
    places = compile_plan(maps.with_flow(maps.checked(), erp), maps.READINGS).flows["invoice.erp"].place_classes
    assert places["iban"] == ("iban", "account_number")
    assert places["amount"] == places["currency"] == ("total", "financial")
    assert places["posted"] == ("posted", "internal")


def test_keys_and_constants_are_ours(plan: Plan) -> None:
    places = plan.flows["invoice.crm"].place_classes
    assert places["stripe_id"] == places["source"] == ("", "internal")


def test_the_plan_knows_the_classes_in_their_order_and_the_views(plan: Plan) -> None:
    assert plan.classes == SENSITIVITY_CLASSES
    assert plan.views["support"]["pii"] is Mask.MASKED


def test_only_is_a_condition_of_creation_or_of_taking_in(plan: Plan) -> None:
    crm, erp = plan.flows["invoice.crm"], plan.flows["invoice.erp"]
    assert crm.only_read is None
    assert crm.only_create is not None
    assert crm.only_create({"status": "open", "number": "A-1"})
    assert not crm.only_create({"status": "draft", "number": "A-1"})
    assert erp.only_create is None
    assert erp.only_read is not None
    assert erp.only_read({"kind": "out", "valid": 1})
    assert not erp.only_read({"kind": "out", "valid": 0})


def test_a_gate_asks_the_record_that_a_ref_names(plan: Plan) -> None:
    (gate,) = plan.flows["invoice.erp"].gates
    (need,) = gate.needs
    assert (gate.name, gate.about, need.field) == ("export", "account", "kyc")
    assert need.passes == {"verified"}
    assert need.max_age == timedelta(days=90)
    assert need.asked is not None
    assert need.asked({"legal_form": "individual"})
    assert need.asked({})
    assert not need.asked({"legal_form": "company"})


def test_a_scanned_flow_has_a_schedule_in_its_zone_or_the_projects(plan: Plan) -> None:
    erp = plan.flows["invoice.erp"]
    assert erp.schedule == Schedule(cron="*/30 * * * *", zone="Europe/Berlin")
    assert erp.version == "changed_at"
    assert plan.flows["invoice.crm"].schedule is None
    base = maps.checked()
    zoned = compile_plan(maps.with_flow(base, replace(base.flows["invoice.erp"], zone="UTC")), maps.READINGS)
    assert zoned.flows["invoice.erp"].schedule == Schedule(cron="*/30 * * * *", zone="UTC")


def written_at_night(**changes: Any) -> FlowPlan:
    """The CRM's flow of invoices, on a schedule; it reads nothing."""
    base = maps.checked()
    crm = replace(base.flows["invoice.crm"], cron="0 3 * * *", zone="UTC", **changes)
    return compile_plan(maps.with_flow(base, crm), maps.READINGS).flows["invoice.crm"]


def test_a_flow_that_is_only_written_has_its_schedule_for_its_batches() -> None:
    crm = written_at_night()
    assert crm.schedule is None, "there is nothing to be scanned for"
    assert crm.exports == Schedule(cron="0 3 * * *", zone="UTC")
    assert written_at_night(grant=None).exports is None


def test_a_flow_that_is_read_and_written_has_one_schedule_for_both(plan: Plan) -> None:
    base = maps.checked()
    grant = replace(base.flows["invoice.crm"].grant, fields=("total",)) if base.flows["invoice.crm"].grant else None
    erp = replace(base.flows["invoice.erp"], grant=grant)
    both = compile_plan(maps.with_flow(base, erp), maps.READINGS).flows["invoice.erp"]
    assert both.schedule == both.exports == Schedule(cron="*/30 * * * *", zone="Europe/Berlin")
    assert plan.flows["invoice.erp"].exports is None


def test_the_places_of_what_is_urgent_in_a_flow_are_known() -> None:
    shows = tuple(
        replace(s, field=replace(s.field, urgent=("invoice.crm",) if s.field.name == "total" else ("invoice.erp",)))
        for s in maps.checked().flows["invoice.crm"].shows
    )
    assert written_at_night(shows=shows).urgent_places == {"total", "currency"}
    assert written_at_night().urgent_places == frozenset()


def test_what_its_owner_is_told_at_creation_is_written_once_and_only_by_a_grant_that_creates_alone() -> None:
    base = maps.checked()
    granted = CheckedGrant(
        write_set="orders", ceiling=Phase.CONTROLLED, may_create=True, may_update=False, fields=("number", "total")
    )
    stripe = replace(base.flows["invoice.stripe"], key="our_key", grant=granted)
    once = compile_plan(maps.with_flow(base, stripe), maps.READINGS).flows["invoice.stripe"]
    assert [spelling.field for spelling in once.once] == ["number", "total"]
    assert once.first_places == ("number", "total", "currency")
    assert once.granted_places == (), "nothing of it is compared with what we left there"
    assert once.writes
    assert once.written
    twice = replace(stripe, grant=replace(granted, may_update=True))
    assert compile_plan(maps.with_flow(base, twice), maps.READINGS).flows["invoice.stripe"].once == ()


def test_what_a_birth_elsewhere_speaks_of_is_read_and_loaded_with_it() -> None:
    base = maps.checked()
    crm = base.flows["invoice.crm"]
    asked = replace(crm, born=True, shows=(), grant=None, key="", proposes=crm.shows[1:2])
    plan = compile_plan(maps.with_flow(base, asked), maps.READINGS)
    flow = plan.flows["invoice.crm"]
    assert [spelling.field for spelling in flow.proposes] == ["account"]
    assert (flow.reads, flow.refs) == ((), ("account",))
    assert flow.readable_places == ("account_id",)
    assert plan.flow_for("crm", "invoices") is flow


def test_a_record_type_finds_the_flow_that_takes_it_in(plan: Plan) -> None:
    found = plan.flow_for("erp", "bills")
    assert found is not None
    assert found.id == "invoice.erp"
    assert plan.flow_for("erp", "payments") is None


@pytest.mark.parametrize("born", [True, False])
def test_a_flow_that_takes_something_in_goes_before_one_that_only_shows(born: bool) -> None:
    base = maps.checked()
    for order in (1, -1):
        shown = replace(base.flows["invoice.crm"], id="invoice.crm2", name="crm2")
        reads = () if born else base.flows["invoice.stripe"].reads[:1]
        reading = replace(base.flows["invoice.crm"], reads=reads, born=born, shows=())
        flows = dict([(shown.id, shown), (reading.id, reading)][::order])
        plan = compile_plan(replace(base, flows=flows), maps.READINGS)
        assert plan.readers == {("crm", "invoices"): "invoice.crm"}


def test_refs_among_what_is_read_are_named(plan: Plan) -> None:
    assert plan.flows["invoice.stripe"].refs == ("account",)
    assert plan.flows["invoice.crm"].refs == ()


def test_a_value_travels_from_their_spelling_to_another_systems(plan: Plan) -> None:
    content = {
        "number": "A-1",
        "customer": "cus_1",
        "status": "lost",
        "total": 4900,
        "currency": "eur",
        "due": {"date": 1_700_000_000},
    }
    values = {r.field: r.read(content) for r in plan.flows["invoice.stripe"].reads}
    places: dict[str, object] = {}
    for spelling in plan.flows["invoice.crm"].shows:
        places.update(spelling.write(values[spelling.field]))
    assert places == {
        "name": "A-1",
        "account_id": {"flow": "account.stripe", "id": "cus_1", "in": "account.crm"},
        "status": "Written Off",
        "total": "49.00",
        "currency": "EUR",
        "due_on": "2023-11-14",
    }
