"""A field has an owner, and no rule says what becomes of it: no other flow spells it, and nothing asks for it.

Why: what is taken in and used nowhere is held without a reason, and lowers the share of fields with an owner and a
rule, which has to be 100% before going live.
Remedy: spell it where it is needed, ask for it in a gate or a condition, or remove it.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.coverage import coverage, resolved, ruled
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.vocabulary import Severity

ID: Final = "coverage/ownership"
SEVERITY: Final = Severity.WARNING
PASSES: Final = """
# objects/account.yaml
fields: {phone: {type: phone, optional: true}}
flows: {billing: {fields: {phone: phone}}, crm: {fields: {phone: phone}}}
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email, phone]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}
"""
FAILS: Final = """
# objects/account.yaml
fields: {phone: {type: phone, optional: true}}
flows: {billing: {fields: {phone: phone}}}
"""


def check(context: Context) -> Iterator[Finding]:
    bare = resolved(context.spec) - ruled(context.spec)
    unused = [(o, name) for o in context.spec.objects.values() for name in o.fields if (o.object, name) in bare]
    share = coverage(context.spec) if unused else 100.0
    for subject, name in unused:
        path = ("fields", name)
        said = f"{subject.owner_of(name)} says {name}, and nothing uses it"
        message = f"{said} ({share:g}% of the fields have an owner and a rule)"
        remedy = "Spell it in another flow, ask for it in a gate or a condition, or remove it."
        place = context.spec.key_place(object_file(subject.object), path)
        yield found(ID, message, remedy, place, path, severity=SEVERITY)
