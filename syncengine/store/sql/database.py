"""A database that holds a ledger: reading and writing transactions, and errors in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from sqlalchemy import Column, Connection, Engine, RootTransaction
from sqlalchemy.exc import DBAPIError

from syncengine.errors import SyncengineError

WRITE: Final = "ledger_write"
"""The execution option that marks a connection about to begin a writing transaction."""


TRANSACTION: Final = "ledger_transaction"
"""Where a connection keeps the name of its transaction, if the database can tell by it later what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """What differs between databases comes as functions.

    `first_id(connection, column, count)` reserves `count` numbers of a key column and gives the first; `explain` turns
    an error of the driver into one for people (None: a bug of ours). `stands` is asked after every commit, before it
    counts as one: it raises BusyError when what was written to is not the ledger any more. `was_kept(engine,
    name)` tells whether a transaction was committed whose connection broke at that moment. `scrub(connection)` lets go
    of what was overwritten or removed; it is given the driver's own connection.
    """

    engine: Engine
    first_id: Callable[[Connection, Column[Any], int], int]
    explain: Callable[[BaseException], SyncengineError | None]
    stands: Callable[[], None] = lambda: None
    was_kept: Callable[[Engine, str], bool] = lambda _engine, _name: False
    scrub: Callable[[Any], None] = lambda _: None
    _one_writer: Lock = field(default_factory=Lock)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; nothing may be changed."""
        with self._in_words(), self._begun(writes=False) as (_, connection):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that is kept whole or not at all. Threads of this process take turns."""
        with self._one_writer, self._in_words():
            with self._begun(writes=True) as (transaction, connection):
                yield connection
                self._commit(transaction, connection.info.get(TRANSACTION))
            self.stands()

    @contextmanager
    def _begun(self, *, writes: bool) -> Iterator[tuple[RootTransaction, Connection]]:
        connection = self._connect(writes=writes)
        transaction = connection.get_transaction()
        assert transaction is not None, "it was begun"
        with connection:
            try:
                yield transaction, connection
            except BaseException:
                transaction.rollback()
                raise
            if transaction.is_active:
                transaction.commit()

    def _connect(self, *, writes: bool) -> Connection:
        """With its transaction begun. A connection that broke while nobody used it is replaced, once."""
        for again in (True, False):
            connection = self.engine.connect().execution_options(**{WRITE: writes})
            try:
                connection.begin()
            except BaseException as error:
                connection.close()
                if again and isinstance(error, DBAPIError) and error.connection_invalidated:
                    continue
                raise
            break
        return connection

    def _commit(self, transaction: RootTransaction, name: str | None) -> None:
        """When the connection breaks before the answer comes, the database is asked what it did."""
        try:
            transaction.commit()
        except DBAPIError as error:
            if name is None or not error.connection_invalidated or not self.was_kept(self.engine, name):
                raise

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
