"""A field has another owner than the system of record without reason and approval on the same line; or an exception of
a financial object (that, or a lower class than its object's) is approved by a role without a finance seat.

Why: every exception is a place where the simple rule does not hold, and somebody has to answer for it.
Remedy: add `because` and `approved_by`; for a financial object a role of `finance_roles`.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.spec.object import FieldSpec, ObjectSpec
from syncengine.vocabulary import FieldType, Severity

ID: Final = "exception/unapproved"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
fields: {note: {owner: crm, because: Collections work in the CRM., approved_by: cfo}}
"""
FAILS: Final = """
# objects/invoice.yaml
fields: {note: {owner: crm, because: Collections work in the CRM., approved_by: revops-lead}}
"""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        for name, field in subject.fields.items():
            reason = _exception(context, subject, field)
            if reason:
                yield from _unapproved(context, subject, name, reason)


def _owned_elsewhere(subject: ObjectSpec, field: FieldSpec) -> bool:
    return field.owner is not None and field.owner != subject.system_of_record


def _exception(context: Context, subject: ObjectSpec, field: FieldSpec) -> str:
    if _owned_elsewhere(subject, field):
        return f"is owned by {field.owner} and not by {subject.system_of_record}"
    if field.klass is not None and field.field_type is not FieldType.REF and context.below(field.klass, subject.klass):
        return f"is {field.klass}, less than its object's {subject.klass}"
    return ""


def _unapproved(context: Context, subject: ObjectSpec, name: str, reason: str) -> Iterator[Finding]:
    field, people, path = subject.fields[name], context.spec.people, ("fields", name)
    file = object_file(subject.object)
    missing = [key for key in ("because", "approved_by") if getattr(field, key) is None]
    if missing and _owned_elsewhere(subject, field):
        message = f"{name} {reason}: that is an exception"
        remedy = f"Add {' and '.join(f'`{key}`' for key in missing)} on this line."
        yield found(ID, message, remedy, context.spec.key_place(file, path), path)
    role = field.approved_by
    if role in people.roles and subject.kind == "financial" and role not in people.finance_roles:
        message = f"{name} {reason}, and {role} has no finance seat"
        seats = ", ".join(people.finance_roles) or "none is named in people.yaml, finance_roles"
        at = (*path, "approved_by")
        yield found(ID, message, f"Let a finance role approve it: {seats}.", context.spec.place(file, at), at)
