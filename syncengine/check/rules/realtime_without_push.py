"""A flow that reads is realtime, and the connector announces no changes of that record type.

Why: nothing would ever arrive.
Remedy: give the flow a schedule, sync: {cron: "*/15 * * * *"}, or let every run ask it: sync: each_run.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "sync/realtime-without-push"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/payout.yaml
flows: {crm: {sync: {cron: "*/5 * * * *"}}}
"""
FAILS: Final = """
# objects/payout.yaml
flows: {crm: {sync: realtime, version: }}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        if not flow.reads or not flow.spec.sync.realtime or flow.pushes or flow.record is None:
            continue
        message = f"{flow.system_name} does not announce changes of {flow.spec.record}, and this flow reads them"
        remedy = 'Add a schedule: sync: {cron: "*/15 * * * *"}, or sync: each_run.'
        yield found(ID, message, remedy, context.spec.key_place(flow.file, flow.path), flow.path)
