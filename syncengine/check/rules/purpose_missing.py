"""A flow with a grant does not say what it is for.

Why: whoever is called at night has to know what a late or wrong value leads to.
Remedy: add a sentence as `purpose`.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "flow/purpose-missing"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
flows: {crm: {purpose: Sales sees who the customer is; late means a wrong call.}}
"""
FAILS: Final = """
# objects/account.yaml
flows: {crm: {purpose: }}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        if flow.grants and flow.spec.purpose is None:
            message = f"{flow.id} may write, and does not say what for"
            remedy = "Add `purpose`: why it is written, and what an error there means."
            yield found(ID, message, remedy, context.spec.key_place(flow.file, flow.path), flow.path)
