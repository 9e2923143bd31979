"""The ledger laid open: what verification reads of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from syncengine.model.entry import ChainedEntry
from syncengine.model.payload import PayloadRow

Row = Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the ledger says that a strand stands: how many entries, the last one's hash, and whose it is."""

    count: int
    head: bytes
    session: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """Where the ledger says that it stands. `checkpoint` is the hash of the newest one (b"": none), `turn` the number
    of the newest transaction (0: it numbers none), `payload` that of the newest payload; `identity` and `schema` are
    the seals that a session which begins now would name.
    """

    strands: Mapping[int, Head] = field(default_factory=dict)
    checkpoint: bytes = b""
    turn: int = 0
    payload: int = 0
    secret: bytes = b""
    project: str = ""
    identity: str = ""
    schema: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The columns of a table, and those of its key. `sealed`: every row has its seals in the trail."""

    columns: Sequence[str]
    key: Sequence[str]
    sealed: bool = True

    def key_of(self, row: Row) -> Any:
        """A key of several columns is a tuple."""
        found = tuple(row[self.columns.index(name)] for name in self.key)
        return found[0] if len(found) == 1 else found


class Still(Protocol):
    """`with book.still() as still`."""

    def __enter__(self) -> "Book": ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: Any,  # noqa: PYI036 - a traceback is no noun
        /,
    ) -> bool | None: ...


class Book(Protocol):
    """What is long is read in pages, each as it stands at that moment; within `still` everything stands still."""

    def heads(self) -> Heads: ...

    def strands(self) -> Sequence[int]:
        """Every strand of which there are entries."""
        ...

    def entries(self, strand: int, after: int | None) -> Iterator[ChainedEntry]:
        """The entries of a strand by number, those behind `after` (None: all)."""
        ...

    def payloads(self) -> Iterator[PayloadRow]:
        """By number."""
        ...

    def tables(self) -> Mapping[str, Shape]:
        """The tables whose rows are told of, or sealed."""
        ...

    def rows(self, table: str) -> Iterator[Sequence[Row]]:
        """Every row of a table, in pages, by key."""
        ...

    def some(self, table: str, keys: Iterable[Any]) -> Mapping[Any, Row]:
        """The rows with these keys; one that is not there is missing."""
        ...

    def flaws(self) -> Iterable[str]:
        """What the database itself finds wrong with itself, in words, and what of the schema is missing."""
        ...

    def still(self) -> "Still":
        """The ledger of one moment. Short: on some databases nobody can write meanwhile."""
        ...
