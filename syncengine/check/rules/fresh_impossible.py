"""A flow promises a value sooner than its schedule fires, or than its connector can tell what stands there.

Why: somebody acts on the promise; one that cannot be kept is an incident from the first day on.
Remedy: make `fresh.expected` longer, or the schedule more frequent.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.period import gaps
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "fresh/impossible"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
flows: {crm: {sync: {cron: "*/30 * * * *"}, fresh: {expected: 30m, incident: 4h, look_at: Invoice page}}}
"""
FAILS: Final = """
# objects/invoice.yaml
flows: {crm: {sync: {cron: "0 3 * * *"}, fresh: {expected: 60s, incident: 48h, look_at: Invoice page}}}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        if flow.spec.fresh is None:
            continue
        for least, why in _limits(flow):
            if flow.spec.fresh.expected < least:
                path = (*flow.path, "fresh", "expected")
                message = f"a value of {flow.id} cannot be expected that soon: {why}"
                remedy = f"Expect it after {_in_words(least)} or more."
                yield found(ID, message, remedy, context.spec.place(flow.file, path), path)
                break


def _limits(flow: FlowView) -> Iterator[tuple[timedelta, str]]:
    if flow.spec.sync.cron is not None:
        shortest, _ = gaps(flow.spec.sync.cron)
        yield shortest, f"its schedule fires {_how_often(shortest)} at most"
    if flow.description is not None:
        asked = ["read"] if flow.reads else []
        asked += sorted({power for view in flow.grants for power in view.grant.may})
        known = (flow.description.operations.get(name) for name in asked)
        lag = max((operation.settle for operation in known if operation is not None), default=timedelta(0))
        yield lag, f"{flow.system_name} may need {_in_words(lag)} until what was written shows"


def _how_often(span: timedelta) -> str:
    """As people say it: of months and years, about how many."""
    for name, days in (("year", 365), ("month", 30)):
        count = round(span.days / days)
        if span.days >= days - 3:
            return f"about once in {count} {name}s" if count > 1 else f"about once a {name}"
    return f"every {_in_words(span)}"


def _in_words(span: timedelta) -> str:
    """As a map spells it, in the largest unit that fits."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0 and seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
