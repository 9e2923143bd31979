"""Plain scalars: what YAML 1.2 reads in them, and which ones another reader would read otherwise."""

import re
from typing import Final, TypeAlias

Scalar: TypeAlias = str | int | bool | None

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,17}")
_SURPRISING: Final = re.compile(
    r"""
    [yYnN] | yes | Yes | YES | no | No | NO | on | On | ON | off | Off | OFF      # booleans of YAML 1.1
    | [-+]?0[xobXOB][0-9a-fA-F_]+                                                 # other bases
    | [-+]?[0-9][0-9_]*                                                           # 010, +1, 1_000, too long
    | [-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?           # 1.10, .5
    | [-+]?[0-9][0-9_]*[eE][-+]?[0-9]+                                            # 1e3
    | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?                            # 10:02
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9].*)?                   # 2026-01-01
    | [-+]?\.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN)
    | = | <<
    """,
    re.VERBOSE,
)


class SurprisingError(ValueError):
    """The scalar means one thing to one reader, and another to the next."""


def resolve(text: str) -> Scalar:
    """The value of a plain scalar; None is "empty". Raises SurprisingError.

    There are no fractions: an amount, a rate and a version are text.
    """
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return int(text)
    if _SURPRISING.fullmatch(text):
        raise SurprisingError(text)
    return text
