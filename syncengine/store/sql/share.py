"""A worker's share of the work: partitions, and questions that are answered for them only.

A delivery belongs to the partition of its owner (the customer), a record to that of the input it was born of, and what
is done about a record to the record's. Nothing that is right or wrong hangs on it: whoever meets somebody else's work
is told so by a revision or a fence. It only spares two workers to do the same.
"""

from collections.abc import Sequence
from typing import Any, Final
from zlib import crc32

from sqlalchemy import ARRAY, BigInteger, Column, Connection, Select, any_, bindparam, select

from syncengine.store.schema.knowledge import records

PARTITIONS: Final = 32
Share = Sequence[int] | None
"""The partitions of one worker; None: all of them."""


def partition_of(name: str) -> int:
    """The same in every process, for ever: rows keep it."""
    return crc32(name.encode()) % PARTITIONS


class Shared:
    """A query whose rows belong to partitions: a `partition` of their own, or that of the record whose number is in
    `record`.
    """

    def __init__(
        self, query: Select[Any], *, partition: Column[int] | None = None, record: Column[int] | None = None
    ) -> None:
        share = any_(bindparam("of_share", type_=ARRAY(BigInteger)))
        of_record = select(records.c.id).where(records.c.id == record, records.c.partition == share).exists()
        self.whole = query
        self._some = query.where(of_record if partition is None else partition == share)

    def rows(self, connection: Connection, share: Share, **asked: object) -> Sequence[Any]:
        if share is None:
            return connection.execute(self.whole, asked).all()
        return connection.execute(self._some, {**asked, "of_share": list(share)}).all()
