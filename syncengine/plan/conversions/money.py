"""Money: an amount at one place, its currency at another."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from syncengine.model.value import Json, Places, Value, exponent, money
from syncengine.plan.conversion import Conversion, Dialect
from syncengine.plan.conversions.number import integer, number_in
from syncengine.plan.conversions.text import currency_code, spelled
from syncengine.plan.path import getter
from syncengine.plan.plan import ABSENT, Absent, UnreadableError

MAX_DIGITS = 24
"""Of an amount in minor units, which leaves every sum within the 28 digits that Decimal computes with."""

LEAST_DECIMALS = 2
_LIMIT = 10**MAX_DIGITS

currency = spelled(currency_code)


def amount(unit: str, dialect: Dialect) -> Conversion:
    """The amount's place alone: as a number, without its currency. What normalisers are made of."""
    if unit == "minor":
        return integer(dialect)

    def read(raw: Json) -> Decimal | None:
        return number_in(raw, floats=dialect.tables)

    return Conversion(read=read, write=major_text)


def major_text(number: Decimal) -> str:
    """Plain decimal text with two decimals at least and no needless zeros after them."""
    whole, _, decimals = f"{number:f}".partition(".")
    text = f"{whole}.{decimals.rstrip('0').ljust(LEAST_DECIMALS, '0')}"
    return text.removeprefix("-") if number == 0 else text


def reader(
    amount_at: str, currency_at: str, unit: str, dialect: Dialect
) -> Callable[[Mapping[str, Json]], Value | Absent]:
    amount_in, currency_in = getter(amount_at), getter(currency_at)
    to_number = amount(unit, dialect).read
    to_minor = _minor_from_minor(dialect) if unit == "minor" else _minor_from_major

    def read(content: Mapping[str, Json]) -> Value | Absent:
        raw = amount_in(content)
        if raw is ABSENT or raw is None:
            return raw
        number = to_number(raw)
        if number is None:
            return None
        code = _code(currency_in(content), currency_at)
        return money(to_minor(number, code), code)

    return read


def _code(raw: Json | Absent, currency_at: str) -> str:
    if raw is not ABSENT and raw is not None:
        code: str | None = currency.read(raw)
        if code is not None:
            return code
    raise UnreadableError(f"an amount without a currency ({currency_at} is empty)")


def _minor_from_major(number: Decimal, code: str) -> int:
    return _whole(number, exponent(code))


def _minor_from_minor(dialect: Dialect) -> Callable[[int, str], int]:
    decimals = dialect.decimals

    def to_minor(number: int, code: str) -> int:
        if code not in decimals:
            return _bounded(number)
        return _whole(Decimal(number), exponent(code) - decimals[code])

    return to_minor


def _whole(number: Decimal, shift: int) -> int:
    """The integer that `number` is after moving its point `shift` places to the right."""
    if number.adjusted() + shift >= MAX_DIGITS:
        raise UnreadableError(f"an amount of more than {MAX_DIGITS} digits")
    sign, digits, point = number.as_tuple()
    shifted = Decimal((sign, digits, int(point) + shift))
    if shifted != shifted.to_integral_value():
        raise UnreadableError("an amount with more decimals than its currency has")
    return int(shifted)


def _bounded(number: int) -> int:
    if -_LIMIT < number < _LIMIT:
        return number
    raise UnreadableError(f"an amount of more than {MAX_DIGITS} digits")


def writer(amount_at: str, currency_at: str, unit: str, dialect: Dialect) -> Callable[[Value], Places]:
    spell = _minor_writer(dialect) if unit == "minor" else _spell_major

    def write(value: Value) -> Places:
        if value is None:
            return {amount_at: None}
        return {amount_at: spell(value["minor"], value["currency"]), currency_at: value["currency"]}

    return write


def _spell_major(minor: int, code: str) -> str:
    """With the decimals that the currency has: 49.00 EUR, 4900 JPY. A normaliser makes them comparable again."""
    return f"{Decimal(minor).scaleb(-exponent(code)):f}"


def _minor_writer(dialect: Dialect) -> Callable[[int, str], int]:
    decimals = dialect.decimals

    def spell(minor: int, code: str) -> int:
        if code not in decimals:
            return minor
        return _whole(Decimal(minor), decimals[code] - exponent(code))

    return spell
