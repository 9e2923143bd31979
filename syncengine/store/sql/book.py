"""The ledger laid open for verification: see `model.book`.

Long tables are read in pages, each a short transaction of its own, so that no reader keeps a writer waiting.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final, Self

from sqlalchemy import BindParameter, Connection, Table, and_, bindparam, func, select, tuple_

from syncengine.errors import UserError
from syncengine.model.book import Head, Heads, Row, Shape
from syncengine.model.entry import ChainedEntry
from syncengine.model.payload import PayloadRow
from syncengine.model.seal import identity
from syncengine.store.schema import METADATA
from syncengine.store.schema.trail import audit, ledger, payloads, strands
from syncengine.store.sql import catalog, sealing
from syncengine.store.sql.catalog import Reading
from syncengine.store.sql.database import Database
from syncengine.store.strands import GENESIS

_FIRST_PAGE: Final = 8
_PAGE: Final = 1000
_LOWEST: Final = -(2**63)
_APART: Final = frozenset({"audit", "payloads", "strands", "ledger"})
"""Tables with a way of their own to be read."""

_ENTRIES: Final = (
    select(audit.c.number, audit.c.kind, audit.c.body, audit.c.hash)
    .where(audit.c.strand == bindparam("of_strand"), audit.c.number > bindparam("after"))
    .order_by(audit.c.number)
    .limit(bindparam("most"))
)
_NEXT_STRAND: Final = select(func.min(audit.c.strand)).where(audit.c.strand > bindparam("after"))
_PAYLOADS: Final = select(payloads).where(payloads.c.id > bindparam("after")).order_by(payloads.c.id).limit(_PAGE)


class SqlBook:
    """A Book."""

    def __init__(self, database: Database, reading: Reading | None = None) -> None:
        self._database = database
        self._reading = reading or database.reading

    def heads(self) -> Heads:
        with self._reading() as connection:
            return heads(connection)

    def strands(self) -> Sequence[int]:
        found: list[int] = []
        with self._reading() as connection:
            after: int | None = connection.execute(_NEXT_STRAND, {"after": _LOWEST}).scalar()
            while after is not None:
                if not isinstance(after, int):
                    raise UserError("a strand of the table audit is no number", remedy="restore it from a backup")
                found.append(after)
                after = connection.execute(_NEXT_STRAND, {"after": after}).scalar()
        return found

    def entries(self, strand: int, after: int | None) -> Iterator[ChainedEntry]:
        last, page = _LOWEST if after is None else after, _FIRST_PAGE
        while True:
            with self._reading() as connection:
                rows = connection.execute(_ENTRIES, {"of_strand": strand, "after": last, "most": page}).all()
            for last, kind, body, hash_ in rows:
                yield ChainedEntry(
                    strand=strand, number=_as_int(last), kind=str(kind), body=as_bytes(body), hash=as_bytes(hash_)
                )  # fmt: skip
            if len(rows) < page:
                return
            page = _PAGE

    def payloads(self) -> Iterator[PayloadRow]:
        last = _LOWEST
        while True:
            with self._reading() as connection:
                rows = connection.execute(_PAYLOADS, {"after": last}).all()
            for last, kind, record, salt, body, commitment, erased_by in rows:
                yield PayloadRow(
                    id=last,
                    kind=str(kind),
                    record=_as_int(record),
                    salt=None if salt is None else as_bytes(salt),
                    body=None if body is None else as_bytes(body),
                    commitment=as_bytes(commitment),
                    erased_by=_as_int(erased_by),
                )
            if len(rows) < _PAGE:
                return

    def tables(self) -> Mapping[str, Shape]:
        with self._reading() as connection:
            known = catalog.tables(connection)
        return {
            name: Shape(columns=table.c.keys(), key=[column.name for column in table.primary_key.columns])
            for name, table in METADATA.tables.items()
            if name not in _APART and name in known
        }

    def rows(self, table: str) -> Iterator[Sequence[Row]]:
        of = METADATA.tables[table]
        first, more = _pages(of)
        question, last = first, dict[str, Any]()
        while True:
            with self._reading() as connection:
                rows = connection.execute(question, last).all()
            if rows:
                yield rows
            if len(rows) < _PAGE:
                return
            names = of.c.keys()
            last = {f"after_{c.name}": rows[-1][names.index(c.name)] for c in of.primary_key.columns}
            question = more

    def some(self, table: str, keys: Iterable[Any]) -> Mapping[Any, Row]:
        with self._reading() as connection:
            return sealing.read(connection, METADATA.tables[table], list(keys))

    def flaws(self) -> Iterable[str]:
        return catalog.flaws(self._reading)

    @contextmanager
    def still(self) -> Iterator[Self]:
        with self._reading() as connection:
            yield type(self)(self._database, lambda: nullcontext(connection))


def heads(connection: Connection) -> Heads:
    stands = connection.execute(select(ledger)).first()
    if stands is None:
        return Heads(strands=_strands(connection), payload=_last_payload(connection))
    checkpoint, secret = as_bytes(stands.checkpoint), as_bytes(stands.secret)
    return Heads(
        strands=_strands(connection),
        checkpoint=b"" if checkpoint == GENESIS else checkpoint,
        turn=_as_int(stands.turn),
        payload=_last_payload(connection),
        secret=secret,
        project=str(stands.project),
        identity=identity(stands.project, stands.opened_at, secret),
        schema=catalog.sealed(connection),
    )


def _strands(connection: Connection) -> Mapping[int, Head]:
    rows = connection.execute(select(strands.c.id, strands.c.count, strands.c.head, strands.c.session_id))
    return {
        row.id: Head(count=_as_int(row.count), head=as_bytes(row.head), session=_as_int(row.session_id)) for row in rows
    }


def _last_payload(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(payloads.c.id), 0))).scalar_one())


def _pages(table: Table) -> tuple[Any, Any]:
    """The first page of a table, and the one behind a key."""
    key = list(table.primary_key.columns)
    page = select(table).order_by(*key).limit(_PAGE)
    after: list[BindParameter[Any]] = [bindparam(f"after_{column.name}") for column in key]
    if len(key) == 1:
        return page, page.where(and_(key[0] > after[0]))
    return page, page.where(tuple_(*key) > tuple_(*after))


def as_bytes(kept: Any) -> bytes:
    """What stands in a column of bytes, even where somebody wrote something else into it."""
    return bytes(kept) if isinstance(kept, (bytes, memoryview)) else str(kept).encode()


def _as_int(kept: Any) -> int:
    """What stands in a column of numbers; -1, which no such column has, where somebody wrote something else into it."""
    return kept if isinstance(kept, int) else -1
