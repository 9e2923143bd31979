"""A rule of `matched_by` rests on something that many have in common.

Why: records are linked for good by it, and written; two customers of one name in one country code are two customers.
Remedy: match by something that belongs to one alone (email, phone, vat_number, a customer_number), or by a name
together with more.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.check.rules.match_type import SAYS_NOTHING
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.spec.object import FieldSpec, ObjectSpec
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

NUMBERS: Final = frozenset({"number", "no", "id", "code", "key", "reference"})
"""Words in the name of a text that is given out once: one alone will do."""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        for index, rule in enumerate(subject.matched_by):
            fields = {name: subject.fields[name] for name in rule if name in subject.fields}
            idle = any(field.field_type in SAYS_NOTHING for field in fields.values())  # match/type
            if idle or len(fields) < len(rule) or not is_weak(fields):
                continue
            path = ("matched_by", index)
            message = f"many records may have the same {' and '.join(rule)}"
            remedy = f"Match by {_better(subject)}."
            yield found(ID, message, remedy, context.spec.place(object_file(subject.object), path), path)


def is_weak(fields: Mapping[str, FieldSpec]) -> bool:
    """Whether two records of different entities may well say the same."""
    types = [field.field_type for field in fields.values()]
    if not IDENTIFYING.isdisjoint(types) or any(_is_number(name, field) for name, field in fields.items()):
        return False
    return len(types) == 1 or TELLING.isdisjoint(types)


def _is_number(name: str, field: FieldSpec) -> bool:
    """Whether a text is the kind that is given out once: a customer number, not what somebody is called."""
    return field.field_type is FieldType.TEXT and any(word in NUMBERS for word in name.split("_"))


def _better(subject: ObjectSpec) -> str:
    identifying = [name for name, field in subject.fields.items() if field.field_type in IDENTIFYING]
    return identifying[0] if identifying else "an email, a phone, a vat_number, or a name and another field"
