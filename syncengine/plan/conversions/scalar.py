"""Which conversion each type has that stands at one place and means the same in every map."""

from collections.abc import Callable, Mapping
from typing import Final

from syncengine.plan.conversion import Conversion, Dialect
from syncengine.plan.conversions import moment, number, text
from syncengine.vocabulary import FieldType as T


def _alike(shape: Callable[[str], str]) -> Callable[[Dialect], Conversion]:
    conversion = text.spelled(shape)
    return lambda _dialect: conversion


_BUILDERS: Final[Mapping[T, Callable[[Dialect], Conversion]]] = {
    T.TEXT: text.text,
    T.PERSON_NAME: text.text,
    T.INTEGER: number.integer,
    T.DECIMAL: number.decimal,
    T.BOOLEAN: number.boolean,
    T.DATE: moment.calendar_date,
    T.TIMESTAMP: moment.timestamp,
    T.COUNTRY: _alike(text.country_code),
    T.CURRENCY: _alike(text.currency_code),
    T.LANGUAGE: _alike(text.language_tag),
    T.EMAIL: _alike(text.email_address),
    T.PHONE: _alike(text.phone_number),
    T.WEB_DOMAIN: _alike(text.host_name),
    T.VAT_NUMBER: _alike(text.vat_number),
}


def scalar(field_type: T, dialect: Dialect) -> Conversion:
    """Not for money, address, verification, one_of and ref, which need more than the type to be spelled."""
    return _BUILDERS[field_type](dialect)


def constant(value: str | int | bool, dialect: Dialect) -> Conversion:
    """The conversion of the place that a constant is written to."""
    if isinstance(value, bool):
        return number.boolean(dialect)
    return number.integer(dialect) if isinstance(value, int) else text.text(dialect)
