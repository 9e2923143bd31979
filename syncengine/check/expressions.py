"""Every expression of a map, judged where it stands."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, TypeAlias

from syncengine.check import operand
from syncengine.check.condition import Fields, Mistake, becomes, gives, mistakes, parts
from syncengine.check.context import Context, FlowView
from syncengine.check.operand import Operand
from syncengine.errors import Place
from syncengine.spec.built_in import is_built_in
from syncengine.spec.expression import Expression, ExpressionError
from syncengine.spec.marks import Path
from syncengine.spec.object import FieldSpec
from syncengine.spec.parse import parse, width_at
from syncengine.spec.spelling import Spelling
from syncengine.vocabulary import FieldType

Judge: TypeAlias = Callable[[Expression], tuple[Mistake, ...]]


class Judged(NamedTuple):
    """A mistake in an expression, with its place in the map."""

    mistake: Mistake
    place: Place
    path: Path


def judged(context: Context) -> Iterator[Judged]:
    """The mistakes of every expression of the map, those of reading it among them."""
    for flow in context.flows:
        yield from _conditions(context, flow)
        yield from _spellings(context, flow)
    for view in context.gates:
        for name, need in view.gate.needs.items():
            if need.when is not None and view.about is not None:
                judge = partial(parts, fields=view.about.fields)
                path = (*view.path, "needs", name, "when")
                yield from _placed(context, "gates.yaml", path, need.when, judge)


def _conditions(context: Context, flow: FlowView) -> Iterator[Judged]:
    if flow.spec.only is not None:
        judge = partial(mistakes, fields=flow.object.fields, theirs=not flow.grants)
        yield from _placed(context, flow.file, (*flow.path, "only"), flow.spec.only, judge)


def _spellings(context: Context, flow: FlowView) -> Iterator[Judged]:
    for name, field, spelling, path in flow.spelled():
        if is_built_in(name):  # it is no place alone, and a rule of its own says so
            continue
        if spelling.from_ is not None:
            judge = partial(becomes, wanted=_wanted(context, name, field, spelling))
            yield from _placed(context, flow.file, (*path, "from"), spelling.from_, judge)
        if spelling.to is not None:
            judge = partial(_given, fields=flow.object.fields)
            yield from _placed(context, flow.file, (*path, "to"), spelling.to, judge)


def _given(expression: Expression, fields: Fields) -> tuple[Mistake, ...]:
    return gives(expression, fields).mistakes


def _placed(context: Context, file: str, path: Path, text: str, judge: Judge) -> Iterator[Judged]:
    try:
        found = judge(parse(text))
    except ExpressionError as error:
        found = (Mistake(error.at, error.message, error.remedy, error.rule),)
    for mistake in found:
        yield Judged(mistake, context.spec.inside(file, path, mistake.at, width_at(text, mistake.at)), path)


def _wanted(context: Context, name: str, field: FieldSpec, spelling: Spelling) -> Operand:
    """What `from` has to give: a value of the field, or one of the words that its table translates."""
    table = context.table(spelling)
    if table is None:
        return operand.of_field(name, field)
    words = tuple(word for theirs in table.values() for word in theirs)
    return Operand(FieldType.TEXT, f"{name} (a word of the table)", words)
