"""There are finance systems, and nobody is named who answers for tax, reporting or payouts.

Why: when figures differ at the close, somebody has to decide, and be known before.
Remedy: name the people under `answers_for` in people.yaml.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "people/nobody-answers"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# people.yaml
answers_for: {tax: ana@northwind.example, reporting: ana@northwind.example, payouts: ana@northwind.example}
"""
FAILS: Final = """
# people.yaml
answers_for: {tax: ana@northwind.example, reporting: ana@northwind.example, payouts: }
"""
_FINANCE: Final = ("billing", "erp")


def check(context: Context) -> Iterator[Finding]:
    systems = [name for name, system in context.spec.systems.items() if system.kind in _FINANCE]
    answers = context.spec.people.answers_for
    missing = [what for what in ("tax", "reporting", "payouts") if getattr(answers, what) is None]
    if systems and missing:
        message = f"{systems[0]} is a finance system, and nobody answers for {', '.join(missing)}"
        remedy = "Name a person for each under `answers_for`."
        yield found(ID, message, remedy, context.spec.key_place("people.yaml", ("answers_for",)), ("answers_for",))
