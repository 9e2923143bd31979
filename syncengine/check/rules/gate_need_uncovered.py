"""The conditions of a gate's needs leave a case in which nothing is asked at all.

Why: in that case the gate is open, and nobody has decided that it should be; a legal form that is added to the list
next year would be paid unchecked.
Remedy: add a need for the case (a `when` that says the opposite), or write `because` beside the `when`. Cases are told
apart by closed lists, verifications and booleans; for another condition write `because`, or a need with `not` of it.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from syncengine.check.cases import unasked
from syncengine.check.condition import mistakes
from syncengine.check.context import Context, GateView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.expression import Expression, ExpressionError
from syncengine.spec.object import FieldSpec
from syncengine.spec.parse import parse
from syncengine.vocabulary import Severity

ID: Final = "gate/need-uncovered"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
fields: {kyb: {type: verification, optional: true}}
flows: {billing: {fields: {kyb: {at: metadata.kyb, words: {verified: passed, rejected: failed}}}}}
# gates.yaml
payout-release:
  needs:
    kyc: {because: }
    kyb: {when: "legal_form != 'individual'", next: Ask the payee for company details.}
"""
FAILS: Final = """
# gates.yaml
payout-release: {needs: {kyc: {because: }}}
"""


def check(context: Context) -> Iterator[Finding]:
    for view in context.gates:
        needs = view.gate.needs
        if view.about is None or any(need.when is None or need.because is not None for need in needs.values()):
            continue
        conditions = _conditions(view, view.about.fields)
        case = None if conditions is None else unasked(conditions, view.about.fields)
        if case is None:
            continue
        path = (*view.path, "needs", next(iter(needs)), "when")
        remedy = "Add a need for this case, or say with `because` why none is needed."
        yield found(ID, _message(case), remedy, context.spec.place("gates.yaml", path), path)


def _message(case: Mapping[str, str]) -> str:
    if not case:
        return "it is not certain that this gate asks something in every case"
    return f"where {' and '.join(f'{name} is {word}' for name, word in case.items())}, this gate asks nothing"


def _conditions(view: GateView, fields: Mapping[str, FieldSpec]) -> list[Expression] | None:
    """None where a condition has a mistake, which another rule reports."""
    try:
        parsed = [parse(need.when or "") for need in view.gate.needs.values()]
    except ExpressionError:
        return None
    return None if any(any(mistakes(one, fields, theirs=False)) for one in parsed) else parsed
