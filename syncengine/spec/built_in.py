"""Built-in fields: what the engine itself knows of a record. Never declared; spelled and granted like any other field.

`id_in.FLOW` is the record's id in a flow of its object; `hold.*` says what a gate stops of it, or about it.
"""

from collections.abc import Mapping
from typing import Final

from syncengine.spec.object import FieldSpec, ObjectSpec
from syncengine.vocabulary import ID_IN, HoldField

FAMILIES: Final = frozenset({"id_in", "hold", "differs", "gone_since"})
"""What stands before the dot, or the whole name: no field that a map declares is called so."""


def _spec(kind: str) -> FieldSpec:
    return FieldSpec.model_validate({"type": kind, "class": "internal", "optional": True})


_TEXT: Final = _spec("text")
_HOLD: Final[Mapping[str, FieldSpec]] = {
    HoldField.OPEN: _spec("boolean"),
    HoldField.REASON: _TEXT,
    HoldField.SINCE: _spec("timestamp"),
    HoldField.NEXT_ACTION: _TEXT,
    HoldField.GATE: _TEXT,
}


def is_built_in(name: str) -> bool:
    """Whether the name belongs to the engine, be there such a field or not."""
    return name.partition(".")[0] in FAMILIES


def built_ins(subject: ObjectSpec) -> tuple[str, ...]:
    """Every built-in field that flows of this object may spell."""
    return (*(f"{ID_IN}{flow}" for flow in subject.flows), *HoldField)


def built_in(subject: ObjectSpec, name: str) -> FieldSpec | None:
    """What a built-in field of this object looks like; None where there is no such field."""
    if name.startswith(ID_IN):
        return _TEXT if name.removeprefix(ID_IN) in subject.flows else None
    return _HOLD.get(name)
