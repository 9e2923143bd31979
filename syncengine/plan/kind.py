"""What kind of value a term of a sound expression gives."""

from collections.abc import Mapping

from syncengine.check.operand import Operand, Problem, combine, either, of_call, of_literal
from syncengine.spec.expression import Arithmetic, Call, Choose, Literal, Name, Node
from syncengine.spec.function import FUNCTIONS
from syncengine.vocabulary import FieldType, VerificationStatus

Types = Mapping[str, FieldType]
"""Of the fields that an expression may name; places of theirs have none."""


def kind_of(node: Node, types: Types) -> FieldType | None:
    """None for a place of theirs, of which only its system knows the type."""
    return _operand(node, types).type


def _operand(node: Node, types: Types) -> Operand:
    match node:
        case Literal():
            return of_literal(node.value)
        case Name():
            return _named(None if node.theirs else types[node.text])
        case Call():
            return of_call(FUNCTIONS[node.name])
        case Arithmetic():
            return _sound(combine(node.operator, _operand(node.left, types), _operand(node.right, types)))
        case Choose():
            return _sound(either(_operand(node.then, types), _operand(node.otherwise, types)))
        case _:
            return Operand(FieldType.BOOLEAN, "")


def _named(kind: FieldType | None) -> Operand:
    return Operand(kind, "", tuple(VerificationStatus) if kind is FieldType.VERIFICATION else ())


def _sound(answer: Operand | Problem) -> Operand:
    assert isinstance(answer, Operand), f"the rules let this through: {answer.message}"
    return answer
