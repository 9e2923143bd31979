"""Money is spelled without the place of its currency.

Why: an amount without a currency is a number, and 100 JPY are not 100 EUR.
Remedy: write {at: …, currency_at: …}.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.reads import spelled_type
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import FieldType, Severity

ID: Final = "money/no-currency"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
flows: {billing: {fields: {total: {at: total, currency_at: currency}}}}
"""
FAILS: Final = """
# objects/invoice.yaml
flows: {billing: {fields: {total: total}}}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        for name, field, spelling, path in flow.spelled():
            if spelling.at is None or spelling.currency_at is not None:
                continue
            if spelled_type(flow.object.fields, field, spelling) is not FieldType.MONEY:
                continue
            message = f"{name} is money, and its currency has no place"
            computed = "" if spelling.to is None else ", to: …"
            remedy = f"Write {name}: {{at: {spelling.at}, currency_at: …{computed}}}."
            yield found(ID, message, remedy, context.spec.place(flow.file, path), path)
