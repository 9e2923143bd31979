"""An option of a field stands where it changes nothing: `because` or `approved_by` for what is no exception, or
`if_edited` for what no other system shows.

Why: whoever wrote it means something by it, and it does not happen; often the line that it belonged to is gone.
Remedy: remove it, or write what it was meant for: an `owner`, a lower `class`, a spelling.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, type_floor
from syncengine.check.coverage import used
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.spec.object import FieldSpec, ObjectSpec
from syncengine.vocabulary import FieldType, Severity

ID: Final = "fields/no-effect"
SEVERITY: Final = Severity.WARNING
PASSES: Final = """
# objects/invoice.yaml
fields: {total: {if_edited: restore}, due_at: {class: internal, because: Support plans by it., approved_by: cfo}}
"""
FAILS: Final = """
# objects/invoice.yaml
fields: {note: {if_edited: restore}, total: {because: Billing counts it., approved_by: cfo}}
"""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        for name, field in subject.fields.items():
            problem = _problem(context, subject, name, field)
            if problem is not None:
                key, message, remedy = problem
                path = ("fields", name, key)
                place = context.spec.key_place(object_file(subject.object), path)
                yield found(ID, message, remedy, place, path, severity=SEVERITY)


def _problem(context: Context, subject: ObjectSpec, name: str, field: FieldSpec) -> tuple[str, str, str] | None:
    reasons = [key for key in ("because", "approved_by") if getattr(field, key) is not None]
    if reasons and not _is_exception(context, subject, field) and not _is_kept(context, subject, name):
        shown = " and ".join(f"`{key}`" for key in reasons)
        return reasons[0], f"{name} is no exception that {shown} could speak of", f"Remove {shown}."
    flows = [flow for flow in context.flows_of(subject.object) if not flow.owns(name) and name in flow.spec.fields]
    if field.if_edited is not None and not flows:
        message = f"no system but {subject.owner_of(name)} shows {name}, so nobody else can edit it"
        return "if_edited", message, "Remove `if_edited`, or spell the field in another flow."
    return None


def _is_kept(context: Context, subject: ObjectSpec, name: str) -> bool:
    """Whether `because` says why a field is taken in that nothing uses: coverage/ownership."""
    return subject.fields[name].because is not None and (subject.object, name) not in used(context.spec)


def _is_exception(context: Context, subject: ObjectSpec, field: FieldSpec) -> bool:
    """Whether it is owned elsewhere, or of a lower class than it would have by itself."""
    if field.owner is not None and field.owner != subject.system_of_record:
        return True
    own = "internal" if field.field_type is FieldType.REF else subject.klass
    least = context.highest((own, type_floor(field)))
    return field.klass is not None and (field.klass not in context.classes or context.below(field.klass, least))
