"""How much of a map has an owner and a rule: a figure for going live."""

from syncengine.spec.map import MapSpec


def coverage(spec: MapSpec) -> float:
    """Percent of mapped fields with a named owner and one flow of his that says the value; one decimal, rounded down.

    A map that `check_map` accepts has 100: nothing in it is without.
    """
    fields = [(subject, name) for subject in spec.objects.values() for name in subject.fields]
    if not fields:
        return 0.0
    resolved = sum(_resolved(spec, subject.object, name) for subject, name in fields)
    return (resolved * 1000 // len(fields)) / 10


def _resolved(spec: MapSpec, object_name: str, field: str) -> bool:
    subject = spec.objects[object_name]
    owner = subject.owner_of(field)
    known = owner in spec.systems and spec.systems[owner].owner in spec.people.teams
    own = [flow for name, flow in subject.flows.items() if subject.system_of(name) == owner]
    return known and sum(field in flow.fields for flow in own) == 1
