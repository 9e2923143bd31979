"""The memory store: a whole ledger in dictionaries, for simulations and tests. It reads no clock and no randomness."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import RLock

from syncengine.model.action import Candidate, OpenHold
from syncengine.model.dossier import Dossier, Hit
from syncengine.model.entry import ChainedEntry
from syncengine.model.erasure import Erased, LegalHold, Name, Reach
from syncengine.model.event import InboxRow
from syncengine.model.letter import Failures, Letter
from syncengine.model.matching import Chosen, Keys, Listing, Neighbourhood, Theirs
from syncengine.model.payload import PayloadRow
from syncengine.model.permit import Permit
from syncengine.model.record import Record
from syncengine.model.switch import Switch, Switches
from syncengine.model.tally import Tally
from syncengine.model.value import Json
from syncengine.store.memory import (
    actions,
    answers,
    decisions,
    dossiers,
    erasing,
    failures,
    intake,
    intending,
    lanes,
    matching,
    moving,
    queue,
    sessions,
    settling,
)
from syncengine.store.memory.book import MemoryBook
from syncengine.store.memory.ledger import Ledger
from syncengine.store.memory.transaction import OWN_KEY, Randomness, Transaction
from syncengine.store.protocol import (
    DecisionBatch,
    Doubt,
    FileProgress,
    IntakeGroup,
    IntakeReceipt,
    Intent,
    Leaving,
    Loaded,
    Move,
    Recheck,
    Session,
    Settlement,
    Want,
)
from syncengine.vocabulary import PairState, Phase


class MemoryStore:
    """A Store. Several threads may use it; `randomness` gives the salts of payloads (os.urandom, Random(7).randbytes).

    It lives as long as the object does: `close` is there for the Protocol's sake, and whoever still holds the store
    may go on, as a new process would with a file.
    """

    def __init__(self, randomness: Randomness) -> None:
        self._ledger = Ledger()
        self._randomness = randomness
        self._lock = RLock()

    @contextmanager
    def _transaction(self, session: Session, now: datetime) -> Iterator[Transaction]:
        """All of it or nothing: whatever is raised inside takes back every change."""
        with self._lock:
            t = Transaction(self._ledger, session, now, self._randomness)
            try:
                yield t
                t.seal()
            except BaseException:
                self._ledger.journal.take_back()
                raise
            self._ledger.journal.keep()

    # --- sessions

    def open_session(self, *, kind: str, actor: str, project: str, now: datetime) -> Session:
        with self._lock:
            sessions.admit(self._ledger, project)
            number = len(self._ledger.sessions) + 1
            session = Session(id=number, strand=number, kind=kind, actor=actor)
            with self._transaction(session, now) as t:
                sessions.begin(t, project)
            return session

    def close_session(self, session: Session, now: datetime) -> None:
        with self._transaction(session, now) as t:
            sessions.end(t)

    def secret(self) -> bytes:
        with self._lock:
            return bytes.fromhex(self._ledger.meta.get(OWN_KEY) or "")

    def checkpoint(self, session: Session, now: datetime) -> None:
        with self._transaction(session, now) as t:
            sessions.fold(t)

    # --- the share of one worker

    def share(self, session: Session, now: datetime) -> int:
        with self._transaction(session, now) as t:
            return settling.recover(t)

    def owed(self, session: Session) -> bool:  # noqa: ARG002 - there is one worker
        return False

    def leave(self, session: Session) -> Leaving:  # noqa: ARG002 - there is one worker
        return Leaving.LAST

    def claim(self, session: Session, name: str) -> bool:  # noqa: ARG002 - there is one worker
        return True

    def release(self, session: Session, name: str) -> None:
        pass

    # --- intake

    def file_progress(self, system: str, path: str) -> FileProgress | None:
        with self._lock:
            return self._ledger.files.get((system, path))

    def file_finished(self, system: str, digest: bytes) -> bool:
        with self._lock:
            files = self._ledger.files.values()
            return any(f.finished and f.digest == digest and f.system == system for f in files)

    def accept(self, session: Session, group: IntakeGroup, now: datetime) -> IntakeReceipt:
        with self._transaction(session, now) as t:
            return intake.accept(t, group)

    def cursor(self, flow: str) -> tuple[str, datetime] | None:
        with self._lock:
            return self._ledger.cursors.get(flow)

    # --- deciding

    def due_inputs(self, limit: int) -> Sequence[InboxRow]:
        with self._lock:
            return queue.due(self._ledger, limit)

    def due_rechecks(self, limit: int) -> Sequence[Recheck]:
        with self._lock:
            return queue.due_rechecks(self._ledger, limit)

    def load(self, links: Iterable[tuple[str, str]], entities: Iterable[str]) -> Loaded:
        with self._lock:
            ledger = self._ledger
            found = {link: ledger.records[row.record] for link in links if (row := ledger.links.get(link))}
            known = {e: ledger.records[number] for e in entities if (number := ledger.by_entity.get(e))}
            return Loaded(by_link=found, by_entity=known)

    def records(self, ids: Iterable[int]) -> Mapping[int, Record]:
        with self._lock:
            return {number: row for number in ids if (row := self._ledger.records.get(number))}

    def open_holds(self, entities: Iterable[str]) -> Sequence[OpenHold]:
        with self._lock:
            return answers.open_holds(self._ledger, frozenset(entities))

    def switches(self) -> Switches:
        with self._lock:
            return sessions.current_switches(self._ledger)

    def set_phase(self, session: Session, write_set: str, phase: Phase, reason: str, now: datetime) -> None:
        with self._transaction(session, now) as t:
            sessions.set_phase(t, write_set, phase, reason)

    def set_pause(self, session: Session, scope: str, paused: bool, reason: str, now: datetime) -> None:
        with self._transaction(session, now) as t:
            sessions.set_pause(t, scope, paused, reason)

    def switchboard(self) -> Sequence[Switch]:
        with self._lock:
            return sessions.switchboard(self._ledger)

    def switch(
        self, scope: str, to: Phase | bool, *, actor: str, reason: str, project: str | None, now: datetime
    ) -> bool:  # fmt: skip
        with self._lock:
            owner = sessions.owner(self._ledger) if project is None else project
            sessions.admit(self._ledger, owner)
            if not sessions.would_move(self._ledger, scope, to):
                return False
            number = len(self._ledger.sessions) + 1
            with self._transaction(Session(id=number, strand=number, kind="switch", actor=actor), now) as t:
                sessions.begin(t, owner)
                sessions.turn(t, scope, to, reason)
                sessions.end(t)
            return True

    def commit_decisions(self, session: Session, batch: DecisionBatch, now: datetime) -> None:
        with self._transaction(session, now) as t:
            decisions.commit(t, batch)

    # --- readings

    def wanted_readings(self, now: datetime, limit: int) -> Sequence[Want]:
        with self._lock:
            return queue.wanted(self._ledger, now, limit)

    def defer_readings(
        self, session: Session, wants: Sequence[Want], due_at: datetime, why: str, now: datetime
    ) -> None:  # fmt: skip
        with self._transaction(session, now) as t:
            queue.defer(t.ledger, wants, due_at, why)

    # --- matching

    def listing(self, flow: str) -> Listing | None:
        with self._lock:
            return self._ledger.listings.get(flow)

    def begin_listing(self, session: Session, flow: str, digest: str, now: datetime) -> int:
        with self._transaction(session, now) as t:
            return matching.begin_listing(t, flow, digest)

    def keep_listed(self, session: Session, number: int, theirs: Sequence[Theirs], now: datetime) -> None:
        with self._transaction(session, now) as t:
            matching.keep_listed(t, number, theirs)

    def end_listing(self, session: Session, flow: str, number: int, now: datetime) -> None:
        with self._transaction(session, now) as t:
            matching.end_listing(t, flow, number)

    def keyed(self, object_name: str) -> str:
        with self._lock:
            return self._ledger.keyed.get(object_name) or ""

    def records_of(self, object_name: str, after: int, limit: int) -> Sequence[Record]:
        with self._lock:
            return matching.records_of(self._ledger, object_name, after, limit)

    def keep_ours(
        self, session: Session, keys: Sequence[tuple[int, Keys]], flows: Sequence[str], now: datetime
    ) -> None:  # fmt: skip
        with self._transaction(session, now) as t:
            matching.keep_ours(t, keys, flows)

    def end_keying(self, session: Session, object_name: str, digest: str, now: datetime) -> None:
        with self._transaction(session, now) as t:
            t.ledger.keyed.put(object_name, digest)

    def unpaired(self) -> Mapping[tuple[str, PairState], int]:
        with self._lock:
            return matching.unpaired(self._ledger)

    def to_pair(self, flow: str, limit: int) -> Sequence[Record]:
        with self._lock:
            return matching.to_pair(self._ledger, flow, limit)

    def neighbourhood(self, flow: str, records: Sequence[int]) -> Neighbourhood:
        with self._lock:
            return matching.neighbourhood(self._ledger, flow, records)

    def chosen(self, links: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Chosen]:
        with self._lock:
            return matching.chosen(self._ledger, links)

    # --- delivering

    def candidates(
        self, flows: Sequence[str], now: datetime, limit: int, closed: Collection[str] = ()
    ) -> Sequence[Candidate]:
        with self._lock:
            rows = lanes.candidates(self._ledger, flows, now, limit, closed)
            return [actions.candidate(self._ledger, row) for row in rows]

    def waiting(self, flows: Sequence[str]) -> Mapping[str, int]:
        with self._lock:
            rows = (self._ledger.actions[number] for number in self._ledger.ready)
            return dict(sorted(Counter(row.flow for row in rows if row.flow in flows).items()))

    def waiting_flows(self) -> Sequence[str]:
        with self._lock:
            return sorted({self._ledger.actions[number].flow for number in self._ledger.ready})

    def frozen(self, action_ids: Sequence[int]) -> Mapping[int, bytes]:
        with self._lock:
            return lanes.frozen(self._ledger, action_ids)

    def translate(self, refs: Iterable[tuple[str, str, str]]) -> Mapping[tuple[str, str, str], str]:
        with self._lock:
            asked = ((ref, actions.translated(self._ledger, *ref)) for ref in refs)
            return {ref: found for ref, found in asked if found is not None}

    def move_actions(self, session: Session, moves: Sequence[Move], now: datetime) -> Sequence[int]:
        with self._transaction(session, now) as t:
            return moving.move_all(t, moves)

    def commit_intent(
        self, session: Session, intents: Sequence[Intent], switches: Switches, now: datetime
    ) -> Sequence[Permit]:
        with self._transaction(session, now) as t:
            return intending.commit_intents(t, intents, switches)

    def settle(self, session: Session, settlements: Sequence[Settlement], now: datetime) -> Sequence[int]:
        with self._transaction(session, now) as t:
            return settling.settle_all(t, settlements)

    def doubts(self, flows: Sequence[str], now: datetime, limit: int) -> Sequence[Doubt]:
        with self._lock:
            return lanes.doubts(self._ledger, flows, now, limit)

    def failures(self, action_ids: Sequence[int]) -> Mapping[int, Failures]:
        with self._lock:
            return failures.of_actions(self._ledger, action_ids)

    def next_due(self, now: datetime) -> datetime | None:
        with self._lock:
            return answers.next_due(self._ledger, now)

    # --- erasure

    def project(self) -> str:
        with self._lock:
            return sessions.project(self._ledger)

    def reach(self, subject: str) -> Reach | None:
        with self._lock:
            return erasing.reach(self._ledger, subject)

    def begin_erasure(self, session: Session, reach: Reach, reason: str, now: datetime) -> None:
        with self._transaction(session, now) as t:
            erasing.begin(t, reach, reason)

    def erase_some(self, session: Session, limit: int, now: datetime) -> Erased | None:
        with self._transaction(session, now) as t:
            return erasing.go_on(t, limit)

    def forget_inputs(self, session: Session, inputs: Mapping[int, Sequence[Name]], now: datetime) -> None:
        with self._transaction(session, now) as t:
            erasing.forget_inputs(t, inputs)

    def has_forgotten(self) -> bool:
        with self._lock:
            return bool(len(self._ledger.erased))

    def scrub(self) -> Sequence[str]:
        return ()

    def legal_holds(self) -> Sequence[LegalHold]:
        with self._lock:
            return sorted(self._ledger.legal_holds.values(), key=lambda hold: hold.subject)

    def set_legal_hold(self, session: Session, subject: str, held: bool, reason: str, now: datetime) -> bool:
        with self._transaction(session, now) as t:
            return erasing.set_legal_hold(t, subject, held, reason)

    # --- answers

    def tally(self, session: Session) -> Tally:
        with self._lock:
            return answers.tally(self._ledger, session.id)

    def dead_letters(self, limit: int) -> Sequence[Letter]:
        with self._lock:
            return failures.dead_letters(self._ledger, limit)

    def dead_letter(self, text: str) -> Sequence[Letter]:
        with self._lock:
            return failures.named(self._ledger, text)

    def find(self, text: str) -> Sequence[Hit]:
        with self._lock:
            return answers.find(self._ledger, text)

    def dossier(self, records: Sequence[int], inputs: Sequence[int]) -> Dossier:
        with self._lock:
            return dossiers.dossier(self._ledger, records, inputs)

    def dump(self) -> Mapping[str, Sequence[Mapping[str, Json]]]:
        with self._lock:
            return answers.dump(self._ledger)

    # --- evidence

    def book(self) -> MemoryBook:
        return MemoryBook(self._ledger)

    def entries(self) -> Iterator[ChainedEntry]:
        with self._lock:
            return iter([self._ledger.entries[place] for place in sorted(self._ledger.entries)])

    def payloads(self) -> Iterator[PayloadRow]:
        with self._lock:
            return iter([self._ledger.payloads[number] for number in sorted(self._ledger.payloads)])

    def standing(self) -> Mapping[str, Sequence[Mapping[str, Json]]]:
        with self._lock:
            return answers.standing(self._ledger)

    def close(self) -> None:
        """Nothing to let go of."""
