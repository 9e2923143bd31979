"""An expression names a field, a function or a word that is not there, or does with values what cannot be done.

Why: a condition that can never be true stops nothing, or everything; a value of the wrong type is never one.
Remedy: correct the name or the word; compare and combine values of one type, and give what the place wants.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.expressions import judged
from syncengine.check.operand import BARE_NUMBER
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "expression/type"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
flows: {crm: {only: "status in ['open', 'paid'] and has(due_at)"}}
"""
FAILS: Final = """
# objects/invoice.yaml
flows: {crm: {only: "status == 'payed'"}}
"""


def check(context: Context) -> Iterator[Finding]:
    for mistake, place, path in judged(context):
        if mistake.rule != BARE_NUMBER:
            yield found(mistake.rule, mistake.message, mistake.remedy, place, path)
