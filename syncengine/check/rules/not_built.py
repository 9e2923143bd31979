"""The map uses a part of the language that this version knows and does not build yet.

Why: what is not built must never be ignored; a map that is accepted is a map that is kept.
Remedy: leave it out until it is built.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import AUTHORITY_FILE, Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.spec.unbuilt import UNBUILT_FIELDS
from syncengine.vocabulary import Severity

ID: Final = "language/not-built"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
when_gone: keep
"""
FAILS: Final = """
# objects/account.yaml
when_gone: delete
"""


def check(context: Context) -> Iterator[Finding]:
    yield from _built_in_fields(context)
    yield from _shared_records(context)
    yield from _two_grants(context)
    yield from _matched_births(context)


def _built_in_fields(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        for name in flow.spec.fields:
            if name.partition(".")[0] in UNBUILT_FIELDS:
                path = (*flow.path, "fields", name)
                place = context.spec.key_place(flow.file, path)
                yield found(ID, f"the built-in field {name} is not built yet", "Remove it.", place, path)
    for view in context.grants:
        for index, name in enumerate(view.grant.fields):
            if name.partition(".")[0] in UNBUILT_FIELDS:
                path = (*view.path, "fields", index)
                place = context.spec.place(AUTHORITY_FILE, path)
                yield found(ID, f"the built-in field {name} is not built yet", "Remove it.", place, path)


def _shared_records(context: Context) -> Iterator[Finding]:
    first: dict[tuple[str, str], str] = {}
    for flow in context.flows:
        if not flow.reads:
            continue
        other = first.setdefault((flow.system_name, flow.spec.record), flow.id)
        if other != flow.id:
            path = (*flow.path, "record")
            message = f"{other} reads {flow.spec.record} of {flow.system_name} too; two flows that do are not built yet"
            place = context.spec.place(flow.file, path)
            yield found(ID, message, "Read the record type in one flow.", place, path)


def _two_grants(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        for view in flow.grants[1:]:
            first, place = flow.grants[0], context.spec.place(AUTHORITY_FILE, view.path)
            if view.write_set != first.write_set:
                message = f"{flow.id} is granted by {first.write_set} too; a flow in two sets is not built yet"
                yield found(ID, message, "Grant a flow in one write set.", place, view.path)
            elif set(view.grant.may) != set(first.grant.may):
                message = f"an earlier line grants {flow.id} other powers; two lines that differ are not built yet"
                yield found(ID, message, "Grant a flow in one line.", place, view.path)


def _matched_births(context: Context) -> Iterator[Finding]:
    """Whether a record without a key is born or is matched would rest on which of the two comes first."""
    for subject in context.spec.objects.values():
        if not subject.matched_by or len(subject.birth_flows) == 1:
            continue
        births = len(subject.birth_flows)
        message = f"{subject.object} is born in {births} flows; matched_by with several is not built yet"
        place = context.spec.key_place(object_file(subject.object), ("matched_by",))
        yield found(ID, message, "Let it be born in one flow, or remove matched_by.", place, ("matched_by",))
