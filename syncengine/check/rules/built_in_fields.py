"""A built-in field is spelled in another form than a place.

Why: id_in, hold, differs and gone_since are what the engine itself knows of a record. It writes them as they are, and
reads them nowhere.
Remedy: spell it as a place alone.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.built_in import is_built_in
from syncengine.spec.spelling import Spelling
from syncengine.vocabulary import Severity

ID: Final = "spelling/built-in"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/payout.yaml
flows: {crm: {fields: {hold.since: on_hold_since}}}
"""
FAILS: Final = """
# objects/payout.yaml
flows: {crm: {fields: {hold.since: {at: on_hold_since, as: date}}}}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        yield from _forms(context, flow)


def _forms(context: Context, flow: FlowView) -> Iterator[Finding]:
    for name, _, spelling, path in flow.spelled():
        if not is_built_in(name) or _is_plain(spelling):
            continue
        message = f"{name} is built in, and a place is all that it can be spelled as"
        remedy = f"Write {name}: {spelling.at or '…'}."
        yield found(ID, message, remedy, context.spec.place(flow.file, path), path)


def _is_plain(spelling: Spelling) -> bool:
    return spelling == Spelling(at=spelling.at) if spelling.at is not None else False
