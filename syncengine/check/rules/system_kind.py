"""A system is of a kind that its connector cannot be.

Why: rules about finance, support and compliance systems go by the kind.
Remedy: correct the kind, or the connector.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "system/kind"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# systems.yaml
billing: {kind: billing}
"""
FAILS: Final = """
# systems.yaml
billing: {kind: erp}
"""


def check(context: Context) -> Iterator[Finding]:
    for name, system in context.spec.systems.items():
        description = context.descriptions.get(system.connector)
        if description is None or system.kind in description.kinds:
            continue
        message = f"the connector {system.connector} is for {', '.join(description.kinds)}, not for {system.kind}"
        path = (name, "kind")
        yield found(ID, message, "Correct the kind.", context.spec.place("systems.yaml", path), path)
