"""A grant writes through a connector that cannot keep a repeat from taking effect twice.

Why: a time-out leaves open whether a write took effect; without an upsert by a unique key the repeat makes a
duplicate.
Remedy: write through a connector with an upsert by key (class b); the other classes are not built yet.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import AUTHORITY_FILE, Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import DeliveryClass, Severity

ID: Final = "duplicate/create-undefended"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# systems.yaml
crm: {connector: tables}
"""
FAILS: Final = """
# systems.yaml
crm: {connector: weak}
"""


def check(context: Context) -> Iterator[Finding]:
    for view in context.grants:
        flow = context.flow_ids.get(view.flow_id)
        if flow is None or flow.description is None:
            continue
        for power in view.grant.may:
            operation = flow.description.operations.get(power)
            klass = None if operation is None else operation.klass
            if klass is DeliveryClass.B:
                continue
            path = (*view.path, "may")
            does = "does not write at all" if operation is None else f"offers class {klass or 'none'} for it"
            message = f"may {power} in {flow.name}: the connector {flow.description.connector} {does}"
            remedy = "Remove the grant; only upserts by key (class b) are built yet."
            yield found(ID, message, remedy, context.spec.place(AUTHORITY_FILE, path), path)
