"""A system names an API version, and its connector speaks to an interface that has none.

Why: whoever reads the line believes that the version is pinned.
Remedy: remove `version`.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "system/version"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# systems.yaml
billing: {version: "2026-01-01"}
"""
FAILS: Final = """
# systems.yaml
crm: {version: "67.0"}
"""


def check(context: Context) -> Iterator[Finding]:
    for name, system in context.spec.systems.items():
        description = context.descriptions.get(system.connector)
        if description is None or description.version or not system.version:
            continue
        path = (name, "version")
        message = f"the connector {system.connector} has no versions, so this one has no effect"
        yield found(ID, message, "Remove `version`.", context.spec.key_place("systems.yaml", path), path)
