"""A field is spelled in a system that is not cleared for its class.

Why: personal and financial data would reach a system whose owner never agreed to hold them, or come from one.
Remedy: take the spelling out, or clear the system for the class in systems.yaml.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "privacy/not-cleared"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# systems.yaml
crm: {cleared_for: [public, internal, financial, pii]}
"""
FAILS: Final = """
# systems.yaml
crm: {cleared_for: [public, internal, financial]}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        for name, field, _, path in flow.spelled():
            klass = context.class_spelled(flow.object, name, field)
            if flow.system is None or klass in flow.system.cleared_for or klass not in context.classes:
                continue
            message = f"{name} is {klass}, and {flow.system_name} is not cleared for that"
            remedy = f"Remove it, or add {klass} to cleared_for of {flow.system_name} in systems.yaml."
            yield found(ID, message, remedy, context.spec.key_place(flow.file, path), path)
