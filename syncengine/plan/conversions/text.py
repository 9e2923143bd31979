"""Text, and the kinds of text that have one normal spelling each."""

import re
from collections.abc import Callable
from decimal import Decimal
from unicodedata import normalize

from syncengine.model.value import Json
from syncengine.plan.conversion import Conversion, Dialect, same, unreadable
from syncengine.plan.plan import UnreadableError

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_PHONE = re.compile(r"\+[1-9][0-9]{4,14}")
_PHONE_PUNCTUATION = re.compile(r"\(0\)|[\s().\-/]")
_VAT_PUNCTUATION = re.compile(r"[\s.\-/]")
_VAT_NUMBER = re.compile(r"[A-Z0-9]{4,20}")
_NO_HOST = "a web domain is a host name such as example.com"
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")


def clean(text: str) -> str:
    """Trimmed, in Unicode normal form C."""
    text = text.strip()
    return text if text.isascii() else normalize("NFC", text)


def text(dialect: Dialect) -> Conversion:
    return Conversion(read=identifier if dialect.tables else _only_text, write=same)


def _only_text(raw: Json) -> str | None:
    if isinstance(raw, str):
        return clean(raw) or None
    raise unreadable(raw, "text")


def identifier(raw: Json) -> str | None:
    """Text, or the decimal text of an integer: tables number their records."""
    if isinstance(raw, str):
        return clean(raw) or None
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    if isinstance(raw, Decimal) and raw.is_finite() and raw == raw.to_integral_value():
        return f"{raw:.0f}"
    raise unreadable(raw, "text")


def spelled(shape: Callable[[str], str]) -> Conversion:
    """A kind of text with one spelling. `shape` takes cleaned text that is not empty, and raises UnreadableError."""

    def read(raw: Json) -> str | None:
        if not isinstance(raw, str):
            raise unreadable(raw, "text")
        cleaned = clean(raw)
        return shape(cleaned) if cleaned else None

    return Conversion(read=read, write=same)


def country_code(found: str) -> str:
    return _letters(found, 2, "a country is a code of two letters (ISO 3166-1 alpha-2)")


def currency_code(found: str) -> str:
    return _letters(found, 3, "a currency is a code of three letters (ISO 4217)")


def _letters(found: str, count: int, rule: str) -> str:
    if len(found) == count and found.isascii() and found.isalpha():
        return found.upper()
    raise UnreadableError(rule)


def language_tag(found: str) -> str:
    tag = found.lower().replace("_", "-")
    if _LANGUAGE.fullmatch(tag):
        return tag
    raise UnreadableError("a language is a tag such as de or pt-BR (BCP 47)")


def email_address(found: str) -> str:
    address = clean(found.lower())
    if _EMAIL.fullmatch(address):
        return address
    raise UnreadableError("an email address has one @ and no white space", review=True)


def phone_number(found: str) -> str:
    number = _PHONE_PUNCTUATION.sub("", found)
    if number.startswith("00"):
        number = "+" + number[2:]
    if _PHONE.fullmatch(number):
        return number
    raise UnreadableError("a phone number starts with + and its country code, and has 5 to 15 digits", review=True)


def vat_number(found: str) -> str:
    number = _VAT_PUNCTUATION.sub("", found).upper()
    if _VAT_NUMBER.fullmatch(number):
        return number
    raise UnreadableError("a VAT number has 4 to 20 letters and digits")


def host_name(found: str) -> str:
    """The host of an address or a bare host, without "www."."""
    host = re.split(r"[/?#]", found.lower().partition("://")[2] or found.lower(), maxsplit=1)[0]
    host = host.rpartition("@")[2].partition(":")[0].rstrip(".")
    if not host.isascii():
        host = _idna(host)
    while host.startswith("www.") and host.count(".") > 1:
        host = host.removeprefix("www.")
    if _HOST.fullmatch(host):
        return host
    raise UnreadableError(_NO_HOST, review=True)


def _idna(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise UnreadableError(_NO_HOST, review=True) from None
