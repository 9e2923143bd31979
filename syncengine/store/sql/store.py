"""The SQL store: every method is one transaction; what happens in it stands in the module of its noun."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

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
from syncengine.model.switch import Switches
from syncengine.model.tally import Tally
from syncengine.model.value import Json
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
from syncengine.store.schema.trail import sessions as session_table
from syncengine.store.scrub import beyond
from syncengine.store.sql import (
    decisions,
    dossiers,
    erasing,
    evidence,
    failures,
    find,
    holds,
    inputs,
    intake,
    intending,
    lanes,
    legal_holds,
    links,
    matching,
    moving,
    readings,
    records,
    sessions,
    settling,
    subjects,
    switches,
    tally,
)
from syncengine.store.sql import reach as reaching
from syncengine.store.sql.book import SqlBook
from syncengine.store.sql.claims import Alone, Claims
from syncengine.store.sql.database import Database
from syncengine.store.sql.share import Share
from syncengine.store.sql.switchboard import SqlSwitchboard
from syncengine.store.sql.unit import Randomness, Unit
from syncengine.vocabulary import PairState, Phase


class SqlStore(SqlSwitchboard):
    """A Store. Several threads may use it, and other processes may open the same database beside it."""

    def __init__(self, database: Database, randomness: Randomness, claims: Claims | None = None) -> None:
        super().__init__(database, randomness)
        self._claims = claims or Alone()
        self._share: Share = None
        self._owed = False

    @contextmanager
    def _unit(self, session: Session, now: datetime) -> Iterator[Unit]:
        with self._database.writing() as connection:
            unit = Unit(self._database, connection, session, now, self._randomness)
            yield unit
            unit.finish()

    # --- sessions

    def open_session(self, *, kind: str, actor: str, project: str, now: datetime) -> Session:
        database = self._database
        with database.writing() as connection:
            begun = sessions.admit(connection, project)
            number = database.first_id(connection, session_table.c.id, 1)
            session = Session(id=number, strand=number, kind=kind, actor=actor)
            unit = Unit(database, connection, session, now, self._randomness)
            sessions.begin(unit, project, begun=begun)
            unit.finish()
        return session

    def close_session(self, session: Session, now: datetime) -> None:
        with self._unit(session, now) as unit:
            sessions.end(unit)

    def secret(self) -> bytes:
        with self._database.reading() as connection:
            return sessions.secret(connection)

    def checkpoint(self, session: Session, now: datetime) -> None:
        with self._unit(session, now) as unit:
            sessions.fold(unit)

    # --- the share of one worker

    def share(self, session: Session, now: datetime) -> int:
        shared = self._claims.share(session.id)
        self._share, self._owed = shared.share, shared.owed
        with self._database.reading() as connection:
            left = settling.left_behind(connection, session.id, shared.share, shared.living)
        if not left:
            return 0
        with self._unit(session, now) as unit:
            self._claims.prove(session.id, unit.connection)
            return settling.recover(unit, left)

    def owed(self, session: Session) -> bool:  # noqa: ARG002 - a store has one worker
        return self._owed

    def leave(self, session: Session) -> Leaving:  # noqa: ARG002 - a store has one worker
        self._share = None
        return self._claims.leave()

    def claim(self, session: Session, name: str) -> bool:
        return self._claims.claim(session.id, name)

    def release(self, session: Session, name: str) -> None:  # noqa: ARG002 - a store has one worker
        self._claims.release(name)

    # --- intake

    def file_progress(self, system: str, path: str) -> FileProgress | None:
        with self._database.reading() as connection:
            return intake.file_progress(connection, system, path)

    def file_finished(self, system: str, digest: bytes) -> bool:
        with self._database.reading() as connection:
            return intake.file_finished(connection, system, digest)

    def accept(self, session: Session, group: IntakeGroup, now: datetime) -> IntakeReceipt:
        with self._unit(session, now) as unit:
            return intake.accept(unit, group)

    def cursor(self, flow: str) -> tuple[str, datetime] | None:
        with self._database.reading() as connection:
            return intake.cursor(connection, flow)

    # --- deciding

    def due_inputs(self, limit: int) -> Sequence[InboxRow]:
        with self._database.reading() as connection:
            return inputs.due_inputs(connection, self._share, limit)

    def due_rechecks(self, limit: int) -> Sequence[Recheck]:
        with self._database.reading() as connection:
            return records.due_rechecks(connection, self._share, limit)

    def load(self, links: Iterable[tuple[str, str]], entities: Iterable[str]) -> Loaded:
        with self._database.reading() as connection:
            return records.load(connection, links, entities)

    def records(self, ids: Iterable[int]) -> Mapping[int, Record]:
        with self._database.reading() as connection:
            return records.by_id(connection, ids)

    def open_holds(self, entities: Iterable[str]) -> Sequence[OpenHold]:
        with self._database.reading() as connection:
            return holds.open_holds(connection, entities)

    def switches(self) -> Switches:
        with self._database.reading() as connection:
            return switches.current(connection)

    def set_phase(self, session: Session, write_set: str, phase: Phase, reason: str, now: datetime) -> None:
        with self._unit(session, now) as unit:
            switches.set_phase(unit, write_set, phase, reason)

    def set_pause(self, session: Session, scope: str, paused: bool, reason: str, now: datetime) -> None:
        with self._unit(session, now) as unit:
            switches.set_pause(unit, scope, paused, reason)

    def commit_decisions(self, session: Session, batch: DecisionBatch, now: datetime) -> None:
        with self._unit(session, now) as unit:
            decisions.commit(unit, batch)

    # --- readings

    def wanted_readings(self, now: datetime, limit: int) -> Sequence[Want]:
        with self._database.reading() as connection:
            return readings.wanted(connection, self._share, now, limit)

    def defer_readings(
        self, session: Session, wants: Sequence[Want], due_at: datetime, why: str, now: datetime
    ) -> None:  # fmt: skip
        with self._unit(session, now) as unit:
            readings.defer(unit, wants, due_at, why)

    # --- matching

    def listing(self, flow: str) -> Listing | None:
        with self._database.reading() as connection:
            return matching.listing(connection, flow)

    def begin_listing(self, session: Session, flow: str, digest: str, now: datetime) -> int:
        with self._unit(session, now) as unit:
            return matching.begin_listing(unit, flow, digest)

    def keep_listed(self, session: Session, number: int, theirs: Sequence[Theirs], now: datetime) -> None:
        with self._unit(session, now) as unit:
            matching.keep_listed(unit, number, theirs)

    def end_listing(self, session: Session, flow: str, number: int, now: datetime) -> None:
        with self._unit(session, now) as unit:
            matching.end_listing(unit, flow, number)

    def keyed(self, object_name: str) -> str:
        with self._database.reading() as connection:
            return matching.digest_of(connection, object_name)

    def records_of(self, object_name: str, after: int, limit: int) -> Sequence[Record]:
        with self._database.reading() as connection:
            return matching.records_of(connection, object_name, after, limit)

    def keep_ours(
        self, session: Session, keys: Sequence[tuple[int, Keys]], flows: Sequence[str], now: datetime
    ) -> None:  # fmt: skip
        with self._unit(session, now) as unit:
            matching.keep_ours(unit, keys, flows)

    def end_keying(self, session: Session, object_name: str, digest: str, now: datetime) -> None:
        with self._unit(session, now) as unit:
            matching.end_keying(unit, object_name, digest)

    def unpaired(self) -> Mapping[tuple[str, PairState], int]:
        with self._database.reading() as connection:
            return matching.unpaired(connection)

    def to_pair(self, flow: str, limit: int) -> Sequence[Record]:
        with self._database.reading() as connection:
            return matching.to_pair(connection, self._share, flow, limit)

    def neighbourhood(self, flow: str, records: Sequence[int]) -> Neighbourhood:
        with self._database.reading() as connection:
            return matching.neighbourhood(connection, flow, records)

    def chosen(self, links: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Chosen]:
        with self._database.reading() as connection:
            return matching.chosen(connection, links)

    # --- delivering

    def candidates(
        self, flows: Sequence[str], now: datetime, limit: int, closed: Collection[str] = ()
    ) -> Sequence[Candidate]:
        with self._database.reading() as connection:
            return lanes.candidates(connection, self._share, flows, now, limit, closed)

    def waiting_flows(self) -> Sequence[str]:
        with self._database.reading() as connection:
            return lanes.waiting_flows(connection)

    def frozen(self, action_ids: Sequence[int]) -> Mapping[int, bytes]:
        with self._database.reading() as connection:
            return lanes.frozen(connection, action_ids)

    def translate(self, refs: Iterable[tuple[str, str, str]]) -> Mapping[tuple[str, str, str], str]:
        with self._database.reading() as connection:
            return links.translate(connection, refs)

    def move_actions(self, session: Session, moves: Sequence[Move], now: datetime) -> Sequence[int]:
        with self._unit(session, now) as unit:
            return moving.move_all(unit, moves)

    def commit_intent(
        self, session: Session, intents: Sequence[Intent], switches: Switches, now: datetime
    ) -> Sequence[Permit]:
        with self._unit(session, now) as unit:
            self._claims.prove(session.id, unit.connection)
            return intending.commit(unit, intents, switches)

    def settle(self, session: Session, settlements: Sequence[Settlement], now: datetime) -> Sequence[int]:
        with self._unit(session, now) as unit:
            return settling.settle(unit, settlements)

    def doubts(self, flows: Sequence[str], now: datetime, limit: int) -> Sequence[Doubt]:
        with self._database.reading() as connection:
            return lanes.doubts(connection, self._share, flows, now, limit)

    def failures(self, action_ids: Sequence[int]) -> Mapping[int, Failures]:
        with self._database.reading() as connection:
            return failures.of_actions(connection, action_ids)

    def next_due(self, now: datetime) -> datetime | None:
        with self._database.reading() as connection:
            return lanes.next_due(connection, self._share, now)

    # --- erasure

    def project(self) -> str:
        with self._database.reading() as connection:
            return sessions.project(connection)

    def reach(self, subject: str) -> Reach | None:
        return reaching.reach(self._database, subject)

    def begin_erasure(self, session: Session, reach: Reach, reason: str, now: datetime) -> None:
        with self._unit(session, now) as unit:
            erasing.begin(unit, reach, reason)

    def erase_some(self, session: Session, limit: int, now: datetime) -> Erased | None:
        with self._unit(session, now) as unit:
            return erasing.go_on(unit, limit)

    def forget_inputs(self, session: Session, inputs: Mapping[int, Sequence[Name]], now: datetime) -> None:
        with self._unit(session, now) as unit:
            erasing.forget_inputs(unit, inputs)

    def has_forgotten(self) -> bool:
        with self._database.reading() as connection:
            return subjects.has_forgotten(connection)

    def scrub(self) -> Sequence[str]:
        self._database.let_go()
        return beyond(self._database.engine.dialect.name)

    def legal_holds(self) -> Sequence[LegalHold]:
        with self._database.reading() as connection:
            return legal_holds.all_of(connection)

    def set_legal_hold(self, session: Session, subject: str, held: bool, reason: str, now: datetime) -> bool:
        with self._unit(session, now) as unit:
            return legal_holds.put(unit, subject, held, reason)

    # --- answers

    def tally(self, session: Session) -> Tally:
        with self._database.reading() as connection:
            return tally.tally(connection, session)

    def dead_letters(self, limit: int) -> Sequence[Letter]:
        with self._database.reading() as connection:
            return failures.dead_letters(connection, limit)

    def dead_letter(self, text: str) -> Sequence[Letter]:
        with self._database.reading() as connection:
            return failures.named(connection, text)

    def find(self, text: str) -> Sequence[Hit]:
        with self._database.reading() as connection:
            return find.find(connection, text)

    def dossier(self, records: Sequence[int], inputs: Sequence[int]) -> Dossier:
        with self._database.reading() as connection:
            return dossiers.dossier(connection, records, inputs)

    def dump(self) -> Mapping[str, Sequence[Mapping[str, Json]]]:
        with self._database.reading() as connection:
            return evidence.dump(connection)

    # --- evidence

    def book(self) -> SqlBook:
        return SqlBook(self._database)

    def entries(self) -> Iterator[ChainedEntry]:
        return evidence.entries(self._database)

    def payloads(self) -> Iterator[PayloadRow]:
        return evidence.all_payloads(self._database)

    def standing(self) -> Mapping[str, Sequence[Mapping[str, Json]]]:
        with self._database.reading() as connection:
            return evidence.standing(connection)

    def close(self) -> None:
        self._claims.close()
        self._database.engine.dispose()
