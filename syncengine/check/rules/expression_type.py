"""A condition names a field that is not there, a word that a list does not have, or compares what cannot be compared.

Why: a condition that can never be true stops nothing, or everything.
Remedy: correct the name or the word; compare values of one type, money only with money.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.condition import Fields, mistakes
from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.expression import ExpressionError
from syncengine.spec.marks import Path
from syncengine.spec.parse import parse
from syncengine.vocabulary import Severity

ID: Final = "expression/type"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
flows: {crm: {only: "status in ['open', 'paid'] and has(due_at)"}}
"""
FAILS: Final = """
# objects/invoice.yaml
flows: {crm: {only: "total > 10"}}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        if flow.spec.only is not None:
            path = (*flow.path, "only")
            fields = flow.object.fields
            yield from _judged(context, flow.file, path, flow.spec.only, fields, theirs=not flow.grants)
    for view in context.gates:
        for name, need in view.gate.needs.items():
            if need.when is not None and view.about is not None:
                path = (*view.path, "needs", name, "when")
                yield from _judged(context, "gates.yaml", path, need.when, view.about.fields, theirs=False)


def _judged(context: Context, file: str, path: Path, text: str, fields: Fields, *, theirs: bool) -> Iterator[Finding]:
    try:
        expression = parse(text)
    except ExpressionError as error:
        place = context.spec.inside(file, path, error.at)
        yield found(error.rule, error.message, error.remedy, place, path)
        return
    for mistake in mistakes(expression, fields, theirs=theirs):
        place = context.spec.inside(file, path, mistake.at)
        yield found(mistake.rule, mistake.message, mistake.remedy, place, path)
