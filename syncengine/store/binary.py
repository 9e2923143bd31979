"""Arrays in the form in which PostgreSQL keeps them: the driver would make them element by element, which costs more
than all else that it does.
"""

from collections.abc import Mapping, Sequence
from struct import Struct
from typing import Any, ClassVar, Final

from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types.string import BytesBinaryDumper

_HEAD: Final = Struct("!iiIii").pack
_LENGTH: Final = Struct("!i").pack
_NUMBER: Final = Struct("!iq").pack
_NULL: Final = _LENGTH(-1)
_EIGHT: Final = 8


class Array:
    """One column of many rows, with None where a row has no value."""

    __slots__ = ("data",)
    of: ClassVar[int]
    """The number by which PostgreSQL knows the type of the elements."""

    def __init__(self, elements: Sequence[Any]) -> None:
        parts = [_NULL if each is None else self.spell(each) for each in elements]
        self.data = _HEAD(1, 1, self.of, len(parts), 1) + b"".join(parts)

    @staticmethod
    def spell(value: Any) -> bytes:
        """An element behind its length."""
        return _LENGTH(len(value)) + bytes(value)


class Numbers(Array):
    __slots__ = ()
    of = 20

    @staticmethod
    def spell(value: int) -> bytes:
        return _NUMBER(_EIGHT, value)


class Texts(Array):
    __slots__ = ()
    of = 25

    @staticmethod
    def spell(value: str) -> bytes:
        spelled = value.encode()
        return _LENGTH(len(spelled)) + spelled


class Blobs(Array):
    __slots__ = ()
    of = 17


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        data: bytes = obj.data
        return data


class _NumbersDumper(_ArrayDumper):
    oid = 1016


class _TextsDumper(_ArrayDumper):
    oid = 1009


class _BlobsDumper(_ArrayDumper):
    oid = 1001


KINDS: Final[Mapping[str, type[Array]]] = {"int8": Numbers, "int4": Numbers, "text": Texts, "bytea": Blobs}
_DUMPERS: Final = ((Numbers, _NumbersDumper), (Texts, _TextsDumper), (Blobs, _BlobsDumper))


def settle_in(connection: "Connection[Any]") -> None:
    for kind, dumper in _DUMPERS:
        connection.adapters.register_dumper(kind, dumper)
    connection.adapters.register_dumper(bytes, BytesBinaryDumper)  # where rows are copied, a slower one would be taken


__all__ = ["KINDS", "Array", "Blobs", "Numbers", "Texts", "settle_in"]
