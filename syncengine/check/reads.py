"""What a spelling's expression reads, and what it makes of what stands at the place."""

from collections.abc import Iterator

from syncengine.check.condition import Fields, gives
from syncengine.check.context import Context
from syncengine.spec.expression import Choose, Expression, ExpressionError, Name, Node, names
from syncengine.spec.object import FieldSpec, ObjectSpec
from syncengine.spec.parse import parse
from syncengine.spec.spelling import Spelling
from syncengine.vocabulary import FieldType


def readable(text: str | None) -> Expression | None:
    """The expression, None where there is none or it cannot be read: `expression/syntax` reports that."""
    try:
        return None if text is None else parse(text)
    except ExpressionError:
        return None


def fields_read(text: str | None) -> tuple[str, ...]:
    """The fields of ours that an expression names, each once, in the order of the text."""
    return tuple(dict.fromkeys(name.path[0] for name in _named(text) if not name.theirs))


def places_read(text: str | None) -> tuple[str, ...]:
    """The places of theirs that an expression names, each once, in the order of the text."""
    return tuple(dict.fromkeys(".".join(name.path[1:]) for name in _named(text) if name.theirs))


def _named(text: str | None) -> Iterator[Name]:
    expression = readable(text)
    if expression is not None:
        yield from names(expression)


def results(node: Node) -> Iterator[Node]:
    """The terms of which an expression gives one: each answer of `a ? b : c`, and else the whole."""
    if isinstance(node, Choose):
        yield from results(node.then)
        yield from results(node.otherwise)
    else:
        yield node


def spelled_type(fields: Fields, field: FieldSpec, spelling: Spelling) -> FieldType | None:
    """The type of what stands at the place: the field's own, but for `to`. None where a mistake keeps it unknown."""
    if spelling.to is None:
        return field.field_type
    expression = readable(spelling.to)
    return None if expression is None else gives(expression, fields).type


def spelled_class(context: Context, subject: ObjectSpec, field: FieldSpec, spelling: Spelling) -> str:
    """The class of what stands at the place: the field's own, and for `to` never less than that of what it reads."""
    read = (subject.fields[name] for name in fields_read(spelling.to) if name in subject.fields)
    return context.highest(context.class_of(subject, each) for each in (field, *read))
