"""The conditions of a gate's needs leave a case in which nothing is asked at all; or a need is asked in no case, or
hangs on what a need of the same gate is there to find out.

Why: in that case the gate is open, and nobody has decided that it should be; a legal form that is added to the list
next year would be paid unchecked. And whoever is asked for more only once he has failed passes without it.
Remedy: add a need for the case (a `when` that says the opposite), or write `because` beside the `when`. Cases are told
apart by closed lists, verifications and booleans; for another condition write `because`, or a need with `not` of it.
Let `when` ask who is asked, never a field of `needs`.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from syncengine.check.cases import possible, unasked
from syncengine.check.condition import is_constant, parts
from syncengine.check.context import Context, GateView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.expression import Expression, ExpressionError, names
from syncengine.spec.object import FieldSpec
from syncengine.spec.parse import parse, width_at
from syncengine.vocabulary import Severity

GATES: Final = "gates.yaml"
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
        if view.about is None:
            continue
        parsed = _conditions(view, view.about.fields)
        if parsed is None:
            continue
        wrong = [finding for name, condition in parsed.items() for finding in _judged(context, view, name, condition)]
        yield from wrong or _uncovered(context, view, parsed)


def _judged(context: Context, view: GateView, name: str, condition: Expression) -> Iterator[Finding]:
    """What is wrong with one `when` by itself."""
    path, fields = (*view.path, "needs", name, "when"), view.about.fields if view.about is not None else {}
    text = condition.text
    for asked in names(condition):
        if asked.path[0] in view.gate.needs:
            message = f"whether {name} is asked hangs on {asked.text}, which this gate needs itself"
            remedy = "Ask by what says who is asked, such as a closed list."
            place = context.spec.inside(GATES, path, asked.at, width_at(text, asked.at))
            yield found(ID, message, remedy, place, path)
            return
    if is_constant(condition) and possible(condition.root, fields, unknown=None):
        message = f"this is always true, so {name} is asked in every case"
        yield found(ID, message, "Remove `when`.", context.spec.place(GATES, path), path)
    elif not possible(condition.root, fields, unknown=None):
        message = f"this need is never asked: nothing makes the condition of {name} true"
        yield found(ID, message, "Ask where it can be so, or remove the need.", context.spec.place(GATES, path), path)


def _uncovered(context: Context, view: GateView, parsed: Mapping[str, Expression]) -> Iterator[Finding]:
    needs = view.gate.needs
    if view.about is None or any(need.when is None or need.because is not None for need in needs.values()):
        return
    case = unasked(tuple(parsed.values()), view.about.fields)
    if case is not None:
        path = (*view.path, "needs", next(iter(needs)), "when")
        remedy = "Add a need for this case, or say with `because` why none is needed."
        yield found(ID, _message(case), remedy, context.spec.place(GATES, path), path)


def _message(case: Mapping[str, str]) -> str:
    if not case:
        return "it is not certain that this gate asks something in every case"
    return f"where {' and '.join(f'{name} is {word}' for name, word in case.items())}, this gate asks nothing"


def _conditions(view: GateView, fields: Mapping[str, FieldSpec]) -> dict[str, Expression] | None:
    """By need, where it has one. None where one has a mistake, which another rule reports."""
    try:
        said = {name: parse(need.when) for name, need in view.gate.needs.items() if need.when is not None}
    except ExpressionError:
        return None
    return None if any(any(parts(one, fields)) for one in said.values()) else said
