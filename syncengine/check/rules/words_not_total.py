"""A table of words misses a word of the closed list, has one too many, or cannot be read or written both ways.

Why: a word without a translation stops its record in the middle of the day; two of ours behind one of theirs cannot be
told apart when they come back.
Remedy: complete the table; where it is read, give each of ours its own word of theirs; where it is written, one word.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.rule import found
from syncengine.check.rules.verification_open import CATCH_ALL
from syncengine.model.finding import Finding
from syncengine.spec.marks import Path
from syncengine.spec.object import FieldSpec
from syncengine.vocabulary import FieldType, Severity, VerificationStatus

ID: Final = "words/not-total"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
FAILS: Final = """
# words.yaml
invoice_status: {draft: Draft, open: Open, paid: }
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        for name, field, spelling, path in flow.spelled():
            table = context.table(spelling)
            if table is None:
                continue
            at: Path = (*path, "words")
            for message, remedy in _problems(flow, name, field, table):
                yield found(ID, message, remedy, context.spec.place(flow.file, at), at)


def _problems(
    flow: FlowView, name: str, field: FieldSpec, table: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    verification = field.field_type is FieldType.VERIFICATION
    words = dict.fromkeys(VerificationStatus if verification else field.one_of or ())
    reads, writes = flow.owns(name) or flow.proposes(name), name in flow.granted
    missing = [word for word in words if word not in table]
    if missing and (writes or not verification):
        yield f"the table has no word for {', '.join(missing)}", "Add it."
    known = {*words, *(CATCH_ALL if verification else ())}
    strange = [word for word in table if word not in known] if words else []
    if strange:
        yield f"the table translates {', '.join(strange)}, which {name} never is", "Remove it, or correct it."
    shared = _shared(table)
    if reads and shared:
        yield f"{shared} of {flow.system_name} can mean two of ours, and it is read here", "Give each its own word."
    several = [ours for ours, theirs in table.items() if len(theirs) > 1]
    if writes and several:
        yield f"{several[0]} has several words of {flow.system_name}, and it is written here", "Keep one word."


def _shared(table: Mapping[str, tuple[str, ...]]) -> str:
    """The first word of theirs that stands behind two of ours."""
    seen: set[str] = set()
    for theirs in table.values():
        for word in theirs:
            if word in seen:
                return word
            seen.add(word)
    return ""
