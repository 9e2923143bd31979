"""A grant names a field that its flow does not spell.

Why: the grant looks as if the field were kept in step, and nothing is ever written.
Remedy: spell the field in the flow, or correct the name.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import AUTHORITY_FILE, Context, FlowView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.marks import Path
from syncengine.spec.near import GUESSES, did_you_mean
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
    for number, (flow, name, path) in enumerate(_unspelled(context)):
        known = flow.spec.fields if number < GUESSES else ()
        remedy = did_you_mean(name, known, otherwise=f"Spell it in {flow.id}, or remove it.")
        message = f"{flow.id} does not spell {name}"
        yield found(ID, message, remedy, context.spec.place(AUTHORITY_FILE, path), path)


def _unspelled(context: Context) -> Iterator[tuple[FlowView, str, Path]]:
    for view in context.grants:
        flow = context.flow_ids.get(view.flow_id)
        if flow is None:
            continue
        for index, name in enumerate(view.grant.fields):
            if name not in flow.spec.fields and name.partition(".")[0] not in UNBUILT_FIELDS:
                yield flow, name, (*view.path, "fields", index)
