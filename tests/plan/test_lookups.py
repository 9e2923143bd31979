"""What has to be loaded before a snapshot is judged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syncengine.canonical import entity_id
from syncengine.model.event import Snapshot, Version
from syncengine.model.struct import replace as altered
from syncengine.plan.compile import compile_plan
from syncengine.plan.lookups import Identity, identify, refs
from syncengine.plan.plan import Plan
from tests.plan import maps


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_plan(maps.checked(), maps.READINGS)


def snapshot(record: str, record_id: str, **content: object) -> Snapshot:
    version = Version(at=datetime(2026, 1, 1, tzinfo=UTC), resolution=timedelta(seconds=1))
    return Snapshot(record=record, id=record_id, version=version, content=content)


def about(plan: Plan, flow: str, record_id: str, **content: object) -> Identity:
    return identify(plan, plan.flows[flow], snapshot(plan.flows[flow].record, record_id, **content))


def test_a_record_in_a_birth_flow_is_born_under_its_own_id(plan: Plan) -> None:
    found = about(plan, "invoice.stripe", "in_1")
    assert found.link == ("invoice.stripe", "in_1")
    assert found.birth == ("invoice.stripe", "in_1")
    assert found.entity == entity_id("northwind", "invoice", "invoice.stripe", "in_1")
    assert found.born


def test_a_record_that_carries_the_birth_id_is_the_same_entity_and_is_not_born_there(plan: Plan) -> None:
    found = about(plan, "invoice.crm", "17", stripe_id="in_1")
    assert found.link == ("invoice.crm", "17")
    assert found.birth == ("invoice.stripe", "in_1")
    assert found.entity == about(plan, "invoice.stripe", "in_1").entity
    assert not found.born


def test_the_key_may_stand_inside_and_a_table_may_count_it(plan: Plan) -> None:
    assert about(plan, "account.stripe", "cus_1", metadata={"crm_id": "7"}).birth == ("account.crm", "7")
    assert about(plan, "invoice.erp", "9", reference=7).birth == ("invoice.stripe", "7")


@pytest.mark.parametrize("content", [{}, {"stripe_id": None}, {"stripe_id": " "}, {"stripe_id": {"x": 1}}])
def test_a_record_without_a_readable_birth_id_is_known_by_its_link_or_not_at_all(
    plan: Plan, content: dict[str, object]
) -> None:
    found = about(plan, "invoice.crm", "17", **content)
    assert (found.birth, found.entity, found.born) == (None, None, False)


def test_a_key_place_that_leads_nowhere_names_nothing(plan: Plan) -> None:
    assert about(plan, "account.stripe", "cus_1", metadata="flat").birth is None


def test_with_several_birth_flows_a_key_names_the_flow_too() -> None:
    base = maps.checked()
    subject = replace(base.objects["invoice"], born_in=("invoice.stripe", "invoice.erp"))
    both = maps.with_flow(
        replace(base, objects={**base.objects, "invoice": subject}), replace(base.flows["invoice.erp"], born=True)
    )
    plan = compile_plan(both, maps.READINGS)
    with_key = about(plan, "invoice.erp", "9", reference="stripe:in_1")
    assert (with_key.birth, with_key.born) == (("invoice.stripe", "in_1"), True)
    assert about(plan, "invoice.erp", "9").birth == ("invoice.erp", "9")
    for another in ("in_1", "stripe:", "crm:in_1", ":in_1"):
        assert about(plan, "invoice.erp", "9", reference=another).birth == ("invoice.erp", "9"), "no key of ours"
    assert plan.objects["invoice"].key_of(("invoice.stripe", "in:1")) == "stripe:in:1"
    assert plan.objects["invoice"].birth_of("stripe:in:1") == ("invoice.stripe", "in:1")


def test_a_key_that_is_not_shown_may_be_that_of_an_entity_we_made_there(plan: Plan) -> None:
    flow = replace(plan.flows["account.crm"], key="our_key")
    shown = altered(snapshot("accounts", "7"), complete=False)
    assert identify(plan, flow, shown).birth is None
    assert identify(plan, flow, altered(shown, content={"our_key": None})).birth == ("account.crm", "7")
    assert identify(plan, flow, altered(shown, complete=True)).birth == ("account.crm", "7")


def test_the_records_that_a_snapshot_names_are_loaded_with_it(plan: Plan) -> None:
    flow = plan.flows["invoice.stripe"]
    assert refs(flow, snapshot("invoices", "in_1", customer="cus_1")) == (("account.stripe", "cus_1"),)
    assert refs(flow, snapshot("invoices", "in_1", customer=None)) == ()
    assert refs(flow, snapshot("invoices", "in_1")) == ()
    assert refs(flow, snapshot("invoices", "in_1", customer={"id": "cus_1"})) == ()
    assert refs(plan.flows["invoice.crm"], snapshot("invoices", "17", account_id=3)) == ()
