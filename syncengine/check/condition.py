"""Whether an expression means something where it stands: as a condition, as a value of theirs, as a value of ours."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from syncengine.check.judge import Fields, Judge, Mistake
from syncengine.check.operand import Operand
from syncengine.spec.expression import Expression, Literal
from syncengine.vocabulary import FieldType

_NO_GRANT: Final = "this flow has no grant, so the condition is about their record."
_FROM: Final = "`from` computes from their record and nothing else."
_WITHOUT_PLACE: Final = frozenset({FieldType.REF, FieldType.ADDRESS})


@dataclass(frozen=True, slots=True)
class Given:
    """What an expression over our fields gives; `type` is None where a mistake keeps it unknown."""

    type: FieldType | None
    mistakes: tuple[Mistake, ...]


def mistakes(expression: Expression, fields: Fields, *, theirs: bool) -> tuple[Mistake, ...]:
    """Of something that has to be true or false. `theirs`: it may see their record and nothing else; otherwise only
    `fields`.
    """
    judge = Judge(fields, _NO_GRANT if theirs else "")
    judge.whole(expression.root)
    return _in_order(judge.found)


def parts(expression: Expression, fields: Fields) -> tuple[Mistake, ...]:
    """Of a condition of a gate over our fields. Whether the whole of it asks anything is the gate's own business."""
    judge = Judge(fields, "")
    if not is_constant(expression):
        judge.condition(expression.root)
    return _in_order(judge.found)


def is_constant(expression: Expression) -> bool:
    """Whether it is `true` or `false` and no more."""
    return isinstance(expression.root, Literal) and isinstance(expression.root.value, bool)


def becomes(expression: Expression, wanted: Operand) -> tuple[Mistake, ...]:
    """Of an expression over their record whose result is to be a value of what is wanted."""
    judge = Judge({}, _FROM)
    judge.result(expression.root, wanted)
    return _in_order(judge.found)


def gives(expression: Expression, fields: Fields) -> Given:
    """Of an expression over our fields whose result is to stand at one place of theirs."""
    judge = Judge(fields, "")
    found = judge.operand(expression.root)
    if found is not None and found.type in _WITHOUT_PLACE:
        message = f"{found.shown} is not a value that stands at one place"
        judge.found.append(Mistake(expression.root.at, message, "Spell the field itself."))
    return Given(None if judge.found or found is None else found.type, _in_order(judge.found))


def _in_order(found: Iterable[Mistake]) -> tuple[Mistake, ...]:
    return tuple(sorted(found, key=lambda mistake: mistake.at))


__all__ = ["Fields", "Given", "Mistake", "becomes", "gives", "is_constant", "mistakes", "parts"]
