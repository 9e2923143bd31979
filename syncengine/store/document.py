"""Documents as the ledger keeps them: canonical JSON, with the fractions that a target's own values may have."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from syncengine.canonical import encode
from syncengine.model.value import Json


def to_bytes(value: Json) -> bytes:
    """Canonical JSON; read it with `canonical.decode`. A fraction stays a number as far as every reader of JSON keeps
    it, beyond that it becomes text. Raises TypeError for what JSON cannot say.
    """
    try:
        return encode(value)
    except TypeError:
        return encode(_with_fractions(value))


def _with_fractions(value: Any) -> Json:
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        return {name: _with_fractions(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_fractions(item) for item in value]
    return value


def _number(value: Decimal) -> int | float | str:
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else str(value)
