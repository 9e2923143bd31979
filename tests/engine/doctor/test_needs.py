"""What a map needs of a system: every place that it reads, and examples of all that it writes."""

from pathlib import Path

import pytest

from syncengine.connectors.protocol import Need
from syncengine.connectors.register import readings
from syncengine.engine.doctor.needs import needs
from syncengine.engine.root import read_map
from syncengine.plan.compile import compile_plan
from syncengine.plan.plan import Plan
from syncengine.vocabulary import FieldType

ROOT = Path(__file__).parents[3]
MAPS = {"quickstart": ROOT / "examples/quickstart/mappings", "reference": ROOT / "mappings"}


@pytest.fixture(scope="module", params=sorted(MAPS))
def plan(request: pytest.FixtureRequest) -> Plan:
    maps = MAPS[request.param]
    environment = next(iter(sorted(p.stem for p in (maps / "environments").glob("*.yaml"))))
    return compile_plan(read_map(maps, environment)[0], readings())


def all_needs(plan: Plan) -> list[Need]:
    return [need for system in plan.systems for need in needs(plan, system)]


def test_every_flow_has_its_need(plan: Plan) -> None:
    assert {need.flow for need in all_needs(plan)} == set(plan.flows)


def test_every_granted_place_is_written_and_every_read_one_is_read(plan: Plan) -> None:
    for need in all_needs(plan):
        flow = plan.flows[need.flow]
        assert set(flow.granted_places) <= set(need.writes)
        assert {place for spelling in flow.reads for place in spelling.places} <= set(need.reads)
        assert (need.creates, need.updates) == (flow.may_create, flow.may_update) or not need.writes


def test_every_place_has_an_example_but_for_ids_of_records_there(plan: Plan) -> None:
    for need in all_needs(plan):
        flow = plan.flows[need.flow]
        types = {p: plan.objects[flow.object].fields[f].type for p, f in flow.place_fields.items()}
        without = {place for place, examples in need.writes.items() if not examples}
        assert {types[place] for place in without} <= {FieldType.REF}
