"""A database that holds a ledger: reading and writing transactions, and errors in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from sqlalchemy import Column, Connection, Engine
from sqlalchemy.exc import DBAPIError

from syncengine.errors import SyncengineError

WRITE: Final = "ledger_write"
"""The execution option that marks a connection about to begin a writing transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """What differs between databases comes as functions.

    `first_id(connection, column, count)` reserves `count` numbers of a key column and gives the first; `explain` turns
    an error of the driver into one for people (None: a bug of ours). `stands` is asked after every commit, before it
    counts as one: it raises BusyError when what was written to is not the ledger any more. `scrub(connection)` lets go
    of what was overwritten or removed; it is given the driver's own connection.
    """

    engine: Engine
    first_id: Callable[[Connection, Column[Any], int], int]
    explain: Callable[[BaseException], SyncengineError | None]
    stands: Callable[[], None] = lambda: None
    scrub: Callable[[Any], None] = lambda _: None
    _one_writer: Lock = field(default_factory=Lock)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; nothing may be changed."""
        with self._in_words(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that is kept whole or not at all. Threads of this process take turns."""
        with self._one_writer, self._in_words(), self.engine.connect() as connection:
            marked = connection.execution_options(**{WRITE: True})
            with marked.begin():
                yield marked
            self.stands()

    def let_go(self) -> None:
        """Have no old bytes left of what was erased. Raises BusyError while others work with them."""
        with self._one_writer, self._in_words():
            raw = self.engine.raw_connection()
            try:
                self.scrub(raw.driver_connection)
            finally:
                raw.invalidate()  # it was set up otherwise
                raw.close()

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """A connection that cannot even be set up raises the driver's own error."""
        try:
            yield
        except (DBAPIError, self.engine.dialect.loaded_dbapi.Error) as error:
            explained = self.explain(getattr(error, "orig", None) or error)
            if explained is None:
                raise
            raise explained from error
