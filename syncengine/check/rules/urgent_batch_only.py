"""A field is urgent in a flow, and where its value comes from nobody pushes it, and it is read too seldom.

Why: what is passed on at once arrives late all the same when it is read late: an outage of the schedule's own making.
Remedy: read the field more often than the urgent flow's `fresh.incident`, or from a system that pushes.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.period import gaps
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.vocabulary import Severity

ID: Final = "urgent/batch-only"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/payout.yaml
fields: {amount: {urgent: [billing]}}
flows: {crm: {sync: {cron: "*/5 * * * *"}}, billing: {fresh: {incident: 15m}}}
"""
FAILS: Final = """
# objects/payout.yaml
fields: {amount: {urgent: [billing]}}
flows:
  crm: {sync: {cron: "0 3 * * *"}, fresh: {expected: 24h, incident: 48h}}
  billing: {fresh: {incident: 15m}}
"""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        flows = {flow.name: flow for flow in context.flows_of(subject.object)}
        for name, field in subject.fields.items():
            if not field.urgent:
                continue
            sources = [flow for flow in flows.values() if flow.owns(name) and name in flow.spec.fields]
            for index, urgent in enumerate(field.urgent):
                flow = flows.get(urgent)
                late = [source.id for source in sources if flow is not None and _is_late(source, flow)]
                for source in late:
                    path = ("fields", name, "urgent", index)
                    late_news = f"{source} may read it only after its incident there"
                    message = f"{name} is urgent in {subject.object}.{urgent}, and {late_news}"
                    remedy = f"Read {source} more often, or leave it to a system that pushes."
                    yield found(ID, message, remedy, context.spec.place(object_file(subject.object), path), path)


def _is_late(source: FlowView, urgent: FlowView) -> bool:
    """By the longest break of its schedule: a weekend is late too."""
    cron, fresh = source.spec.sync.cron, urgent.spec.fresh
    return cron is not None and not source.pushes and fresh is not None and gaps(cron)[1] > fresh.incident
