"""Values in normal form: what the ledger stores and decide compares. Every normal form is plain JSON without floats.

| type | normal form |
|---|---|
| text and its kin, one_of | text |
| integer | int |
| decimal | text, plain notation, no trailing zeros ("1.5") |
| boolean | bool |
| date | "2026-01-31" |
| timestamp | RFC 3339 in UTC ("2026-01-31T09:30:00Z") |
| money | {"currency": "EUR", "minor": 4900} |
| address | {"street": …, "city": …, …}: only the parts that are not empty |
| verification | {"status": …} and, where known, since, valid_until, evidence, reason |
| ref | {"flow": "account.stripe", "id": "cus_1"}: another record, by an id that its own system uses |

`None` is "empty". A key that is missing is "absent": nothing is known, nothing changes.
A *spelled* value is the same in a target's words; a ref that still has to be translated into the target's own ids is
spelled {"flow": …, "id": …, "in": "account.crm"}.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

Json = Any
"""What JSON can say, fractions as Decimal."""

Value = Any
"""One value in normal form (see the module)."""

Places = Mapping[str, Json]
"""Their paths and spelled values: {"Status__c": "Paid"}."""

_EXPONENTS: Final[Mapping[str, int]] = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMN": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip
"""ISO 4217 minor units where they are not 2 (list of 2024-06). A system that counts otherwise says so itself."""


def exponent(currency: str) -> int:
    """Decimals of a currency by ISO 4217: EUR 2, JPY 0, KWD 3."""
    return _EXPONENTS.get(currency.upper(), 2)


def money(minor: int, currency: str) -> dict[str, Json]:
    return {"currency": currency.upper(), "minor": minor}


def amount(value: Mapping[str, Any], decimals: int | None = None) -> str:
    """The amount of a money value in major units, with all the decimals that the currency has: "49.00"."""
    places = exponent(value["currency"]) if decimals is None else decimals
    return f"{Decimal(value['minor']).scaleb(-places):f}"


def plain(number: Decimal) -> str:
    """A decimal in normal form: no exponent, no trailing zeros, no negative zero."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def is_untranslated(value: Json) -> bool:
    """Whether a spelled value is a ref that still waits for the target's own id."""
    return isinstance(value, dict) and "in" in value and "flow" in value
