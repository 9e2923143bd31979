"""A gate needs a verification that no flow can ever bring, one of a certain age that nothing dates, or a field that is
no verification.

Why: what it stops stays stopped for ever, and somebody will look for a way around the gate.
Remedy: let a flow of the field's owner spell it, with a word for verified and, for a `max_age`, the place of
the moment of the check (`since_at`); or ask for another field.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.reads import readable, results
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.expression import Literal
from syncengine.spec.object import ObjectSpec
from syncengine.spec.spelling import Spelling
from syncengine.vocabulary import FieldType, Severity, VerificationStatus

ID: Final = "gate/not-clearable"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
flows:
  billing:
    fields:
      kyc: {reading: , at: metadata.kyc, since_at: metadata.kyc_at, words: {verified: passed, rejected: failed}}
"""
FAILS: Final = """
# objects/account.yaml
flows: {billing: {fields: {kyc: {reading: , at: metadata.kyc, words: {pending: waiting, rejected: failed}}}}}
"""


def check(context: Context) -> Iterator[Finding]:
    for view in context.gates:
        for name in view.gate.needs:
            if view.about is None or name not in view.about.fields:
                continue
            problem, remedy = _problem(context, view.about, name)
            if not problem and view.gate.needs[name].max_age is not None:
                problem, remedy = _undated(context, view.about, name)
            if problem:
                path = (*view.path, "needs", name)
                yield found(ID, problem, remedy, context.spec.key_place("gates.yaml", path), path)


def _problem(context: Context, about: ObjectSpec, name: str) -> tuple[str, str]:
    if about.fields[name].field_type is not FieldType.VERIFICATION:
        return f"{about.object}.{name} is not a verification", "Ask for a field of type verification."
    owner = about.owner_of(name)
    readers = [flow for flow in context.flows_of(about.object) if flow.owns(name) and name in flow.spec.fields]
    if not readers:
        message = f"no flow of {owner} spells {about.object}.{name}, so this need can never be met"
        return message, f"Spell {name} in a flow of {owner}."
    tables = [context.table(flow.spec.fields[name]) for flow in readers]
    if all(table is not None and VerificationStatus.VERIFIED not in table for table in tables):
        return f"no word of {owner} means verified, so this need can never be met", "Add verified to the table."
    if not any(_may_verify(context, flow.spec.fields[name]) for flow in readers):
        message = f"what is computed of {owner} is never verified, so this need can never be met"
        return message, f"Let `from` give verified where {owner} says so."
    return "", ""


def _undated(context: Context, about: ObjectSpec, name: str) -> tuple[str, str]:
    """A status of which nobody knows since when it stands is always too old. A connector's reading may say it."""
    flows = (flow for flow in context.flows_of(about.object) if flow.owns(name) and name in flow.spec.fields)
    if any(spelling.since_at or spelling.reading for spelling in (flow.spec.fields[name] for flow in flows)):
        return "", ""
    message = f"{name} may not be too old here, and nothing says when it was checked, so this need can never be met"
    return message, "Add `since_at` to its spelling, the place of the moment of the check; or remove `max_age`."


def _may_verify(context: Context, spelling: Spelling) -> bool:
    """Whether verified, or their word for it, can come of it; a place of theirs may say anything."""
    expression = readable(spelling.from_)
    if expression is None:
        return True
    table = context.table(spelling)
    words = (VerificationStatus.VERIFIED,) if table is None else table.get(VerificationStatus.VERIFIED, ())
    found = results(expression.root)
    return any(not isinstance(result, Literal) or result.value in words for result in found)
