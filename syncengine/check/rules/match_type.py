"""A rule of `matched_by` names a field whose values say nothing of who a record is about.

Why: a flag, an amount, a status or the id of another record is the same in thousands of records, or differs between
systems by its nature.
Remedy: match by names, addresses, numbers and codes.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.vocabulary import FieldType, Severity

ID: Final = "match/type"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
matched_by: [[name, email]]
"""
FAILS: Final = """
# objects/account.yaml
matched_by: [[name, kyc]]
"""

SAYS_NOTHING: Final = frozenset({FieldType.BOOLEAN, FieldType.MONEY, FieldType.REF, FieldType.VERIFICATION})


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        for index, rule in enumerate(subject.matched_by):
            for place, name in enumerate(rule):
                field = subject.fields.get(name)
                if field is None or field.field_type not in SAYS_NOTHING:
                    continue
                path = ("matched_by", index, place)
                message = f"{name} is a {field.field_type.value}; records cannot be matched by it"
                remedy = f"Take {name} out of matched_by."
                yield found(ID, message, remedy, context.spec.place(object_file(subject.object), path), path)
