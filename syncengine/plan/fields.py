"""Fields of an object, compiled."""

from collections.abc import Mapping

from syncengine.check.checked import CheckedField
from syncengine.plan.plan import FieldPlan


def compile_field(field: CheckedField) -> FieldPlan:
    return FieldPlan(
        name=field.name,
        type=field.type,
        owner=field.owner,
        flow=field.flow,
        klass=field.klass,
        optional=field.optional,
        words=field.words,
        ref=field.ref,
        later=reachable(field.moves),
        if_edited=field.if_edited,
        fixed=field.fixed,
    )


def reachable(moves: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Per word, every word that some way of moves leads to (the word itself only where a way leads back)."""
    return {start: _from(start, moves) for start in moves}


def _from(start: str, moves: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    found: set[str] = set()
    todo = [start]
    while todo:
        for word in moves.get(todo.pop(), ()):
            if word not in found:
                found.add(word)
                todo.append(word)
    return frozenset(found)
