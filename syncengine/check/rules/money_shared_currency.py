"""Two amounts stand beside one currency, though their currencies can differ.

Why: a payment of 100 EUR that settles as 108 USD would stand there as 100 USD, or as 108 EUR.
Remedy: give each amount a currency of its own there. Amounts may share one that share it with their owner as well: one
place, or one of the same name in several of the owner's records of the entity.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.reads import fields_read, spelled_type
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.spelling import Spelling
from syncengine.vocabulary import FieldType, Severity

ID: Final = "money/same-place-two-currencies"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
fields: {due: {type: money}}
flows:
  billing: {fields: {due: {at: due, currency_at: currency}}}
  crm: {fields: {due: {at: due, currency_at: currency, unit: minor}}}
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at, due]}
"""
FAILS: Final = """
# objects/invoice.yaml
fields: {settled: {type: money}}
flows:
  billing: {fields: {settled: {at: settled_amount, currency_at: settled_currency}}}
  crm: {fields: {settled: {at: settled, currency_at: currency, unit: minor}}}
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at, settled]}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        first: dict[str, tuple[str, frozenset[str]]] = {}
        for name, field, spelling, path in flow.spelled():
            if spelling.currency_at is None or spelled_type(flow.object.fields, field, spelling) is not FieldType.MONEY:
                continue
            sources = _sources(context, flow, name, spelling)
            other, theirs = first.setdefault(spelling.currency_at, (name, sources))
            if len(sources | theirs) > 1:
                at = (*path, "currency_at")
                shown = f"{other} and {name}" if other != name else f"what {name} is computed from"
                message = f"{shown} can have different currencies, and {spelling.currency_at} holds one"
                place = context.spec.key_place(flow.file, at)
                yield found(ID, message, f"Give {name} a currency of its own in {flow.id}.", place, at)


def _sources(context: Context, flow: FlowView, name: str, spelling: Spelling) -> frozenset[str]:
    """Where the currencies come from that can stand there: places of their owners' records."""
    fields = flow.object.fields
    read = fields_read(spelling.to) if spelling.to is not None else (name,)
    money = (each for each in read if each in fields and fields[each].field_type is FieldType.MONEY)
    return frozenset(_source(context, flow, each) for each in money)


def _source(context: Context, flow: FlowView, name: str) -> str:
    """The owner's place whose currency the field has; one of its own where nobody can tell."""
    readers = [each for each in context.flows_of(flow.object.object) if each.owns(name) and name in each.spec.fields]
    place = readers[0].spec.fields[name].currency_at if readers else None
    return f"{readers[0].system_name}:{place}" if place is not None else f"={name}"
