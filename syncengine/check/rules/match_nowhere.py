"""A rule of `matched_by` can match no record: no flow shows all of its fields but those where entities are born.

Why: a record is compared as a whole, and a rule of two fields that stand in two systems finds nothing.
Remedy: spell all fields of the rule in one flow that no entity is born in.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.check.rules.match_not_spelled import reads_back, trouble_with
from syncengine.check.rules.match_type import SAYS_NOTHING
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.spec.object import ObjectSpec
from syncengine.vocabulary import Severity

ID: Final = "match/nowhere"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
matched_by: [email]
"""
FAILS: Final = """
# objects/account.yaml
matched_by: [[email, legal_form]]
flows:
  crm_forms:
    system: crm
    record: forms
    key: billing_id
    fields: {legal_form: form}
    fresh: {expected: 60s, incident: 15m, look_at: Form page}
"""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        flows = [flow for flow in context.flows_of(subject.object) if not flow.born]
        for index, rule in enumerate(subject.matched_by):
            if not all(is_comparable(context, subject, name) for name in rule):
                continue
            if any(all(reads_back(flow, name) for name in rule) for flow in flows):
                continue
            path = ("matched_by", index)
            message = f"no flow shows {' and '.join(rule)} that {subject.object} is not born in"
            remedy = "Spell it in such a flow, or remove the rule."
            yield found(ID, message, remedy, context.spec.place(object_file(subject.object), path), path)


def is_comparable(context: Context, subject: ObjectSpec, name: str) -> bool:
    """Whether no other rule has something to say about the field itself."""
    field = subject.fields.get(name)
    if field is None or field.field_type in SAYS_NOTHING:
        return False
    return not trouble_with(context, subject, name)
