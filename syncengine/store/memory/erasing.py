"""Erasing, as the SQL store does it: who is erased is said first, then it is taken out step by step."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from syncengine.errors import BusyError, UserError
from syncengine.model.erasure import Erased, LegalHold, Name, Reach, counted
from syncengine.model.matching import Theirs
from syncengine.model.record import Record, to_document
from syncengine.store import audit
from syncengine.store.erased import BUSY, OPEN, WHY, emptied, name_of
from syncengine.store.memory import actions, matching, records
from syncengine.store.memory.answers import find
from syncengine.store.memory.ledger import InputRow, Ledger
from syncengine.store.memory.queue import put_input
from syncengine.store.memory.subjects import erased_of, forget
from syncengine.store.memory.transaction import Transaction
from syncengine.store.reach import Closure, Link, closure, means, refers
from syncengine.store.subject import says
from syncengine.vocabulary import ActionState, InboxState


class _Ground:
    """Looks things up in a ledger in memory, see `store.reach.Ground`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def systems(self) -> Collection[str]:
        return {row.system for row in self._ledger.inputs.values()}

    def naming(self, names: Collection[Name]) -> Iterable[tuple[Name, int, Name]]:
        return [(name, *row) for name in sorted(names) for row in self._ledger.subjects.get(name) or ()]

    def records_of(self, inputs: Collection[int]) -> Mapping[int, int]:
        return {seq: record for seq in inputs if (record := self._ledger.inputs[seq].record)}

    def inputs_about(self, record_ids: Collection[int]) -> Iterable[int]:
        return [row.seq for row in self._ledger.inputs.values() if row.record in record_ids]

    def links_of(self, record_ids: Collection[int]) -> Iterable[Link]:
        return [(row.flow, row.id) for row in self._ledger.links.values() if row.record in record_ids]

    def referring(self, links: Collection[Link]) -> Iterable[int]:
        return [r.id for r in self._ledger.records.values() if refers(to_document(r).decode(), links)]


def reach(ledger: Ledger, text: str) -> Reach | None:
    ground = _Ground(ledger)
    found = _closure(ground, ledger, text)
    spelled = {text, *(f"{system}:{text}" for system in ground.systems())}
    told = _told(ground, ledger, text, found, found.names if text.isdigit() else found.names | spelled)
    if told.is_empty and not (found.records or found.names or erased_of(ledger, spelled)):
        return None
    holds = sorted(ledger.legal_holds.values(), key=lambda hold: hold.subject)
    return replace(
        told,
        held=tuple(hold for hold in holds if found.meets(_of_hold(ground, ledger, hold))),
        holds=frozenset(hold.subject for hold in holds),
    )


def _closure(ground: _Ground, ledger: Ledger, text: str) -> Closure:
    hits = [hit for hit in find(ledger, text) if hit.what in ("link", "entity", "candidate")]
    numbers = {number for hit in hits if hit.what != "candidate" for number in hit.records}
    if len(numbers) > 1:
        labels = ", ".join(sorted(hit.label for hit in hits if hit.records)[:5])
        said = f"'{text}' means several records: {labels}"
        raise UserError(said, remedy="say which one, as SYSTEM:OBJECT:ID", rule="erase/several")
    names = means(ground, text, next(iter(numbers), 0))
    names |= {":".join(hit.label.split(" ", 1)) for hit in hits if hit.what == "candidate"}
    return closure(ground, names, numbers)


def _of_hold(ground: _Ground, ledger: Ledger, hold: LegalHold) -> Closure:
    found = Closure()
    with suppress(UserError):
        found = _closure(ground, ledger, hold.subject)
    found.names |= {hold.subject, *(f"{system}:{hold.subject}" for system in ground.systems())}
    return found


def _told(ground: _Ground, ledger: Ledger, text: str, found: Closure, said: Collection[Name]) -> Reach:
    left = sorted(number for number in found.records if not ledger.records[number].erased)
    objects: dict[str, int] = {}
    for number in left:
        name = ledger.records[number].object
        objects[name] = objects.get(name, 0) + 1
    own = {seq for _, seq, shown in ground.naming(found.names) if shown} | set(ground.inputs_about(found.records))
    lines = tuple(
        row.id
        for row in ledger.refused.values()
        if (body := _body(ledger, row.payload)) is not None and says(said, row.system, body)
    )
    names = found.names | {f"{flow}:{id_}" for flow, id_ in found.links} or (said if lines else set())
    return Reach(
        subject=text,
        names=frozenset(names),
        records=tuple(left),
        inputs=tuple(sorted(seq for seq in found.inputs if _is_left(ledger, seq, own))),
        refusals=lines,
        payloads=tuple(p.id for p in ledger.payloads.values() if p.record in found.records and not p.erased_by),
        candidates=tuple(sorted(at for at in ledger.theirs if ":".join(at) in found.names)),
        objects=objects,
        files=tuple(sorted({file for seq in found.inputs if (file := ledger.inputs[seq].file)})),
        begun=bool(len(ledger.erasing)),
        busy=tuple(
            f"{row.kind} in {row.flow} (action:{row.id}, {row.state})"
            for row in ledger.actions.values()
            if row.record in found.records and row.state in BUSY
        ),
    )


def _body(ledger: Ledger, payload: int) -> bytes | None:
    return ledger.payloads[payload].body if payload else None


def _is_left(ledger: Ledger, seq: int, own: Collection[int]) -> bool:
    """One that is about somebody else, and not judged yet, is left to that."""
    row = ledger.inputs[seq]
    kept = [number for number in _kept_by(ledger, row) if not ledger.payloads[number].erased_by]
    return (seq in own or row.state is InboxState.DONE) and bool(row.digest or kept)


def _kept_by(ledger: Ledger, row: InputRow) -> list[int]:
    """The payloads of an input."""
    kept = [row.payload, *(r.payload for r in ledger.repeats.values() if r.input == row.seq)]
    kept += [r.payload for r in ledger.reviews.values() if r.input == row.seq]
    return [number for number in kept if number]


def begin(t: Transaction, found: Reach, reason: str) -> None:
    ledger = t.ledger
    if set(ledger.legal_holds) != found.holds:
        raise BusyError("a legal hold was set or lifted just now", remedy="look at it, then run the command again")
    _refuse_busy(ledger, found.records)
    forget(t.ledger, found.names)
    _cancel(t, found.records)
    matching.keep_listed(t, 1, [Theirs(flow=flow, id=id_, at=t.now) for flow, id_ in found.candidates])
    t.entries.append(audit.erasure_begun(at=t.now, reach=found, reason=reason, actor=t.session.actor))
    wanted = [(1, "record", number) for number in found.records]
    wanted += [(2, "input", number) for number in found.inputs]
    wanted += [(2, "refusal", number) for number in found.refusals]
    wanted += [(3, "payload", number) for number in found.payloads]
    for row in wanted:
        ledger.erasing.put(row, None)


def go_on(t: Transaction, limit: int) -> Erased | None:
    step = min((row[0] for row in t.ledger.erasing), default=0)
    if not step:
        return None
    rows = sorted(row for row in t.ledger.erasing if row[0] == step)[:limit]
    by_kind: dict[str, list[int]] = {"record": [], "input": [], "refusal": [], "payload": []}
    for _, kind, number in rows:
        by_kind[kind].append(number)
    done = _take_out(t, by_kind["record"], by_kind["input"], by_kind["refusal"], by_kind["payload"])
    for row in rows:
        t.ledger.erasing.drop(row)
    return done


def forget_inputs(t: Transaction, inputs: Mapping[int, Sequence[Name]]) -> None:
    forget(t.ledger, {name for names in inputs.values() for name in names})
    _take_out(t, (), sorted(inputs), (), ())


def _take_out(
    t: Transaction, numbers: Sequence[int], places: Sequence[int], lines: Sequence[int], bodies: Sequence[int]
) -> Erased:  # fmt: skip
    _refuse_busy(t.ledger, numbers)
    _cancel(t, numbers)
    entry = t.next_number()
    for number in numbers:
        _empty_record(t.ledger, t.ledger.records[number], f"strand {t.session.strand} entry {entry}")
    kept = {*bodies, *(number for seq in places for number in _empty_input(t.ledger, seq))}
    kept |= {t.ledger.refused[number].payload for number in lines}
    found = sorted(number for number in kept - {0} if not t.ledger.payloads[number].erased_by)
    t.entries.append(audit.erased(at=t.now, payloads=found, records=numbers, inputs=places, refusals=lines))
    for number in found:
        row = t.ledger.payloads[number]
        t.ledger.payloads.put(number, replace(row, salt=None, body=None, erased_by=entry))
    kinds = [t.ledger.payloads[number].kind for number in found]
    return counted(len(numbers), len(places), len(lines), kinds)


def _refuse_busy(ledger: Ledger, numbers: Collection[int]) -> None:
    rows = ledger.actions.values()
    busy = [f"action:{row.id}" for row in rows if row.record in numbers and row.state in BUSY]
    if busy:
        raise BusyError(
            f"something of it is on its way, and nobody knows yet whether it arrived: {', '.join(sorted(busy)[:5])}",
            remedy="let `syncengine run` settle it, then run the command again",
        )


def _cancel(t: Transaction, numbers: Collection[int]) -> None:
    for row in [row for row in t.ledger.actions.values() if row.record in numbers and row.state in OPEN]:
        actions.move(t, row, ActionState.CANCELLED, why=WHY)


def _empty_record(ledger: Ledger, record: Record, entry: str) -> None:
    records.put(ledger, emptied(record, entry))
    for number, row in list(ledger.holds.items()):
        if row.record == record.id:
            ledger.holds.put(number, replace(row, hold=replace(row.hold, status="", facts={})))
    ledger.rechecks.drop(record.id)
    ledger.ours.drop(record.id)
    for table in (ledger.sandbox, ledger.pairings):
        for at in [at for at in table if at[0] == record.id]:
            table.drop(at)
    for link in [(row.flow, row.id) for row in ledger.links.values() if row.record == record.id]:
        ledger.wants.drop(link)
        ledger.theirs.drop(link)


def _empty_input(ledger: Ledger, seq: int) -> list[int]:
    """Gives the payloads that it kept."""
    row = ledger.inputs[seq]
    name = name_of(seq, row.kind, row.event_id)
    why = row.why if row.state is InboxState.DONE else WHY
    put_input(
        ledger,
        replace(row, event_id=name, digest=b"", state=InboxState.DONE, waits_for=None, why=why),
    )
    ledger.by_event.drop((row.system, row.event_id))
    ledger.by_event.put((row.system, name), seq)
    return _kept_by(ledger, row)


def set_legal_hold(t: Transaction, subject: str, held: bool, reason: str) -> bool:
    if held is (subject in t.ledger.legal_holds):
        return False
    if held:
        row = LegalHold(subject=subject, actor=t.session.actor, reason=reason, at=t.now)
        t.ledger.legal_holds.put(subject, row)
    else:
        t.ledger.legal_holds.drop(subject)
    entry = audit.legal_hold(at=t.now, subject=subject, held=held, reason=reason, actor=t.session.actor)
    t.entries.append(entry)
    return True


