"""A ref is spelled in a system where the other object has no flow, so that its id there is never known.

Why: every record with this ref would wait for a link that cannot come.
Remedy: give the other object a flow in that system, or name the flow whose ids stand there with `ids_of`.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "ref/unresolvable"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
flows: {crm: {fields: {account: {at: account_id, ids_of: billing}}}}
"""
FAILS: Final = """
# objects/account.yaml
flows:
  crm:
  crm_contacts:
    system: crm
    record: contacts
    purpose: Sales sees who the customer is; late means a wrong call.
    key: billing_id
    fields: {name: name, email: email}
    fresh: {expected: 60s, incident: 15m, look_at: Contact page}
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm_contacts, fields: [name, email]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        for name, field, spelling, path in flow.spelled():
            other = context.spec.objects.get(field.ref or "")
            if other is None or spelling.ids_of is not None or context.ref_flow(flow, field, spelling):
                continue
            message = f"{name} refers to {other.object}, which has no flow named {flow.system_name}"
            remedy = f"Add the flow to {other.object}, or say whose ids stand here with `ids_of`."
            yield found(ID, message, remedy, context.spec.key_place(flow.file, path), path)
