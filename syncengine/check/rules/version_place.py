"""A flow that is read by scanning does not say where the version of a record stands; or it says so needlessly.

Why: two readings of one record can only be put in order by a version or a time of change.
Remedy: add `version` where record types are your own and the flow has a schedule; leave it out elsewhere.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "sync/version"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/payout.yaml
flows: {crm: {version: changed_at}}
"""
FAILS: Final = """
# objects/payout.yaml
flows: {crm: {version: }}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        if flow.description is None:
            continue
        scanned = flow.reads and not flow.spec.sync.realtime
        wanted = flow.description.open_ended and scanned
        if wanted and flow.spec.version is None:
            message = f"{flow.id} is read by scanning, and nobody says where a record's version stands"
            remedy = "Add `version`: the place of its version or time of change."
            yield found(ID, message, remedy, context.spec.key_place(flow.file, flow.path), flow.path)
        elif not wanted and flow.spec.version is not None:
            path = (*flow.path, "version")
            why = "this flow is not read by scanning" if flow.description.open_ended else "the connector knows it"
            message = f"`version` has no effect here: {why}"
            yield found(ID, message, "Remove `version`.", context.spec.key_place(flow.file, path), path)
