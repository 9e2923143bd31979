"""Money is compared or combined with a number, or is to be made of one.

Why: 10 of what? A limit of 10 EUR holds for 10 JPY too if it is written as a number, and 10 JPY are nothing.
Remedy: write an amount with its currency, money('10 EUR'); read money from two places, {at: ..., currency_at: ...}.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.expressions import judged
from syncengine.check.operand import BARE_NUMBER
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = BARE_NUMBER
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
flows: {crm: {only: "total > money('10 EUR')"}}
"""
FAILS: Final = """
# objects/invoice.yaml
flows: {crm: {only: "total > 10"}}
"""


def check(context: Context) -> Iterator[Finding]:
    for mistake, place, path in judged(context):
        if mistake.rule == BARE_NUMBER:
            yield found(mistake.rule, mistake.message, mistake.remedy, place, path)
