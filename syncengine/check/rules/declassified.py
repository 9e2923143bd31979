"""A field's class is below what it would be by itself: its object's class, its type's (email, phone, address and
person_name are pii at least), or internal for a ref.

Why: a lower class lets values into more systems, logs and views, and somebody has to answer for that. What a type says
of a person, no line of a map makes otherwise.
Remedy: raise the class or remove it; below the object's class, add `because` and `approved_by`.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, type_floor
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.spec.object import FieldSpec, ObjectSpec
from syncengine.vocabulary import FieldType, Severity

ID: Final = "privacy/declassified"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
fields: {due_at: {class: internal, because: Support plans by it., approved_by: cfo}}
"""
FAILS: Final = """
# objects/invoice.yaml
fields: {due_at: {class: internal}}
"""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        for name, field in subject.fields.items():
            if field.klass in context.classes:
                yield from _judged(context, subject, name, field)


def _judged(context: Context, subject: ObjectSpec, name: str, field: FieldSpec) -> Iterator[Finding]:
    own, floor, file = field.klass or "", type_floor(field), object_file(subject.object)
    at = ("fields", name, "class")
    if context.below(own, floor):
        message = f"{name} is of type {field.field_type}, which is {floor} at least"
        yield found(ID, message, f"Write `class: {floor}`, or remove it.", context.spec.place(file, at), at)
        return
    whose = "a ref is internal" if field.field_type is FieldType.REF else f"its object is {subject.klass}"
    least = whose.rpartition(" ")[2]
    missing = [key for key in ("because", "approved_by") if getattr(field, key) is None]
    if missing and least in context.classes and context.below(own, least):
        message = f"{name} is {own}, and {whose}: nobody answers for that"
        remedy = f"Add {' and '.join(f'`{key}`' for key in missing)} on this line, or remove `class`."
        yield found(ID, message, remedy, context.spec.place(file, at), at)
