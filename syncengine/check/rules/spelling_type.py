"""A spelling does not fit the type of its field, or the direction in which it is used.

Why: words belong to closed lists, currencies to money, parts to addresses; and what can only be written cannot be read.
Remedy: spell the field in a form of its type; see the message.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.reads import fields_read, spelled_type
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.built_in import is_built_in
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
    "since_at": (FieldType.VERIFICATION,),
    "until_at": (FieldType.VERIFICATION,),
    "as": (FieldType.TIMESTAMP,),
    "ids_of": (FieldType.REF,),
}


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        for name, field, spelling, path in flow.spelled():
            if is_built_in(name) or (spelling.is_place and field.field_type is not FieldType.ADDRESS):
                continue
            kind = spelled_type(flow.object.fields, field, spelling)
            problems = (
                *(() if kind is None else _form(name, kind, spelling)),
                *_direction(flow, name, spelling),
                *_filling(flow, name, kind, spelling),
                *(() if kind is None else _computed(flow, name, field, spelling)),
            )
            for key, message, remedy in problems:
                at = (*path, key) if key else path
                yield found(ID, message, remedy, context.spec.key_place(flow.file, at), at)


def _form(name: str, kind: FieldType, spelling: Spelling) -> Iterator[tuple[str, str, str]]:
    """`kind` is the type of what stands at the place."""
    said = {
        "words": spelling.words,
        "currency_at": spelling.currency_at,
        "unit": spelling.unit,
        "since_at": spelling.since_at,
        "until_at": spelling.until_at,
        "as": spelling.as_,
        "ids_of": spelling.ids_of,
    }
    for key, types in _FITS.items():
        if said[key] is not None and kind not in types:
            shown = name if spelling.to is None else f"what `to` gives for {name}"
            yield key, f"{shown} is {kind}; `{key}` is for {' and '.join(types)}", f"Remove `{key}`."
    if spelling.parts is not None and kind is not FieldType.ADDRESS:
        yield "", f"{name} is {kind}; only an address has parts", "Name one place."
    if spelling.at is not None and kind is FieldType.ADDRESS:
        yield "", f"{name} is an address, and is spelled part by part", "Write {street: …, city: …, country: …}."


def _direction(flow: FlowView, name: str, spelling: Spelling) -> Iterator[tuple[str, str, str]]:
    system, owns = flow.system_name, flow.owns(name)
    key, what = ("from", "`from`") if spelling.from_ is not None else ("reading", "a reading")
    if owns and spelling.as_ is not None:
        yield "as", f"{system} owns {name}, and a local date cannot be read back as a moment", "Remove `as`."
    if owns and spelling.to is not None:
        yield "to", f"{system} owns {name}, and what `to` computes cannot be read back", "Name the place alone."
    if owns and spelling.only_if_empty:
        yield "only_if_empty", f"{system} owns {name}, so it is read here and not written", "Remove `only_if_empty`."
    elif spelling.only_if_empty and name in flow.granted and not _is_updated(flow, name):
        message = f"{name} is only written when a record is made in {flow.name}, and then nothing stands there"
        yield "only_if_empty", message, "Remove `only_if_empty`, or grant `update`."
    if owns or not spelling.read_only:
        return
    if name in flow.granted:
        yield key, f"{name} is granted, and {what} cannot be written", "Name a place, or remove the grant."
    elif not flow.proposes(name) and not any(name in rule for rule in flow.object.matched_by):
        yield key, f"{system} does not own {name}, so {what} is never used", "Remove it."


def _filling(flow: FlowView, name: str, kind: FieldType | None, spelling: Spelling) -> Iterator[tuple[str, str, str]]:
    """An amount that is only filled would stand beside the currency of another one, which goes on changing."""
    if not spelling.only_if_empty or kind is not FieldType.MONEY:
        return
    others = (other for other in flow.spec.fields if other != name)
    sharing = [other for other in others if spelling.currency_at in flow.spec.fields[other].places]
    if sharing:
        message = f"{sharing[0]} changes {spelling.currency_at}, the currency of an amount that is only filled"
        yield "only_if_empty", message, "Give the amount a currency of its own, or remove `only_if_empty`."


def _is_updated(flow: FlowView, name: str) -> bool:
    return any("update" in view.grant.may and name in view.grant.fields for view in flow.grants)


def _computed(flow: FlowView, name: str, field: FieldSpec, spelling: Spelling) -> Iterator[tuple[str, str, str]]:
    """What `to` must not make of a field: another record's id, or what an amount or payee of moved money is not."""
    if spelling.to is None:
        return
    if field.field_type is FieldType.REF:
        message = f"{name} is a ref: the engine translates it into an id of {flow.system_name}, `to` does not"
        yield "to", message, "Name the place alone; with `ids_of`, if other ids stand there."
    elif _moves_money(flow) and name not in fields_read(spelling.to):
        message = f"what is written here moves money, and what stands for {name} would have nothing to do with {name}"
        yield "to", message, f"Read {name} in `to`, or name the place alone."


def _moves_money(flow: FlowView) -> bool:
    return flow.spec.moves_money or (flow.record is not None and flow.record.moves_money)
