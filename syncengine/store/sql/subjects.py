"""Whom inputs are about, and what is not kept since it is about somebody who was erased."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, literal_column, select

from syncengine.model.erasure import Name
from syncengine.model.event import Accepted, Refused
from syncengine.store.schema.erasure import erased, subjects
from syncengine.store.schema.intake import inbox
from syncengine.store.sql.sessions import secret
from syncengine.store.sql.statement import Many, insert
from syncengine.store.sql.unit import Unit
from syncengine.store.subject import mark, rows_of, sifted, subjects_of, words

_INSERT: Final = insert(subjects)
_KNOWN: Final = Many(lambda keys: select(subjects.c.name, subjects.c.input).where(subjects.c.name.in_(keys)))
_NAMING: Final = Many(
    lambda keys: select(subjects.c.name, subjects.c.input, subjects.c.shown).where(subjects.c.name.in_(keys))
)
_UNKEPT: Final = Many(
    lambda keys: select(inbox.c.seq).where(
        inbox.c.record_id == literal_column("0"), inbox.c.payload_id > literal_column("0"), inbox.c.seq.in_(keys)
    )
)
_ANY: Final = select(erased.c.hash).limit(1)
_MARKED: Final = Many(lambda keys: select(erased.c.hash).where(erased.c.hash.in_(keys)))
_MARK: Final = insert(erased)


def name(unit: Unit, inputs: Sequence[tuple[int, Accepted]]) -> None:
    """New inputs by their places."""
    _INSERT.run(unit.connection, [(who, seq, shown) for seq, one in inputs for who, shown in rows_of(one)])


def name_again(unit: Unit, inputs: Sequence[tuple[int, Accepted]]) -> None:
    """Other bodies under known event ids: they may be about others."""
    rows = {(who, seq): shown for seq, one in inputs for who, shown in rows_of(one)}
    for known in _KNOWN.rows(unit.connection, list({who for who, _ in rows})):
        rows.pop(tuple(known), None)
    _INSERT.run(unit.connection, [(*at, shown) for at, shown in rows.items()])


def sift(unit: Unit, accepted: Sequence[Accepted]) -> tuple[Sequence[Accepted], set[Name]]:
    """The same, emptied where it is about somebody who was erased; and the names of what that shows, forgotten too."""
    if not accepted or not has_forgotten(unit.connection):
        return accepted, set()
    gone = erased_of(unit.connection, {who for one in accepted for who in subjects_of(one)})
    kept, names = sifted(accepted, gone)
    forget(unit, names)
    return kept, names


def hanging_on(unit: Unit, names: Collection[Name]) -> list[int]:
    """Inputs of before that turn out to hang on these names, and are about no record."""
    found: set[int] = set()
    asked: set[Name] = set()
    while left := set(names) - asked:
        asked |= left
        rows = [row for row in _NAMING.rows(unit.connection, sorted(left)) if row.shown]
        found.update(row.input for row in rows)
        names = {row.shown for row in rows}
    return sorted({seq for (seq,) in _UNKEPT.rows(unit.connection, sorted(found))})


def names_erased(unit: Unit, refused: Refused) -> bool:
    """Whether a line that is no delivery names somebody who was erased."""
    return has_forgotten(unit.connection) and bool(erased_of(unit.connection, words(refused.system, refused.body)))


def has_forgotten(connection: Connection) -> bool:
    """Whether anybody was ever erased."""
    return connection.execute(_ANY).first() is not None


def erased_of(connection: Connection, names: Collection[Name]) -> set[Name]:
    """Those of these names that were erased."""
    if not names or not has_forgotten(connection):
        return set()
    key = secret(connection)
    marks = {mark(key, who): who for who in names}
    return {marks[hash_] for (hash_,) in _MARKED.rows(connection, list(marks))}


def forget(unit: Unit, names: Collection[Name]) -> None:
    """From now on nothing is kept that is about one of these."""
    key = secret(unit.connection)
    marks = dict.fromkeys(mark(key, who) for who in sorted(names))
    for (known,) in _MARKED.rows(unit.connection, list(marks)):
        marks.pop(known, None)
    _MARK.run(unit.connection, [(hash_,) for hash_ in marks])
