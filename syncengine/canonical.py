"""Bytes that mean one thing: canonical JSON out, strict JSON in, hashes, commitments and keys over them.

Canonical form: keys sorted by code point, no white space, text as UTF-8, integers exact, no floats. Amounts are
integers in minor units or decimal text, times are RFC 3339 text, so a float never has a reason to be there.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_INTEGER_DIGITS = 40
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


class NotStrictError(ValueError):
    """The text is JSON for some readers only, or for none; says what is wrong."""


_PLAIN: Final = frozenset({str, int, bool, type(None)})
_encode = msgspec.json.Encoder(order="sorted").encode
_packed = msgspec.msgpack.Encoder().encode
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def encode(value: Any) -> bytes:
    """Canonical JSON. Raises TypeError for anything that is not text, int, bool, None, list or mapping of text."""
    _refuse_others(value)
    return _encode(value)


def _refuse_others(value: Any) -> None:
    """The encoder would find a spelling for bytes, sets, moments and fractions, each of its own choice."""
    kind = type(value)
    inner = value.values() if kind is dict else value if kind in (list, tuple) else (value,)
    if _PLAIN.issuperset(map(type, inner)):
        return
    for other in set(map(type, inner)) - _PLAIN:
        if other in (dict, list, tuple):
            for item in inner:
                if type(item) is other:
                    _refuse_others(item)
        elif not issubclass(other, (str, int)):
            raise TypeError(f"no canonical form for {other.__name__}")


def decode(body: bytes | str) -> Any:
    """What `encode` or a body that passed `decode_strict` says; fractions become Decimal. Raises ValueError."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, InvalidOperation) as error:
        raise ValueError(str(error)) from None


def decode_strict(body: bytes) -> Any:
    """JSON that every reader reads the same way, or NotStrictError.

    Refuses: more than 1 MiB, depth over 64, NaN and infinities, duplicate keys, lone surrogates, NUL, integers over
    40 digits, invalid UTF-8, a byte order mark. Fractions become Decimal.
    """
    if len(body) > MAX_BYTES:
        raise NotStrictError(f"the body has {len(body)} bytes; the limit is {MAX_BYTES}")
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
        _check_depth(body)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise NotStrictError(f"byte {error.start} is not valid UTF-8") from None
    if text.startswith("\ufeff"):
        raise NotStrictError("a byte order mark stands before the text")
    value = _decode_quickly(body)
    return _decode_carefully(text) if value is _UNSURE else value


_UNSURE: Final = object()
_DIGITS_AS_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")
_MANY_DIGITS: Final = b"0" * (MAX_INTEGER_DIGITS + 1)


def _decode_quickly(body: bytes) -> Any:
    """The value of a text that is certainly strict, else _UNSURE: what is wrong, if anything, is found carefully.

    The decoder in C keeps the last of equal keys without a word. Where no character is spelled by its number, every
    string is two quotes and those that stand in it: a value that takes as many when it is written again has lost none.
    """
    if b"\\u" in body or _MANY_DIGITS in body.translate(_DIGITS_AS_ZEROS):
        return _UNSURE
    try:
        value = _quick.decode(body)
    except (msgspec.DecodeError, NotStrictError):
        return _UNSURE
    return value if _again.encode(value).count(b'"') == body.count(b'"') else _UNSURE


def _decode_carefully(text: str) -> Any:
    try:
        value = _careful.decode(text)
    except json.JSONDecodeError as error:
        raise NotStrictError(f"not JSON: {error.msg} at character {error.pos + 1}") from None
    if "\\u" in text:
        _check_text(value)
    return value


def _check_depth(body: bytes) -> None:
    depth = 0
    for match in _STRUCTURE.finditer(body):
        mark = match.group()[:1]
        if mark in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise NotStrictError(f"nested more than {MAX_DEPTH} deep at byte {match.start() + 1}")
        elif mark in b"]}":
            depth -= 1


def _check_text(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise NotStrictError("a text holds the character NUL")
        if any("\ud800" <= c <= "\udfff" for c in value):
            raise NotStrictError("a text holds half of a surrogate pair")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _check_text(key)
            _check_text(item)
    elif isinstance(value, list):
        for item in value:
            _check_text(item)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise NotStrictError(f"the key {named(key)} is given twice in one object")
            seen.add(key)
    return found


def named(key: str) -> str:
    """A key as a message may quote it: one that is no plain word may be a value (an address, a name), and is not."""
    return repr(key) if _WORD.fullmatch(key) else "(not shown)"


def _constant(word: str) -> Any:
    raise NotStrictError(f"{word} is not a number that JSON has")


def _integer(spelled: str) -> int:
    digits = len(spelled.removeprefix("-"))
    if digits > MAX_INTEGER_DIGITS:
        raise NotStrictError(f"a number has {digits} digits; the limit is {MAX_INTEGER_DIGITS}")
    return int(spelled)


def _fraction(digits: str) -> Decimal:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise NotStrictError(f"a number has {len(digits)} characters; the limit is {MAX_INTEGER_DIGITS}")
    try:
        value = Decimal(digits)
    except InvalidOperation:
        raise NotStrictError("a number is beyond every number") from None
    if not -MAX_INTEGER_DIGITS <= value.adjusted() <= MAX_INTEGER_DIGITS:
        raise NotStrictError("a number is beyond every amount")
    return value


_quick = msgspec.json.Decoder(float_hook=_fraction)
_again = msgspec.json.Encoder(decimal_format="number")
_careful = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_fraction
)


def digest(body: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(body).digest()


def commitment(salt: bytes, body: bytes) -> bytes:
    """HMAC-SHA-256: proves a payload to whoever holds its salt, says nothing to anybody else."""
    return hmac.digest(salt, body, "sha256")


def root(leaves: Sequence[bytes]) -> bytes:
    """One digest over an ordered run of leaves, none of which is the beginning of another."""
    return hashlib.sha256(b"\x01" + b"".join(leaves)).digest()


def seals(key: bytes, rows: Sequence[Sequence[Any]], width: int) -> str:
    """Of each row the first `width` bytes of SHA-256 over a key and the row as a MessagePack array; all in hex."""
    return b"".join([hashlib.sha256(key + _packed(row)).digest()[:width] for row in rows]).hex()


def chain(previous: bytes, body: bytes) -> bytes:
    """The hash of an audit entry: covers its body and, through `previous`, everything before it in its strand."""
    return hashlib.sha256(b"\x00" + previous + body).digest()


def key(project: str, *parts: object) -> str:
    """A stable name for one thing: the project's name, then 40 hex digits over the parts. At most 255 characters."""
    spelled = "\x1f".join(str(p) for p in (project, *parts)).encode()
    return f"{project[:200]}:{hashlib.sha256(spelled).hexdigest()[:40]}"


def entity_id(project: str, object_name: str, flow: str, birth_id: str) -> str:
    """The entity that is born as `birth_id` in `flow`: the same on every machine and in every order of arrival."""
    spelled = f"{project}\x1f{object_name}\x1f{flow}\x1f{birth_id}".encode()
    return hashlib.sha256(spelled).hexdigest()[:32]
