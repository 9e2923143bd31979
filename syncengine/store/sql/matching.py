"""Matching: the keys of both sides, how far each flow has been listed, and who is not matched yet."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select, tuple_

from syncengine.errors import FenceLostError
from syncengine.model.decision import Link
from syncengine.model.matching import Chosen, Keys, Listing, Neighbourhood, PairMark, Theirs
from syncengine.model.record import Record
from syncengine.store.closure import closure
from syncengine.store.moment import from_micros, to_micros
from syncengine.store.protocol import DecisionBatch
from syncengine.store.schema.column import words
from syncengine.store.schema.knowledge import links
from syncengine.store.schema.knowledge import records as record_table
from syncengine.store.schema.matching import keyed, listings, ours, pairings, suspects, theirs
from syncengine.store.sql import records
from syncengine.store.sql.share import Share, Shared
from syncengine.store.sql.statement import Bulk, Many, insert
from syncengine.store.sql.subjects import erased_of
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import PairState

_WAITING, _READING, _REVIEW = words((PairState.WAITING, PairState.READING, PairState.REVIEW))
_at_pairing = (pairings.c.record_id == bindparam("of_record"), pairings.c.flow == bindparam("of_flow"))

_OURS: Final = Many(lambda keys: select(ours.c.record_id, ours.c.rule, ours.c.hash).where(ours.c.record_id.in_(keys)))
_SAYING: Final = Many(lambda keys: select(ours.c.record_id).where(ours.c.hash.in_(keys)))
_SAYING_FREE: Final = Many(
    lambda keys: select(ours.c.record_id).where(
        ~select(links.c.record_id)
        .where(links.c.record_id == ours.c.record_id, links.c.flow == bindparam("of_flow"))
        .exists(),
        ours.c.hash.in_(keys),
    ),
    "of_flow",
)
_FREE: Final = Many(
    lambda keys: select(ours.c.record_id, ours.c.rule, ours.c.hash).where(
        ~select(links.c.record_id)
        .where(links.c.record_id == ours.c.record_id, links.c.flow == bindparam("of_flow"))
        .exists(),
        ours.c.record_id.in_(keys),
    ),
    "of_flow",
)
_LINKED: Final = Many(
    lambda keys: select(links.c.record_id).where(links.c.flow == bindparam("of_flow"), links.c.record_id.in_(keys)),
    "of_flow",
)
_THEIRS: Final = Many(
    lambda keys: select(theirs.c.external_id, theirs.c.rule, theirs.c.hash, theirs.c.at).where(
        theirs.c.flow == bindparam("of_flow"), theirs.c.external_id.in_(keys)
    ),
    "of_flow",
)
_SHOWING: Final = Many(
    lambda keys: select(theirs.c.external_id).where(
        ~select(links.c.external_id)
        .where(links.c.external_id == theirs.c.external_id, links.c.flow == theirs.c.flow)
        .exists(),
        theirs.c.flow == bindparam("of_flow"),
        theirs.c.hash.in_(keys),
    ),
    "of_flow",
)
_PAIRED: Final = Many(
    lambda keys: select(pairings.c.record_id, pairings.c.state).where(
        pairings.c.flow == bindparam("of_flow"), pairings.c.record_id.in_(keys)
    ),
    "of_flow",
)
_READ: Final = Many(
    lambda keys: select(pairings.c.external_id, pairings.c.record_id).where(
        pairings.c.state == _READING, pairings.c.flow == bindparam("of_flow"), pairings.c.external_id.in_(keys)
    ),
    "of_flow",
)
_TO_PAIR: Final = Shared(
    select(pairings.c.record_id)
    .where(pairings.c.state == _WAITING, pairings.c.flow == bindparam("of_flow"))
    .order_by(pairings.c.record_id)
    .limit(bindparam("most")),
    record=pairings.c.record_id,
)
_ENTITIES: Final = Many(
    lambda keys: select(record_table.c.id, record_table.c.entity).where(record_table.c.id.in_(keys))
)
_OPEN: Final = or_(pairings.c.state == _REVIEW, pairings.c.state == _READING)
_ANY_QUESTION: Final = select(pairings.c.flow).where(_OPEN).distinct()
_INSERT_OURS: Final = insert(ours)
_DROP_OURS: Final = Bulk(ours.delete().where(ours.c.record_id == bindparam("of_record")), "of_record")
_INSERT_THEIRS: Final = insert(theirs)
_DROP_THEIRS: Final = Bulk(
    theirs.delete().where(theirs.c.external_id == bindparam("of_id"), theirs.c.flow == bindparam("of_flow")),
    "of_id", "of_flow",
)  # fmt: skip
_INSERT_PAIRINGS: Final = insert(pairings)
_DROP_PAIRINGS: Final = Bulk(pairings.delete().where(*_at_pairing), "of_record", "of_flow")
_INSERT_SUSPECTS: Final = insert(suspects)
_DROP_SUSPECTS: Final = Bulk(
    suspects.delete().where(suspects.c.record_id == bindparam("of_record"), suspects.c.flow == bindparam("of_flow")),
    "of_record", "of_flow",
)  # fmt: skip
_ASK_AGAIN: Final = Bulk(
    pairings.update().where(*_at_pairing, _OPEN).values(state=_WAITING), "of_record", "of_flow"
)


def check(connection: Connection, batch: DecisionBatch) -> None:
    """Raises FenceLostError when what the matching of a batch rested on is not what is there now."""
    for one in batch.compared:
        if neighbourhood(connection, one.flow, one.records) != one.around:
            raise FenceLostError(f"somebody in {one.flow} says something else since they were compared")
    if batch.chosen and chosen(connection, batch.chosen) != batch.chosen:
        raise FenceLostError("somebody is matched with another one, or asked about, since they were chosen")


def commit(unit: Unit, batch: DecisionBatch, numbers: Mapping[str, int], made: Sequence[tuple[int, Link]]) -> None:
    """First where everybody stands by this batch, then who is to be compared again because of it."""
    _mark(unit, batch.pairs, numbers)
    _put_ours(unit, [(numbers[entity], keys) for entity, keys in batch.ours])
    _put_theirs(unit, batch.theirs, None)
    by_flow: dict[str, dict[str, int]] = {}
    for record, link in made:
        by_flow.setdefault(link.flow, {})[link.id] = record
    for flow, linked in by_flow.items():
        said = _said(_keys(_OURS.rows(unit.connection, list(linked.values()))).values())
        said |= {bytes(hash_) for _, _, hash_, _ in _THEIRS.rows(unit.connection, list(linked), flow)}
        _ask_again(unit, flow, said)


def _mark(unit: Unit, marks: Sequence[PairMark], numbers: Mapping[str, int]) -> None:
    newest = {(numbers[mark.entity], mark.flow): mark for mark in marks}
    _DROP_PAIRINGS.run(unit.connection, list(newest))
    _DROP_SUSPECTS.run(unit.connection, list(newest))
    rows = [(*at, mark.state.value, mark.id) for at, mark in newest.items() if mark.state is not None]
    _INSERT_PAIRINGS.run(unit.connection, rows)
    named = [(id_, flow, record) for (record, flow), mark in newest.items() for id_ in dict.fromkeys(mark.suspects)]
    _INSERT_SUSPECTS.run(unit.connection, named)


def _put_ours(unit: Unit, keys: Sequence[tuple[int, Keys]]) -> None:
    newest = dict(keys)
    before = _keys(_OURS.rows(unit.connection, list(newest)))
    _DROP_OURS.run(unit.connection, [(record,) for record in newest])
    rows = [(record, rule, hash_) for record, said in newest.items() for rule, hash_ in said.items()]
    _INSERT_OURS.run(unit.connection, rows)
    moved = _moved(before, newest)
    for flow in unit.connection.execute(_ANY_QUESTION).scalars().all() if moved else ():
        _ask_again(unit, flow, moved)


def _put_theirs(unit: Unit, shown: Sequence[Theirs], listing: int | None) -> None:
    """What was shown earlier than what is known already tells nothing; a listing is a look of our own, and does."""
    by_flow: dict[str, dict[str, Theirs]] = {}
    for one in shown:
        known = by_flow.setdefault(one.flow, {})
        if listing is not None or one.id not in known or known[one.id].at <= one.at:
            known[one.id] = one
    for flow, newest in by_flow.items():
        _put_shown(unit, flow, newest, listing)


def _put_shown(unit: Unit, flow: str, shown: Mapping[str, Theirs], listing: int | None) -> None:
    rows = _THEIRS.rows(unit.connection, list(shown), flow)
    at = {id_: micros for id_, _, _, micros in rows}
    newer = {id_: one for id_, one in shown.items() if listing is not None or to_micros(one.at) >= at.get(id_, 0)}
    linked = records.linked(unit.connection, ((flow, id_) for id_ in newer))
    gone = erased_of(unit.connection, {f"{flow}:{id_}" for id_ in newer})
    free = {i: one for i, one in newer.items() if (flow, i) not in linked and f"{flow}:{i}" not in gone}
    number = listing or _number(unit.connection, flow)
    _DROP_THEIRS.run(unit.connection, [(id_, flow) for id_ in newer])
    _INSERT_THEIRS.run(
        unit.connection,
        [(i, flow, rule, h, to_micros(one.at), number) for i, one in free.items() for rule, h in one.keys.items()],
    )
    before = _keys((id_, rule, hash_) for id_, rule, hash_, _ in rows if id_ in newer)
    _compare(unit, flow, _moved({i: k for i, k in before.items() if i in free}, {i: o.keys for i, o in free.items()}))
    _ask_again(unit, flow, _moved(before, {id_: one.keys for id_, one in newer.items()}))


def _number(connection: Connection, flow: str) -> int:
    return connection.execute(select(listings.c.number).where(listings.c.flow == flow)).scalar() or 0


def _compare(unit: Unit, flow: str, hashes: set[bytes]) -> None:
    """Entities that say one of these, and are not linked there, are to be compared."""
    if hashes:
        _wait(unit, flow, [record for (record,) in _SAYING_FREE.rows(unit.connection, sorted(hashes), flow)])


def _wait(unit: Unit, flow: str, numbers: Iterable[int]) -> None:
    wanted = dict.fromkeys(numbers)
    for record, _ in _PAIRED.rows(unit.connection, list(wanted), flow):
        wanted.pop(record, None)
    _INSERT_PAIRINGS.run(unit.connection, [(record, flow, PairState.WAITING.value, "") for record in wanted])


def _ask_again(unit: Unit, flow: str, hashes: set[bytes]) -> None:
    """Open questions about entities that say one of these are to be judged again, and so are matches that are not read
    yet.
    """
    if hashes:
        saying = dict.fromkeys(record for (record,) in _SAYING.rows(unit.connection, sorted(hashes)))
        _ASK_AGAIN.run(unit.connection, [(record, flow) for record in saying])


def _keys(rows: Iterable[Any]) -> dict[Any, dict[str, bytes]]:
    """Rows of (who, rule, hash)."""
    found: dict[Any, dict[str, bytes]] = {}
    for who, rule, hash_ in rows:
        found.setdefault(who, {})[rule] = bytes(hash_)
    return found


def _said(keys: Iterable[Keys]) -> set[bytes]:
    return {hash_ for each in keys for hash_ in each.values()}


def _moved(before: Mapping[Any, Keys], after: Mapping[Any, Keys]) -> set[bytes]:
    """Every hash that somebody says no longer, or says now."""
    found: set[bytes] = set()
    for who in {*before, *after}:
        found |= set(before.get(who, {}).values()) ^ set(after.get(who, {}).values())
    return found


# --- listings


def listing(connection: Connection, flow: str) -> Listing | None:
    row = connection.execute(select(listings).where(listings.c.flow == flow)).first()
    return None if row is None else Listing(digest=row.digest, number=row.number, complete=bool(row.complete))


def begin_listing(unit: Unit, flow: str, digest: str) -> int:
    number = _number(unit.connection, flow) + 1
    unit.sealing.touched(listings, [flow])
    unit.connection.execute(listings.delete().where(listings.c.flow == flow))
    row = {"flow": flow, "digest": digest, "number": number, "complete": 0, "at": unit.at}
    unit.connection.execute(listings.insert().values(**row))
    _wait_again(unit, pairings.c.flow == flow, pairings.c.state == _READING)
    return number


def keep_listed(unit: Unit, number: int, shown: Sequence[Theirs]) -> None:
    _put_theirs(unit, shown, number)


def _wait_again(unit: Unit, *where: ColumnElement[bool]) -> None:
    found = unit.connection.execute(select(*pairings.primary_key.columns).where(*where)).all()
    unit.sealing.touched(pairings, map(tuple, found))
    unit.connection.execute(pairings.update().where(*where).values(state=_WAITING))


def end_listing(unit: Unit, flow: str, number: int) -> None:
    if _number(unit.connection, flow) != number:
        return
    unseen = (theirs.c.flow == flow, theirs.c.listing < number)
    found = unit.connection.execute(select(*theirs.primary_key.columns).where(*unseen)).all()
    unit.sealing.touched(theirs, map(tuple, found))
    unit.connection.execute(theirs.delete().where(*unseen))
    _wait_again(unit, pairings.c.flow == flow, _OPEN)
    unit.sealing.touched(listings, [flow])
    unit.connection.execute(listings.update().where(listings.c.flow == flow).values(complete=1, at=unit.at))


# --- keys of all entities


def digest_of(connection: Connection, object_name: str) -> str:
    return connection.execute(select(keyed.c.digest).where(keyed.c.object == object_name)).scalar() or ""


def records_of(connection: Connection, object_name: str, after: int, limit: int) -> Sequence[Record]:
    wanted = (
        select(record_table.c.id)
        .where(record_table.c.object == object_name, record_table.c.id > after)
        .order_by(record_table.c.id)
        .limit(limit)
    )
    found = records.by_id(connection, connection.execute(wanted).scalars())
    return [found[number] for number in sorted(found)]


def keep_ours(unit: Unit, keys: Sequence[tuple[int, Keys]], flows: Sequence[str]) -> None:
    _put_ours(unit, keys)
    numbers = [record for record, _ in keys]
    for flow in flows:
        known = {record for (record,) in _LINKED.rows(unit.connection, numbers, flow)}
        _wait(unit, flow, [record for record in numbers if record not in known])


def end_keying(unit: Unit, object_name: str, digest: str) -> None:
    unit.sealing.touched(keyed, [object_name])
    unit.connection.execute(keyed.delete().where(keyed.c.object == object_name))
    unit.connection.execute(keyed.insert().values(object=object_name, digest=digest))


# --- answers


def unpaired(connection: Connection) -> Mapping[tuple[str, PairState], int]:
    counted = select(pairings.c.flow, pairings.c.state, func.count()).group_by(pairings.c.flow, pairings.c.state)
    found = {(flow, PairState(state)): count for flow, state, count in connection.execute(counted)}
    return dict(sorted(found.items()))


def to_pair(connection: Connection, share: Share, flow: str, limit: int) -> Sequence[Record]:
    waiting = _TO_PAIR.rows(connection, share, of_flow=flow, most=limit)
    found = records.by_id(connection, [number for (number,) in waiting])
    return [found[number] for number in sorted(found)]


def neighbourhood(connection: Connection, flow: str, numbers: Sequence[int]) -> Neighbourhood:
    here, there = closure(
        _keys(_FREE.rows(connection, numbers, flow)),
        partial(_theirs_by, connection, flow),
        partial(_ours_by, connection, flow),
    )
    entities = dict(_ENTITIES.rows(connection, list(here)))
    return Neighbourhood(ours={entities[number]: keys for number, keys in here.items()}, theirs=there)


def _theirs_by(connection: Connection, flow: str, hashes: set[bytes]) -> dict[str, dict[str, bytes]]:
    ids = list(dict.fromkeys(id_ for (id_,) in _SHOWING.rows(connection, sorted(hashes), flow)))
    return _keys((id_, rule, hash_) for id_, rule, hash_, _ in _THEIRS.rows(connection, ids, flow))


def _ours_by(connection: Connection, flow: str, hashes: set[bytes]) -> dict[int, dict[str, bytes]]:
    found = dict.fromkeys(record for (record,) in _SAYING_FREE.rows(connection, sorted(hashes), flow))
    return _keys(_OURS.rows(connection, list(found)))


def chosen(connection: Connection, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Chosen]:
    by_flow: dict[str, list[str]] = {}
    for flow, id_ in wanted:
        by_flow.setdefault(flow, []).append(id_)
    rows = [(record, flow, id_) for flow, ids in by_flow.items() for id_, record in _READ.rows(connection, ids, flow)]
    read = {(flow, id_): record for record, flow, id_ in sorted(rows, reverse=True)}  # the first of ours, if several
    found = records.by_id(connection, read.values())
    ours = _keys(_OURS.rows(connection, list(found)))
    said: dict[tuple[str, str], dict[str, bytes]] = {}
    at: dict[tuple[str, str], datetime] = {}
    for flow, ids in by_flow.items():
        for id_, rule, hash_, micros in _THEIRS.rows(connection, ids, flow):
            said.setdefault((flow, id_), {})[rule] = bytes(hash_)
            at[flow, id_] = from_micros(micros)
    return {
        link: Chosen(record=found[number], ours=ours.get(number, {}), theirs=said.get(link, {}), at=at.get(link))
        for link, number in read.items()
    }


def suspected(connection: Connection, text: str) -> Mapping[tuple[str, str], tuple[int, ...]]:
    """Their records, (flow, id), that the text names, each with the entities it might be."""
    flow, _, id_ = text.partition(":")
    named = tuple_(suspects.c.flow, suspects.c.external_id) == tuple_(flow, id_)
    rows = connection.execute(
        select(suspects.c.flow, suspects.c.external_id, suspects.c.record_id)
        .where(or_(suspects.c.external_id == text, named))
        .order_by(suspects.c.flow, suspects.c.external_id, suspects.c.record_id)
    )
    found: dict[tuple[str, str], tuple[int, ...]] = {}
    for of_flow, of_id, record in rows:
        found[of_flow, of_id] = (*found.get((of_flow, of_id), ()), record)
    return found
