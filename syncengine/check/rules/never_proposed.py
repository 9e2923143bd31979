"""A grant creates entities in the system that owns a field, and no other flow in which they are born spells the field.

Why: what the owner is to be told when it creates the entity has to come from somewhere; an entity that is born with its
owner is there already, and nobody else speaks of the field first.
Remedy: spell the field in the flow where the entity is born, name that flow in `born_in`, or take it out of the grant.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import AUTHORITY_FILE, Context, FlowView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "ownership/never-proposed"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/payout.yaml
truth: Billing owns payouts; the CRM asks for them.
system_of_record: billing
born_in: [crm]
"""
FAILS: Final = """
# objects/account.yaml
flows: {billing: {key: metadata.key, purpose: Customers are billed from it.}}
# authority.yaml
payout-release:
  grants:
    - {may: [create], object: account, in: billing, fields: [email]}
    - {may: [create], object: payout, in: billing, fields: [payee, amount]}
    - {may: [update], object: payout, in: crm, fields: [hold.open, hold.reason, hold.next_action]}
"""


def check(context: Context) -> Iterator[Finding]:
    for view in context.grants:
        flow = context.flow_ids.get(view.flow_id)
        if flow is None or "update" in view.grant.may:
            continue
        for index, name in enumerate(view.grant.fields):
            if not flow.owns(name) or _is_proposed(context, flow, name):
                continue
            path = (*view.path, "fields", index)
            message = f"{flow.system_name} owns {name}, and no birth of {flow.object.object} elsewhere says what it is"
            remedy = f"Spell {name} in a flow of `born_in`, or remove it from the grant."
            yield found(ID, message, remedy, context.spec.place(AUTHORITY_FILE, path), path)


def _is_proposed(context: Context, flow: FlowView, name: str) -> bool:
    return any(other.proposes(name) for other in context.flows_of(flow.object.object))
