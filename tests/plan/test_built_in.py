"""Built-in fields, compiled: spelled by the conversions of their types, owned by nobody, read nowhere."""

from dataclasses import replace

import pytest

from syncengine.check.checked import Checked
from syncengine.model.value import Json, Value
from syncengine.plan.compile import compile_plan
from syncengine.plan.plan import FlowPlan, Plan
from syncengine.vocabulary import FieldType, HoldField, IfEdited
from tests.plan.maps import READINGS, checked, field, spelling, with_flow

TYPES = {
    HoldField.OPEN: FieldType.BOOLEAN,
    HoldField.REASON: FieldType.TEXT,
    HoldField.SINCE: FieldType.TIMESTAMP,
    HoldField.NEXT_ACTION: FieldType.TEXT,
    HoldField.GATE: FieldType.TEXT,
    "id_in.erp": FieldType.TEXT,
}


def showing(flow: str, *names: str, if_edited: IfEdited = IfEdited.RESTORE) -> Checked:
    """The map whose flow spells these as well, each at a place called like it, and is granted all but the last."""
    base = checked()
    view = base.flows[flow]
    fields = [field(n, TYPES[n], flow="", owner="", optional=True, if_edited=if_edited) for n in names]
    subject = base.objects[view.object]
    known = replace(subject, fields={**subject.fields, **{f.name: f for f in fields}})
    grant = None if view.grant is None else replace(view.grant, fields=(*view.grant.fields, *names[:-1]))
    shows = (*view.shows, *(spelling(f, f"at.{f.name.partition('.')[2]}") for f in fields))
    with_object = replace(base, objects={**base.objects, known.name: known})
    return with_flow(with_object, replace(view, shows=shows, grant=grant))


def plan_of(flow: str, *names: str) -> tuple[Plan, FlowPlan]:
    plan = compile_plan(showing(flow, *names), READINGS)
    return plan, plan.flows[flow]


def test_a_flow_and_its_object_say_what_they_show() -> None:
    plan, crm = plan_of("invoice.crm", HoldField.OPEN, "id_in.erp")
    assert crm.built_ins == (HoldField.OPEN, "id_in.erp")
    invoice = plan.objects["invoice"]
    assert (invoice.shows_holds, invoice.shows_ids) == (True, frozenset({"invoice.erp"}))
    assert plan.flows["invoice.erp"].built_ins == ()
    account = plan.objects["account"]
    assert (account.shows_holds, account.shows_ids) == (False, frozenset())


def test_an_object_that_shows_only_ids_loads_no_holds() -> None:
    plan, _ = plan_of("invoice.crm", "id_in.erp")
    assert plan.objects["invoice"].shows_holds is False


def test_they_are_fields_like_any_other() -> None:
    plan, crm = plan_of("invoice.crm", HoldField.OPEN, HoldField.REASON, "id_in.erp")
    known = plan.objects["invoice"].fields[crm.place_fields["at.open"]]
    assert (known.name, known.owner, known.flow, known.klass) == (HoldField.OPEN, "", "", "internal")
    assert (known.optional, known.if_edited) == (True, IfEdited.RESTORE)
    assert "at.open" in crm.granted_places
    assert "at.reason" in crm.granted_places
    assert "at.erp" not in crm.granted_places, "spelled, not granted"
    assert {s.field for s in crm.reads} == set()


@pytest.mark.parametrize(
    ("name", "value", "spelled", "read_back"),
    [
        (HoldField.OPEN, True, True, 1),
        (HoldField.REASON, "kyc pending", "kyc pending", " kyc pending "),
        (HoldField.SINCE, "2026-06-01T13:00:00Z", "2026-06-01T13:00:00Z", "2026-06-01 13:00:00"),
        (HoldField.SINCE, None, None, None),
        (HoldField.NEXT_ACTION, None, None, ""),
        ("id_in.erp", "17", "17", "17"),
    ],
)
def test_they_are_spelled_as_their_type_is_in_the_target(
    name: str, value: Value, spelled: Json, read_back: Json
) -> None:
    _, crm = plan_of("invoice.crm", name)
    (write,) = (s for s in crm.shows if s.field == name)
    (place,) = write.places
    assert write.write(value) == {place: spelled}
    if read_back != 1:
        assert crm.normal[place](read_back) == spelled


def test_a_moment_is_spelled_in_the_systems_own_time() -> None:
    _, stripe = plan_of("invoice.stripe", HoldField.SINCE)
    (write,) = (s for s in stripe.shows if s.field == HoldField.SINCE)
    assert write.write("2026-06-01T13:00:00Z") == {"at.since": 1780318800}
