"""Documents as the ledger keeps them: JSON, with the fractions that a target's own values may have.

A fraction stays a number as far as every reader of JSON keeps it exactly; beyond that it becomes text. Read documents
with `canonical.decode`.
"""

import json
from decimal import Decimal
from typing import Any

from syncengine.canonical import encode
from syncengine.model.value import Json


def _number(value: Any) -> int | float | str:
    if not isinstance(value, Decimal):
        raise TypeError(f"no document can hold a {type(value).__name__}: {value!r}")
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else str(value)


_sorted = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False, default=_number
).encode
_as_is = json.JSONEncoder(
    separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False, default=_number
).encode


def to_bytes(value: Json) -> bytes:
    """Names sorted: the same for equal values. Raises TypeError for what JSON cannot say."""
    try:
        return encode(value)
    except TypeError:  # it has fractions
        return _sorted(value).encode()


def to_text(value: Json) -> str:
    """Names in the order they have. Raises TypeError for what JSON cannot say."""
    return _as_is(value)
