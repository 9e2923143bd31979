"""A spelling does not fit the type of its field, or the direction in which it is used.

Why: words belong to closed lists, currencies to money, parts to addresses; and what can only be written cannot be read.
Remedy: spell the field in a form of its type; see the message.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.object import FieldSpec
from syncengine.spec.spelling import Spelling
from syncengine.vocabulary import FieldType, Severity

ID: Final = "spelling/type"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
flows: {crm: {fields: {due_at: {at: due_on, as: date}}}}
"""
FAILS: Final = """
# objects/invoice.yaml
flows: {crm: {fields: {note: {at: note, words: invoice_status}}}}
"""
_FITS: Final = {
    "words": (FieldType.ONE_OF, FieldType.VERIFICATION),
    "currency_at": (FieldType.MONEY,),
    "unit": (FieldType.MONEY,),
    "as": (FieldType.TIMESTAMP,),
    "ids_of": (FieldType.REF,),
}


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        for name, field, spelling, path in flow.spelled():
            for key, message, remedy in (*_form(name, field, spelling), *_direction(flow, name, spelling)):
                at = (*path, key) if key else path
                yield found(ID, message, remedy, context.spec.key_place(flow.file, at), at)


def _form(name: str, field: FieldSpec, spelling: Spelling) -> Iterator[tuple[str, str, str]]:
    kind = field.field_type
    said = {
        "words": spelling.words,
        "currency_at": spelling.currency_at,
        "unit": spelling.unit,
        "as": spelling.as_,
        "ids_of": spelling.ids_of,
    }
    for key, types in _FITS.items():
        if said[key] is not None and kind not in types:
            yield key, f"{name} is {kind}; `{key}` is for {' and '.join(types)}", f"Remove `{key}`."
    if spelling.parts is not None and kind is not FieldType.ADDRESS:
        yield "", f"{name} is {kind}; only an address has parts", "Name one place."
    if spelling.at is not None and kind is FieldType.ADDRESS:
        yield "", f"{name} is an address, and is spelled part by part", "Write {street: …, city: …, country: …}."


def _direction(flow: FlowView, name: str, spelling: Spelling) -> Iterator[tuple[str, str, str]]:
    if flow.owns(name) and spelling.write_only:
        yield "as", f"{flow.system_name} owns {name}, and a local date cannot be read back as a moment", "Remove `as`."
    if name in flow.granted and not flow.owns(name) and spelling.read_only:
        yield "reading", f"{name} is granted, and a reading cannot be written", "Name a place, or remove the grant."
    if not flow.owns(name) and name not in flow.granted and spelling.read_only:
        yield "reading", f"{flow.system_name} does not own {name}, so this reading is never used", "Remove it."
