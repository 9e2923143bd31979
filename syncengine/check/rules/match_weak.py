"""A rule of `matched_by` rests on something that many have in common.

Why: records are linked for good by it, and written; two customers of one name in one country code are two customers.
Remedy: match by something that belongs to one alone (email, phone, vat_number), or by a name together with more.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.spec.object import ObjectSpec
from syncengine.vocabulary import FieldType, Severity

ID: Final = "match/weak"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
matched_by: [email]
"""
FAILS: Final = """
# objects/account.yaml
matched_by: [name]
"""

IDENTIFYING: Final = frozenset({FieldType.EMAIL, FieldType.PHONE, FieldType.VAT_NUMBER})
"""One alone will do."""
TELLING: Final = frozenset(
    {
        FieldType.TEXT, FieldType.PERSON_NAME, FieldType.ADDRESS, FieldType.WEB_DOMAIN, FieldType.INTEGER,
        FieldType.DECIMAL, FieldType.DATE, FieldType.TIMESTAMP,
    }
)  # fmt: skip
"""One of these and another field will do; a country and a currency together are still shared by thousands."""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        for index, rule in enumerate(subject.matched_by):
            types = [subject.fields[name].field_type for name in dict.fromkeys(rule) if name in subject.fields]
            if len(types) < len(dict.fromkeys(rule)) or not is_weak(types):
                continue
            path = ("matched_by", index)
            message = f"many records may have the same {' and '.join(rule)}"
            remedy = f"Match by {_better(subject)}."
            yield found(ID, message, remedy, context.spec.place(object_file(subject.object), path), path)


def is_weak(types: list[FieldType]) -> bool:
    """Whether two records of different entities may well say the same."""
    if not IDENTIFYING.isdisjoint(types):
        return False
    return len(types) == 1 or TELLING.isdisjoint(types)


def _better(subject: ObjectSpec) -> str:
    identifying = [name for name, field in subject.fields.items() if field.field_type in IDENTIFYING]
    return identifying[0] if identifying else "an email, a phone or a vat_number, or by a name and another field"
