"""A flow says what holds at creation (`on_create`, or `only` beside a grant), and no grant creates anything in it.

Why: whoever reads the line believes that it decides something.
Remedy: remove it, or grant `create`.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "flow/never-creates"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
flows: {crm: {on_create: {origin: billing}}}
"""
FAILS: Final = """
# objects/account.yaml
flows: {billing: {on_create: {origin: billing}}}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        said = {"on_create": bool(flow.spec.on_create), "only": flow.spec.only is not None and bool(flow.grants)}
        for key in [key for key, given in said.items() if given and not flow.may_create]:
            path = (*flow.path, key)
            message = f"`{key}` has no effect: no grant creates {flow.object.object} in {flow.name}"
            remedy = f"Remove `{key}`, or grant create."
            yield found(ID, message, remedy, context.spec.key_place(flow.file, path), path)
