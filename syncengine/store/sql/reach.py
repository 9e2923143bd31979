"""What the ledger holds of one person or company. Every question is a short transaction of its own, so that nobody who
writes has to wait; what comes in between is found when it is asked again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, literal_column, select

from syncengine.canonical import decode
from syncengine.errors import UserError
from syncengine.model.erasure import LegalHold, Name, Reach
from syncengine.store.erased import BUSY
from syncengine.store.reach import Closure, Link, closure, means, refers
from syncengine.store.schema.column import words
from syncengine.store.schema.erasure import erasing, subjects, unnamed
from syncengine.store.schema.intake import about_record, inbox, refusals, repeats
from syncengine.store.schema.knowledge import links, records, reviews
from syncengine.store.schema.matching import theirs
from syncengine.store.schema.trail import payloads
from syncengine.store.schema.work import actions
from syncengine.store.sql import legal_holds
from syncengine.store.sql.database import Database
from syncengine.store.sql.find import find
from syncengine.store.sql.statement import Many
from syncengine.store.sql.subjects import erased_of
from syncengine.store.subject import says
from syncengine.vocabulary import InboxState, InputKind

_PAGE: Final = 2000
NONE: Final[ColumnElement[int]] = literal_column("0")
_NAMING: Final = Many(
    lambda keys: select(subjects.c.name, subjects.c.input, subjects.c.shown).where(subjects.c.name.in_(keys))
)
_RECORD_OF: Final = Many(
    lambda keys: select(inbox.c.seq, inbox.c.record_id).where(inbox.c.seq.in_(keys), about_record(inbox))
)
_ABOUT: Final = Many(lambda keys: select(inbox.c.seq).where(about_record(inbox), inbox.c.record_id.in_(keys)))
_LINKS: Final = Many(lambda keys: select(links.c.flow, links.c.external_id).where(links.c.record_id.in_(keys)))
_STATE: Final = Many(
    lambda keys: select(records.c.id, records.c.object, records.c.state).where(records.c.id.in_(keys))
)
_INPUT: Final = Many(
    lambda keys: select(inbox.c.seq, inbox.c.state, inbox.c.body_hash, inbox.c.payload_id).where(inbox.c.seq.in_(keys))
)
_THEIRS: Final = Many(
    lambda keys: select(theirs.c.flow, theirs.c.external_id).where(theirs.c.external_id.in_(keys))
)
_FILES: Final = Many(lambda keys: select(inbox.c.seq, inbox.c.file).where(inbox.c.seq.in_(keys)))
_ANY_BEGUN: Final = select(erasing.c.number).limit(1)
_LEFT: Final = Many(
    lambda keys: select(payloads.c.id).where(payloads.c.erased_by == NONE, payloads.c.id.in_(keys))
)
_COLLIDED: Final = Many(lambda keys: select(repeats.c.input, repeats.c.payload_id).where(repeats.c.input.in_(keys)))
_ASKED: Final = Many(lambda keys: select(reviews.c.input, reviews.c.payload_id).where(reviews.c.input.in_(keys)))
_BUSY: Final = Many(
    lambda keys: select(actions.c.id, actions.c.flow, actions.c.kind, actions.c.state).where(
        actions.c.state.in_(words(BUSY)), actions.c.record_id.in_(keys)
    )
)
_RECORDS: Final = (
    select(records.c.id, records.c.state).where(records.c.id > bindparam("after")).order_by(records.c.id).limit(_PAGE)
)
_PAYLOADS: Final = (
    select(payloads.c.id, payloads.c.record_id)
    .where(payloads.c.id > bindparam("after"), payloads.c.record_id > 0, payloads.c.erased_by == 0)
    .order_by(payloads.c.id)
    .limit(_PAGE)
)
_REFUSALS: Final = (
    select(refusals.c.id, refusals.c.system, payloads.c.body)
    .join(payloads, payloads.c.id == refusals.c.payload_id)
    .where(refusals.c.id > bindparam("after"), payloads.c.erased_by == 0)
    .order_by(refusals.c.id)
    .limit(_PAGE)
)
_UNNAMED: Final = (
    select(inbox.c.seq, inbox.c.system, inbox.c.kind, payloads.c.body)
    .join(payloads, payloads.c.id == inbox.c.payload_id)
    .where(inbox.c.seq > bindparam("after"), inbox.c.seq <= bindparam("last"), payloads.c.erased_by == 0)
    .order_by(inbox.c.seq)
    .limit(_PAGE)
)


class _Ground:
    """Looks things up in an SQL ledger, see `store.reach.Ground`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, question: Many, keys: Collection[Any]) -> Sequence[Any]:
        with self._database.reading() as connection:
            return question.rows(connection, sorted(keys))

    def first(self, question: Select[Any]) -> Any:
        with self._database.reading() as connection:
            return connection.execute(question).first()

    def pages(self, question: Select[Any], **asked: int) -> Iterator[Any]:
        """Every row, by its first column."""
        after = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(question, {"after": after, **asked}).all()
            yield from rows
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def systems(self) -> Collection[str]:
        with self._database.reading() as connection:
            return connection.execute(select(inbox.c.system).distinct()).scalars().all()

    def naming(self, names: Collection[Name]) -> Iterable[tuple[Name, int, Name]]:
        return {tuple(row) for row in self.ask(_NAMING, names)}

    def records_of(self, inputs: Collection[int]) -> Mapping[int, int]:
        return dict(map(tuple, self.ask(_RECORD_OF, inputs)))

    def inputs_about(self, record_ids: Collection[int]) -> Iterable[int]:
        return [seq for (seq,) in self.ask(_ABOUT, record_ids)]

    def links_of(self, record_ids: Collection[int]) -> Iterable[Link]:
        return [(flow, id_) for flow, id_ in self.ask(_LINKS, record_ids)]

    def referring(self, linked: Collection[Link]) -> Iterable[int]:
        return [number for number, state in self.pages(_RECORDS) if refers(state, linked)]


def reach(database: Database, text: str) -> Reach | None:
    """None where nothing in the ledger answers to this id. Raises UserError for one that means several records."""
    ground = _Ground(database)
    found = _closure(ground, database, text)
    with database.reading() as connection:
        holds = legal_holds.all_of(connection)
        known = bool(found.records or found.names or erased_of(connection, _spelled(ground, text)))
    told = _told(ground, text, found)
    if not known and told.is_empty:
        return None
    stopping = tuple(hold for hold in holds if found.meets(_of_hold(ground, database, hold)))
    return replace(told, held=stopping, holds=frozenset(hold.subject for hold in holds))


def _closure(ground: _Ground, database: Database, text: str) -> Closure:
    with database.reading() as connection:
        hits = [hit for hit in find(connection, text) if hit.what in ("link", "entity", "candidate")]
    numbers = {number for hit in hits if hit.what != "candidate" for number in hit.records}
    if len(numbers) > 1:
        labels = ", ".join(sorted(hit.label for hit in hits if hit.records)[:5])
        said = f"'{text}' means several records: {labels}"
        raise UserError(said, remedy="say which one, as SYSTEM:OBJECT:ID", rule="erase/several")
    names = means(ground, text, next(iter(numbers), 0))
    names |= {":".join(hit.label.split(" ", 1)) for hit in hits if hit.what == "candidate"}
    return closure(ground, names, numbers)


def _spelled(ground: _Ground, text: str) -> set[Name]:
    return {text, *(f"{system}:{text}" for system in ground.systems())}


def _of_hold(ground: _Ground, database: Database, hold: LegalHold) -> Closure:
    found = Closure()
    with suppress(UserError):  # an id that means several by now still stands for itself
        found = _closure(ground, database, hold.subject)
    found.names |= _spelled(ground, hold.subject)
    return found


def _told(ground: _Ground, text: str, found: Closure) -> Reach:
    known = {number: (name, state) for number, name, state in ground.ask(_STATE, found.records)}
    left = sorted(number for number, (_, state) in known.items() if not is_erased(state))
    said = found.names if text.isdigit() else found.names | _spelled(ground, text)  # a number stands anywhere
    inputs, lines = _inputs(ground, found, said), _refusals(ground, said)
    going = sorted(set(map(tuple, ground.ask(_BUSY, found.records))))
    busy = tuple(f"{kind} in {flow} (action:{number}, {state})" for number, flow, kind, state in going)
    objects: dict[str, int] = {}
    for number in left:
        objects[known[number][0]] = objects.get(known[number][0], 0) + 1
    names = found.names | {f"{flow}:{id_}" for flow, id_ in found.links} or (said if inputs or lines else set())
    return Reach(
        subject=text,
        names=frozenset(names),
        records=tuple(left),
        inputs=inputs,
        refusals=lines,
        payloads=tuple(number for number, record in ground.pages(_PAYLOADS) if record in found.records),
        candidates=_candidates(ground, found.names),
        objects=objects,
        files=tuple(sorted({file for _, file in ground.ask(_FILES, found.inputs) if file})),
        begun=ground.first(_ANY_BEGUN) is not None,
        busy=busy,
    )


def _candidates(ground: _Ground, names: Collection[Name]) -> tuple[Link, ...]:
    named = {(flow, id_) for flow, _, id_ in (name.partition(":") for name in names)}
    return tuple(sorted({(flow, id_) for flow, id_ in ground.ask(_THEIRS, {id_ for _, id_ in named})} & named))


def is_erased(state: str) -> bool:
    """Whether a record's document says that it was erased."""
    return '"z":"' in state and bool(decode(state.encode()).get("z"))


def _inputs(ground: _Ground, found: Closure, said: Collection[Name]) -> tuple[int, ...]:
    """Those of which something is left. One that is about somebody else, and not judged yet, is left to that."""
    own = {seq for _, seq, shown in ground.naming(found.names) if shown} | set(ground.inputs_about(found.records))
    mentioning = (found.inputs - own) | set(_unnamed(ground, said))
    rows = ground.ask(_INPUT, own | mentioning)
    kept = {payload for *_, payload in rows} - {0}
    bodies = {seq: {payload} for seq, *_, payload in rows}
    for question in (_COLLIDED, _ASKED):
        for seq, payload in ground.ask(question, [seq for seq, *_ in rows]):
            bodies[seq].add(payload)
            kept.add(payload)
    left = {number for (number,) in ground.ask(_LEFT, kept)}
    return tuple(
        sorted(
            seq
            for seq, state, hash_, _ in rows
            if (seq in own or state == InboxState.DONE) and (bytes(hash_) or not left.isdisjoint(bodies[seq]))
        )
    )


def _unnamed(ground: _Ground, names: Collection[Name]) -> Iterator[int]:
    """Inputs of an older ledger that say one of these names, wherever in them."""
    with ground._database.reading() as connection:  # noqa: SLF001 - one module
        runs = connection.execute(select(unnamed.c.first, unnamed.c.last)).all()
    for first, last in runs:
        for seq, system, kind, body in ground.pages(_UNNAMED, last=last):
            if seq < first:
                continue
            if kind == InputKind.READING:
                said = decode(bytes(body))
                if f"{said.get('flow')}:{said.get('id')}" in names:
                    yield seq
            elif says(names, system, bytes(body)):
                yield seq


def _refusals(ground: _Ground, names: Collection[Name]) -> tuple[int, ...]:
    rows = ground.pages(_REFUSALS)
    return tuple(number for number, system, body in rows if says(names, system, bytes(body)))
