"""A grant names a field that its flow does not spell.

Why: the grant looks as if the field were kept in step, and nothing is ever written.
Remedy: spell the field in the flow, or correct the name.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import AUTHORITY_FILE, Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.near import did_you_mean
from syncengine.spec.unbuilt import UNBUILT_FIELDS
from syncengine.vocabulary import Severity

ID: Final = "authority/unknown-field"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}
"""
FAILS: Final = """
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email, emial]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}
"""


def check(context: Context) -> Iterator[Finding]:
    for view in context.grants:
        flow = context.flow_ids.get(view.flow_id)
        if flow is None:
            continue
        for index, name in enumerate(view.grant.fields):
            if name in flow.spec.fields or name.partition(".")[0] in UNBUILT_FIELDS:
                continue
            path = (*view.path, "fields", index)
            remedy = did_you_mean(name, flow.spec.fields, otherwise=f"Spell it in {flow.id}, or remove it.")
            message = f"{flow.id} does not spell {name}"
            yield found(ID, message, remedy, context.spec.place(AUTHORITY_FILE, path), path)
