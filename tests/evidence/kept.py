"""A ledger that is held in lists, ready to be changed and verified."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from syncengine.model.book import Book, Heads, Row, Shape
from syncengine.model.entry import ChainedEntry
from syncengine.model.payload import PayloadRow


@dataclass
class KeptBook:
    """A Book. `kept` are the rows of each table by column."""

    entries_: Sequence[ChainedEntry] = ()
    payloads_: Sequence[PayloadRow] = ()
    heads_: Heads = field(default_factory=Heads)
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    kept: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Book) -> Self:
        shapes = book.tables()
        rows = {
            table: [dict(zip(shape.columns, row, strict=True)) for page in book.rows(table) for row in page]
            for table, shape in shapes.items()
        }
        entries = [entry for strand in book.strands() for entry in book.entries(strand, None)]
        return cls(entries, list(book.payloads()), book.heads(), shapes, rows)

    def heads(self) -> Heads:
        return self.heads_

    def strands(self) -> Sequence[int]:
        return sorted({entry.strand for entry in self.entries_})

    def entries(self, strand: int, after: int | None) -> Iterator[ChainedEntry]:
        return (e for e in self.entries_ if e.strand == strand and (after is None or e.number > after))

    def payloads(self) -> Iterator[PayloadRow]:
        return iter(self.payloads_)

    def tables(self) -> Mapping[str, Shape]:
        return self.shapes

    def rows(self, table: str) -> Iterator[Sequence[Row]]:
        yield [list(row.values()) for row in self.kept[table]]

    def some(self, table: str, keys: Iterable[Any]) -> Mapping[Any, Row]:
        shape, wanted = self.shapes[table], set(keys)
        found = {shape.key_of(row): row for page in self.rows(table) for row in page}
        return {key: row for key, row in found.items() if key in wanted}

    def flaws(self) -> Iterable[str]:
        return ()

    @contextmanager
    def still(self) -> Iterator[Self]:
        yield self
