"""More than half of the flows beside the systems of record both read and write.

Why: where everything flows both ways nobody can say any more who owns a fact; most systems should only display it.
Remedy: let one system own each field, and take the exceptions out that are only habits.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "red-flag/everything-both"
SEVERITY: Final = Severity.WARNING
PASSES: Final = """
# project.yaml
name: northwind
"""
FAILS: Final = """
# objects/account.yaml
truth: Billing owns accounts; the CRM displays them, and owns the nickname.
fields: {nickname: {type: text, optional: true, owner: crm, because: Sales give it., approved_by: cfo}}
flows:
  crm:
    sync: {cron: "* * * * *"}
    version: changed_at
    fields: {nickname: nickname}
# objects/payout.yaml
truth: The CRM owns payout requests; billing pays them, and owns the day of payment.
fields: {paid_on: {type: date, optional: true, owner: billing, because: It pays., approved_by: cfo}}
flows: {billing: {fields: {paid_on: arrival_date}}}
"""
_FEW: Final = 3
"""Of so few flows more than half says nothing."""


def check(context: Context) -> Iterator[Finding]:
    beside = [flow for flow in context.flows if flow.system_name != flow.object.system_of_record]
    both = [flow for flow in beside if flow.reads and not flow.granted.isdisjoint(flow.object.fields)]
    if len(both) < _FEW or len(both) * 2 <= len(beside):
        return
    first = both[0]
    shown = ", ".join(flow.id for flow in both)
    message = f"{len(both)} of {len(beside)} flows beside the systems of record read and write: {shown}"
    remedy = "Let one system own each field; a flow that only displays takes nothing back."
    yield found(
        ID, message, remedy, context.spec.key_place(first.file, first.path), first.path, severity=SEVERITY
    )  # fmt: skip
