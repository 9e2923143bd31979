"""A field's class is below what its type is by itself: email, phone, address and person_name are pii at least.

Why: the type says that the value is about a person; no line of a map makes it otherwise.
Remedy: raise the class, or remove it.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, below, type_floor
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.vocabulary import Severity

ID: Final = "privacy/class-too-low"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
fields: {email: {class: pii}}
"""
FAILS: Final = """
# objects/account.yaml
fields: {email: {class: internal}}
"""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        for name, field in subject.fields.items():
            floor = type_floor(field)
            if field.klass is None or not below(field.klass, floor):
                continue
            path = ("fields", name, "class")
            place = context.spec.place(object_file(subject.object), path)
            message = f"{name} is of type {field.field_type}, which is {floor} at least"
            yield found(ID, message, f"Write `class: {floor}`, or remove it.", place, path)
