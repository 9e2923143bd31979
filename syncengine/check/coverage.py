"""How much of a map has an owner and a rule: a figure for going live."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product

from syncengine.check.reads import fields_read
from syncengine.spec.map import MapSpec
from syncengine.spec.object import ObjectSpec


def coverage(spec: MapSpec) -> float:
    """Percent of mapped fields with a named owner, one flow of his that says the value, and a rule; one decimal,
    rounded down.
    """
    fields = [(subject, name) for subject in spec.objects.values() for name in subject.fields]
    if not fields:
        return 0.0
    covered = len(ruled(spec) & resolved(spec))
    return (covered * 1000 // len(fields)) / 10


def resolved(spec: MapSpec) -> frozenset[tuple[str, str]]:
    """Fields, each with its object, that have a known owner and exactly one flow of his that says the value."""
    known = {name for name, system in spec.systems.items() if system.owner in spec.people.teams}
    return frozenset(
        (subject.object, name)
        for subject in spec.objects.values()
        for name, times in Counter(_said(subject, _answered(spec, subject))).items()
        if times == 1 and subject.owner_of(name) in known
    )


def _said(subject: ObjectSpec, answered: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Fields whose owner has a flow that spells them, once for each of his flows. What a request asks for is said by
    the record that answers it.
    """
    owners = {name: subject.owner_of(name) for name in subject.fields}
    for flow_name, flow in subject.flows.items():
        system = subject.system_of(flow_name)
        proposed = answered.get(system, frozenset()) if flow_name in subject.born_in else frozenset()
        yield from (name for name in flow.fields if owners.get(name) == system and name not in proposed)


def _answered(spec: MapSpec, subject: ObjectSpec) -> Mapping[str, frozenset[str]]:
    """By system: the fields with which a flow that is no birth place creates there, and does no more."""
    found: dict[str, frozenset[str]] = {}
    makers = subject.flows.keys() - set(subject.born_in)
    for grant in (grant for write_set in spec.authority.values() for grant in write_set.grants):
        only_creates = "create" in grant.may and "update" not in grant.may
        if grant.object == subject.object and only_creates and grant.flow in makers:
            system = subject.system_of(grant.flow)
            spelled = frozenset(grant.fields) & subject.flows[grant.flow].fields.keys()
            found[system] = found.get(system, frozenset()) | spelled
    return found


def ruled(spec: MapSpec) -> frozenset[tuple[str, str]]:
    """Fields, each with its object, of which the map says what becomes of them: they are used, or exceptions of which
    somebody said why.
    """
    excepted = ((subject, name) for subject in spec.objects.values() for name in subject.fields)
    return used(spec) | {(subject.object, name) for subject, name in excepted if _is_told(subject, name)}


def used(spec: MapSpec) -> frozenset[tuple[str, str]]:
    """Fields, each with its object, that something asks for or passes on."""
    found: set[tuple[str, str]] = set()
    for subject in spec.objects.values():
        found.update((subject.object, name) for name in _passed_on(subject))
    found.update(_asked(spec))
    return frozenset(found)


def _is_told(subject: ObjectSpec, name: str) -> bool:
    return subject.fields[name].because is not None or subject.owner_of(name) != subject.system_of_record


def _passed_on(subject: ObjectSpec) -> Iterator[str]:
    """Fields that another system is shown, that a flow computes with and that records are matched by."""
    yield from (name for rule in subject.matched_by for name in rule)
    owners = {name: subject.owner_of(name) for name in subject.fields}
    for flow_name, flow in subject.flows.items():
        system = subject.system_of(flow_name)
        yield from (name for name in flow.fields if owners.get(name, system) != system)
        for text in (flow.only, *(spelling.to for spelling in flow.fields.values() if spelling.to is not None)):
            yield from fields_read(text)


def _asked(spec: MapSpec) -> Iterator[tuple[str, str]]:
    """Fields that a gate asks, and the refs by which it finds whom to ask."""
    for gate in spec.gates.values():
        stopped = spec.objects.get(gate.stops.object)
        if stopped is None:
            continue
        yield stopped.object, gate.about
        field = stopped.fields.get(gate.about)
        about = stopped.object if gate.about == "self" else (field.ref if field else None) or ""
        # A name that leads nowhere is a finding of its own, and not that nobody asks.
        subjects = (about,) if about in spec.objects else tuple(spec.objects)
        for name, need in gate.needs.items():
            yield from product(subjects, (name, *fields_read(need.when)))
