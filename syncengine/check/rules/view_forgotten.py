"""A class that fields have is withheld in every view.

Why: nobody could ever see these values, neither support nor an auditor; a class of your own starts out like this.
Remedy: name the class in the views that may see it, be it masked.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.spec.marks import Path
from syncengine.vocabulary import Severity

ID: Final = "privacy/view-forgotten"
SEVERITY: Final = Severity.WARNING
PASSES: Final = """
## sensitivity.yaml
classes: [public, internal, financial, pii, health]
views: {compliance: {public: clear, internal: clear, financial: clear, pii: clear, health: masked}}
# objects/account.yaml
fields: {legal_form: {class: health}}
# systems.yaml
billing: {cleared_for: [public, internal, financial, pii, health]}
"""
FAILS: Final = """
## sensitivity.yaml
classes: [public, internal, financial, pii, health]
# objects/account.yaml
fields: {legal_form: {class: health}}
# systems.yaml
billing: {cleared_for: [public, internal, financial, pii, health]}
"""
MEANT: Final = "restricted"
"""The class of what nobody is to see."""


def check(context: Context) -> Iterator[Finding]:
    shown = {klass for cells in context.spec.sensitivity.shown.values() for klass in cells}
    for klass, (name, file, path) in _first_fields(context).items():
        if klass in shown or klass == MEANT or klass not in context.classes:
            continue
        message = f"{name} is {klass}, and no view shows that class"
        remedy = f"Name {klass} in a view of sensitivity.yaml."
        yield found(ID, message, remedy, context.spec.key_place(file, path), path, severity=SEVERITY)


def _first_fields(context: Context) -> dict[str, tuple[str, str, Path]]:
    """Per class the first field that has it: one finding a class says enough."""
    first: dict[str, tuple[str, str, Path]] = {}
    for subject in context.spec.objects.values():
        for name, field in subject.fields.items():
            klass = context.class_of(subject, field)
            first.setdefault(klass, (name, object_file(subject.object), ("fields", name)))
    return first
