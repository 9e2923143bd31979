"""Matching: the keys of both sides, how far each flow has been listed, and who is not matched yet."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from syncengine.errors import FenceLostError
from syncengine.model.decision import Link
from syncengine.model.matching import Chosen, Keys, Listing, Neighbourhood, PairMark, Theirs
from syncengine.model.record import Record
from syncengine.store.closure import closure
from syncengine.store.memory.ledger import Ledger, PairRow, TheirRow
from syncengine.store.memory.subjects import erased_of
from syncengine.store.memory.transaction import Transaction
from syncengine.store.protocol import DecisionBatch
from syncengine.vocabulary import PairState

_OPEN = (PairState.REVIEW, PairState.READING)


def check(ledger: Ledger, batch: DecisionBatch) -> None:
    """Raises FenceLostError when what the matching of a batch rested on is not what is there now."""
    for one in batch.compared:
        if neighbourhood(ledger, one.flow, one.records) != one.around:
            raise FenceLostError(f"somebody in {one.flow} says something else since they were compared")
    if batch.chosen and chosen(ledger, batch.chosen) != batch.chosen:
        raise FenceLostError("somebody is matched with another one, or asked about, since they were chosen")


def commit(t: Transaction, batch: DecisionBatch, made: Sequence[Link]) -> None:
    """First where everybody stands by this batch, then who is to be compared again because of it."""
    for mark in batch.pairs:
        _mark(t.ledger, mark)
    for entity, keys in dict(batch.ours).items():
        _put_ours(t.ledger, t.ledger.by_entity[entity], keys)
    for one in _newest(batch.theirs, None):
        _put_theirs(t.ledger, one, None)
    for link in made:
        _ask_again(t.ledger, link.flow, _said_by(t.ledger, link))


def _mark(ledger: Ledger, mark: PairMark) -> None:
    at = (ledger.by_entity[mark.entity], mark.flow)
    if mark.state is None:
        ledger.pairings.drop(at)
    else:
        ledger.pairings.put(at, PairRow(state=mark.state, id=mark.id, suspects=tuple(dict.fromkeys(mark.suspects))))


def _put_ours(ledger: Ledger, record: int, keys: Keys) -> None:
    moved = _difference(ledger.ours.get(record) or {}, keys)
    if keys:
        ledger.ours.put(record, dict(keys))
    else:
        ledger.ours.drop(record)
    for flow in {flow for _, flow in ledger.pairings}:
        _ask_again(ledger, flow, moved)


def _newest(shown: Iterable[Theirs], listing: int | None) -> Iterable[Theirs]:
    """One for each record of theirs."""
    found: dict[tuple[str, str], Theirs] = {}
    for one in shown:
        known = found.get((one.flow, one.id))
        if listing is not None or known is None or known.at <= one.at:
            found[one.flow, one.id] = one
    return found.values()


def _put_theirs(ledger: Ledger, one: Theirs, listing: int | None) -> None:
    """What was shown earlier than what is known already tells nothing; a listing is a look of our own, and does."""
    at = (one.flow, one.id)
    known = ledger.theirs.get(at)
    if listing is None and known is not None and known.at > one.at:
        return
    moved = _difference({} if known is None else known.keys, one.keys)
    if one.keys and at not in ledger.links and not erased_of(ledger, {f"{one.flow}:{one.id}"}):
        number = current.number if (current := ledger.listings.get(one.flow)) else 0
        ledger.theirs.put(at, TheirRow(keys=dict(one.keys), at=one.at, listing=listing or number))
        _compare(ledger, one.flow, moved)
    else:
        ledger.theirs.drop(at)
    _ask_again(ledger, one.flow, moved)


def _difference(one: Keys, other: Keys) -> set[bytes]:
    return set(one.values()) ^ set(other.values())


def _compare(ledger: Ledger, flow: str, hashes: set[bytes]) -> None:
    """Entities that say one of these, and are not linked there, are to be compared."""
    for record in _saying(ledger, hashes):
        if (record, flow) not in ledger.pairings and not _is_linked(ledger, record, flow):
            ledger.pairings.put((record, flow), PairRow(state=PairState.WAITING))


def _ask_again(ledger: Ledger, flow: str, hashes: set[bytes]) -> None:
    """Open questions about entities that say one of these are to be judged again, and so are matches that are not read
    yet.
    """
    for record in _saying(ledger, hashes):
        row = ledger.pairings.get((record, flow))
        if row is not None and row.state in _OPEN:
            ledger.pairings.put((record, flow), replace(row, state=PairState.WAITING))


def _saying(ledger: Ledger, hashes: set[bytes]) -> list[int]:
    return [record for record, keys in ledger.ours.items() if not hashes.isdisjoint(keys.values())] if hashes else []


def _said_by(ledger: Ledger, link: Link) -> set[bytes]:
    theirs = ledger.theirs.get((link.flow, link.id))
    ours = ledger.ours.get(ledger.links[link.flow, link.id].record) or {}
    return {*ours.values(), *(() if theirs is None else theirs.keys.values())}


def _is_linked(ledger: Ledger, record: int, flow: str) -> bool:
    return (record, flow) in ledger.links_of


# --- listings


def begin_listing(t: Transaction, flow: str, digest: str) -> int:
    known = t.ledger.listings.get(flow)
    number = 1 if known is None else known.number + 1
    t.ledger.listings.put(flow, Listing(digest=digest, number=number, complete=False))
    _wait_again(t.ledger, flow, (PairState.READING,))
    return number


def keep_listed(t: Transaction, number: int, theirs: Iterable[Theirs]) -> None:
    for one in _newest(theirs, number):
        _put_theirs(t.ledger, one, number)


def end_listing(t: Transaction, flow: str, number: int) -> None:
    ledger = t.ledger
    if ledger.listings[flow].number != number:
        return
    for at in [at for at, row in ledger.theirs.items() if at[0] == flow and row.listing < number]:
        ledger.theirs.drop(at)
    _wait_again(ledger, flow, _OPEN)
    ledger.listings.put(flow, replace(ledger.listings[flow], complete=True))


def _wait_again(ledger: Ledger, flow: str, states: Collection[PairState]) -> None:
    for asked, pairing in list(ledger.pairings.items()):
        if asked[1] == flow and pairing.state in states:
            ledger.pairings.put(asked, replace(pairing, state=PairState.WAITING))


# --- keys of all entities


def records_of(ledger: Ledger, object_name: str, after: int, limit: int) -> list[Record]:
    numbers = sorted(n for n, row in ledger.records.items() if row.object == object_name and n > after)
    return [ledger.records[number] for number in numbers[:limit]]


def keep_ours(t: Transaction, keys: Iterable[tuple[int, Keys]], flows: Sequence[str]) -> None:
    for record, said in keys:
        _put_ours(t.ledger, record, said)
        for flow in flows:
            if (record, flow) not in t.ledger.pairings and not _is_linked(t.ledger, record, flow):
                t.ledger.pairings.put((record, flow), PairRow(state=PairState.WAITING))


# --- answers


def unpaired(ledger: Ledger) -> dict[tuple[str, PairState], int]:
    found: dict[tuple[str, PairState], int] = {}
    for (_, flow), row in ledger.pairings.items():
        found[flow, row.state] = found.get((flow, row.state), 0) + 1
    return dict(sorted(found.items()))


def to_pair(ledger: Ledger, flow: str, limit: int) -> list[Record]:
    rows = ledger.pairings.items()
    numbers = sorted(record for (record, of), row in rows if of == flow and row.state is PairState.WAITING)
    return [ledger.records[number] for number in numbers[:limit]]


def neighbourhood(ledger: Ledger, flow: str, records: Sequence[int]) -> Neighbourhood:
    free = {r: keys for r, keys in ledger.ours.items() if not _is_linked(ledger, r, flow)}
    there = {
        id_: row.keys for (of, id_), row in ledger.theirs.items() if of == flow and (of, id_) not in ledger.links
    }

    def ours_by(hashes: set[bytes]) -> Mapping[int, Keys]:
        return {record: keys for record, keys in free.items() if not hashes.isdisjoint(keys.values())}

    def theirs_by(hashes: set[bytes]) -> Mapping[str, Keys]:
        return {id_: keys for id_, keys in there.items() if not hashes.isdisjoint(keys.values())}

    ours, theirs = closure({r: free[r] for r in records if r in free}, theirs_by, ours_by)
    return Neighbourhood(ours={ledger.records[record].entity: keys for record, keys in ours.items()}, theirs=theirs)


def chosen(ledger: Ledger, links: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Chosen]:
    wanted = set(links)
    rows = sorted(ledger.pairings.items(), key=lambda item: item[0], reverse=True)  # the first of ours, if several
    read = {(flow, row.id): record for (record, flow), row in rows if row.state is PairState.READING}
    return {link: _chosen(ledger, link, record) for link, record in read.items() if link in wanted}


def _chosen(ledger: Ledger, link: tuple[str, str], record: int) -> Chosen:
    row = ledger.theirs.get(link)
    keys, at = ({}, None) if row is None else (row.keys, row.at)
    return Chosen(record=ledger.records[record], ours=ledger.ours.get(record) or {}, theirs=keys, at=at)


def suspected(ledger: Ledger, text: str) -> dict[tuple[str, str], tuple[int, ...]]:
    """Their records, (flow, id), that the text names, each with the entities it might be."""
    found: dict[tuple[str, str], tuple[int, ...]] = {}
    for (record, flow), row in sorted(ledger.pairings.items(), key=lambda item: item[0]):
        for id_ in row.suspects:
            if text in (id_, f"{flow}:{id_}"):
                found[flow, id_] = (*found.get((flow, id_), ()), record)
    return dict(sorted(found.items()))
