"""The Store: every method is at most one transaction, and every transaction writes its own audit entries."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from syncengine.model.action import Action, Candidate, Hold, OpenHold, Wait
from syncengine.model.attempt import Outcome, Send
from syncengine.model.book import Book
from syncengine.model.decision import Conflict, FlowOutcome, Link, ReviewItem
from syncengine.model.dossier import Dossier, Hit
from syncengine.model.entry import ChainedEntry
from syncengine.model.erasure import Erased, LegalHold, Name, Reach
from syncengine.model.event import Accepted, InboxRow, Refused
from syncengine.model.letter import Failures, Letter
from syncengine.model.matching import Chosen, Compared, Keys, Listing, Neighbourhood, PairMark, Theirs
from syncengine.model.payload import PayloadRow
from syncengine.model.permit import Permit
from syncengine.model.record import Record
from syncengine.model.struct import Struct
from syncengine.model.switch import Switch, Switches
from syncengine.model.tally import Tally
from syncengine.model.value import Json, Places
from syncengine.vocabulary import ActionState, AttemptState, Fate, FlowResult, InboxState, PairState, Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One writer of the ledger: it owns one audit strand."""

    id: int
    strand: int
    kind: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProgress:
    """How far a captured file has been taken in: `offset` bytes, whose SHA-256 is `digest`; `lines` so far."""

    system: str
    path: str
    offset: int
    lines: int
    digest: bytes
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeGroup:
    """Deliveries that become durable together, with the progress of the file they came from (None: no file).

    `cursor` moves a scan's cursor in the same transaction: (flow id, cursor, when).
    `answers` are the (flow, record id) pairs whose awaited reading is in this group: inputs that wait for it are due.
    """

    accepted: Sequence[Accepted] = ()
    refused: Sequence[Refused] = ()
    progress: FileProgress | None = None
    cursor: tuple[str, str, datetime] | None = None
    answers: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeReceipt:
    """What became of a group: new inputs, repeats of known ones, same id with another body, refused lines."""

    new: int
    duplicates: int
    collisions: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Records found by their links, and by entity id. A link that is missing is unknown."""

    by_link: Mapping[tuple[str, str], Record]
    by_entity: Mapping[str, Record]


class InputMark(Struct, frozen=True, kw_only=True):
    """What became of one input. `entity` is the record it was about ("" when unknown). `waits_for`: the (flow, id)
    whose link (UNLINKED) or reading (READING) makes it due again. `why` is a reason for people.
    """

    seq: int
    fate: Fate
    state: InboxState
    entity: str = ""
    waits_for: tuple[str, str] | None = None
    why: str = ""


class DecidedAction(Struct, frozen=True, kw_only=True):
    """An action as the fold of a batch left it: `state` READY, HELD, or SUPERSEDED by a later one of the batch.
    `batched`: while its flow is closed it is not taken up.
    """

    action: Action
    state: ActionState
    holds: tuple[Hold, ...] = ()
    batched: bool = False


class Recheck(Struct, frozen=True, kw_only=True):
    """A record to judge again. Another `number` stands for another reason: that one is not done with this one."""

    record: Record
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionBatch:
    """All that one decide claim commits.

    `records` are final states; their `id` and `revision` are those they were loaded with (0: new). `reads` are the
    (record id, revision) pairs of every other record that was looked at. `actions` come in the order they were
    decided. `touched` are entities whose fields changed, and names of new links: open holds about them are judged
    again. `sandbox` upserts the sandbox view. `tally` counts the closed outcomes per event and flow.
    `rechecked` are those that this batch has done: one that was asked for since stays. `released` are the open holds
    that end with this batch: (entity, flow id, reason). `answers` are (flow id, record id) pairs whose order is settled
    without the reading that was awaited: inputs that wait for it are due, the want is withdrawn.

    `ours` are the match keys of entities whose matched fields moved, `theirs` those of unlinked records that were
    shown, `pairs` where the matching of entities stands now. Whoever shares a hash with something that moved, or was
    linked, is to be compared again: entities that a new record of theirs might be, and open questions.

    `compared` and `chosen` are what the matching in this batch rested on: if any of it says something else by now,
    nothing is kept, as for a record that moved.
    """

    records: Sequence[Record] = ()
    reads: Sequence[tuple[int, int]] = ()
    marks: Sequence[InputMark] = ()
    links: Sequence[tuple[str, Link]] = ()
    actions: Sequence[DecidedAction] = ()
    conflicts: Sequence[tuple[str, Conflict]] = ()
    reviews: Sequence[tuple[str, int, ReviewItem]] = ()
    wants: Sequence[tuple[str, str, str]] = ()
    touched: Sequence[str] = ()
    sandbox: Sequence[tuple[str, FlowOutcome]] = ()
    released: Sequence[tuple[str, str, str]] = ()
    rechecked: Sequence[Recheck] = ()
    answers: Sequence[tuple[str, str]] = ()
    ours: Sequence[tuple[str, Keys]] = ()
    theirs: Sequence[Theirs] = ()
    pairs: Sequence[PairMark] = ()
    compared: Sequence[Compared] = ()
    chosen: Mapping[tuple[str, str], Chosen] = field(default_factory=dict)
    tally: Mapping[FlowResult, int] = field(default_factory=dict)

    @property
    def matches(self) -> bool:
        """Whether it says anything of matching; a link of a flow whose records are matched ends its entity's there."""
        return bool(self.ours or self.theirs or self.pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A reading that is awaited: the record `id` of `flow`, how often it was tried, and why."""

    flow: str
    id: str
    why: str
    tries: int


class Intent(Struct, frozen=True, kw_only=True):
    """An attempt about to be made. `reads` are the (record id, revision) pairs the judgement rested on: if one moved,
    the intent is dropped and the action stays where it was.

    `frozen` and `before` are None for the next attempt of an action whose bytes are frozen already. `scopes`: whose
    pause stops it.
    """

    candidate: Candidate
    reads: tuple[tuple[int, int], ...]
    frozen: bytes | None
    before: Places | None
    deadline: datetime
    scopes: tuple[str, ...] = ()


class Move(Struct, frozen=True, kw_only=True):
    """An action that moves without an attempt: to WAITING (with `waits`), HELD (with `holds`), CANCELLED, CONFIRMED
    (nothing left to write), or back to READY. `record` is the record's new state where it changes with it. `recheck`:
    it is to be judged again, since something that it shows elsewhere has changed.
    """

    candidate: Candidate
    to: ActionState
    why: str
    waits: tuple[Wait, ...] = ()
    holds: tuple[Hold, ...] = ()
    record: Record | None = None
    link: Link | None = None
    recheck: bool = False


class Settlement(Struct, frozen=True, kw_only=True):
    """The end of one attempt's way: the outcome, where the action goes, and the record with its new base.

    `due_at`: when to look at it again (a temporary failure, a probe after the settle window). `recheck`: the record is
    to be judged again, since what was decided no longer fits what stands there. `via` is "answer" or "probe": a probe
    moves the attempt UNKNOWN -> PROBING -> its end in this one transaction. `attempt_to` is the attempt's new state.
    `failed`: it counts as a failed attempt of this message. `suspect`: its request failed as a whole, so that the next
    attempt is made alone.
    """

    send: Send
    outcome: Outcome
    to: ActionState
    attempt_to: AttemptState
    record: Record | None = None
    link: Link | None = None
    due_at: datetime | None = None
    via: str = "answer"
    recheck: bool = False
    failed: bool = False
    suspect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An attempt of unknown outcome that is due for a probe."""

    candidate: Candidate
    send: Send


class Leaving(Enum):
    """What a worker leaves behind that found nothing to do: OTHERS still work, and what is left is theirs; AGAIN:
    nobody else does, and it had not looked at everything; LAST: nobody else does, and nothing is left.
    """

    OTHERS = "others"
    AGAIN = "again"
    LAST = "last"


class Switchboard(Protocol):
    """What people switch in a ledger."""

    def switchboard(self) -> Sequence[Switch]:
        """Every scope that somebody ever switched, by name, with who did it last, when and why."""
        ...

    def switch(
        self, scope: str, to: Phase | bool, *, actor: str, reason: str, project: str | None, now: datetime
    ) -> bool:  # fmt: skip
        """One transaction, with a session that does nothing else: a phase for the scope of a write set, or whether a
        scope is paused. False: it stood so already, and nothing was written. Raises UserError when the ledger belongs
        to another project; `project` None asks for none.
        """
        ...

    def waiting(self, flows: Sequence[str]) -> Mapping[str, int]:
        """How many actions of each of these flows are ready to go, or to go again; a flow without any is left out."""
        ...

    def close(self) -> None: ...


class Store(Switchboard, Protocol):
    """See the behavioural suite for the whole contract; each method says its one transaction.

    In every transaction in which a hold begins or ends, its record and the one it is about become due for another
    judgement: both may show it. A hold that merely goes on moves nothing.
    """

    def open_session(self, *, kind: str, actor: str, project: str, now: datetime) -> Session:
        """Begin a strand. Raises UserError when the ledger belongs to another project."""
        ...

    def close_session(self, session: Session, now: datetime) -> None:
        """Fold all strands into a checkpoint and end this one."""
        ...

    def secret(self) -> bytes:
        """32 random bytes that this ledger was begun with: a key for hashes that nobody can look up elsewhere. Empty
        before its first session.
        """
        ...

    def checkpoint(self, session: Session, now: datetime) -> None:
        """Fold all strand heads into one chained record."""
        ...

    # --- the share of one worker

    def share(self, session: Session, now: datetime) -> int:
        """Begins a round: from now on, what is to be done is answered for this session's share of the work only. One
        worker has all. Returns how many attempts a dead session left SENT in what was newly taken: they are UNKNOWN.

        Between two rounds nothing of a session is in flight. Raises BusyError once the proof that it lives is lost.
        """
        ...

    def owed(self, session: Session) -> bool:
        """Whether others held more than their part at the last share(): they let go of it when their rounds end."""
        ...

    def leave(self, session: Session) -> Leaving:
        """Let go of the share and of every claim: other workers take them. After AGAIN another round is due."""
        ...

    def claim(self, session: Session, name: str) -> bool:
        """Take something that one worker does at a time, until it is released, or the session leaves or dies. False
        while another living session has it.
        """
        ...

    def release(self, session: Session, name: str) -> None: ...

    # --- intake

    def file_progress(self, system: str, path: str) -> FileProgress | None: ...

    def file_finished(self, system: str, digest: bytes) -> bool:
        """Whether a file with exactly this content was taken in whole, under whatever name."""
        ...

    def accept(self, session: Session, group: IntakeGroup, now: datetime) -> IntakeReceipt:
        """One transaction: inbox rows, payloads, repeats, refusals, file progress, cursor, and their audit entries.

        A repeat (same system and event id) makes no inbox row. With another body it is a collision: stored, flagged.
        """
        ...

    def cursor(self, flow: str) -> tuple[str, datetime] | None:
        """The cursor of a scanned flow and when it was last scanned."""
        ...

    # --- deciding

    def due_inputs(self, limit: int) -> Sequence[InboxRow]:
        """Inputs to judge: readings first, then in the order they were accepted."""
        ...

    def due_rechecks(self, limit: int) -> Sequence[Recheck]:
        """Records to judge again though nothing arrived for them."""
        ...

    def load(self, links: Iterable[tuple[str, str]], entities: Iterable[str]) -> Loaded: ...

    def records(self, ids: Iterable[int]) -> Mapping[int, Record]: ...

    def open_holds(self, entities: Iterable[str]) -> Sequence[OpenHold]:
        """The holds that go on, each once: of these entities and about them, in the order in which they were made."""
        ...

    def switches(self) -> Switches: ...

    def set_phase(self, session: Session, write_set: str, phase: Phase, reason: str, now: datetime) -> None: ...

    def set_pause(self, session: Session, scope: str, paused: bool, reason: str, now: datetime) -> None: ...

    def commit_decisions(self, session: Session, batch: DecisionBatch, now: datetime) -> None:
        """One transaction. Raises FenceLostError, keeping nothing, when a record moved since it was loaded.

        In the same transaction: actions of the same lane (record and flow) that are still replaceable become
        SUPERSEDED by the new one; unlinked inputs and waiting actions whose link was just made become due; records
        with an open hold about a touched entity get a recheck; payloads get salts and commitments.
        """
        ...

    # --- readings

    def wanted_readings(self, now: datetime, limit: int) -> Sequence[Want]: ...

    def defer_readings(
        self, session: Session, wants: Sequence[Want], due_at: datetime, why: str, now: datetime
    ) -> None: ...

    # --- matching

    def listing(self, flow: str) -> Listing | None:
        """The newest listing of a flow; None when it was never listed."""
        ...

    def begin_listing(self, session: Session, flow: str, digest: str, now: datetime) -> int:
        """A new listing, not complete yet, under these rules; gives its number. Who was matched by an older one, and is
        not linked yet, is to be compared again.
        """
        ...

    def keep_listed(self, session: Session, number: int, theirs: Sequence[Theirs], now: datetime) -> None:
        """A page of a flow's listing: match keys in the place of older ones. Records that are linked are left out."""
        ...

    def end_listing(self, session: Session, flow: str, number: int, now: datetime) -> None:
        """All of the flow is listed: what this listing did not show is no candidate any more, and every question about
        the flow is to be judged again. Nothing happens when another listing was begun since.
        """
        ...

    def keyed(self, object_name: str) -> str:
        """The digest of the rules under which all entities of an object have match keys; "" for none."""
        ...

    def records_of(self, object_name: str, after: int, limit: int) -> Sequence[Record]:
        """Records of one object, by number, from the one behind `after` on."""
        ...

    def keep_ours(
        self, session: Session, keys: Sequence[tuple[int, Keys]], flows: Sequence[str], now: datetime
    ) -> None:  # fmt: skip
        """Match keys of records that are known already; where one is not linked in a flow, it is to be compared."""
        ...

    def end_keying(self, session: Session, object_name: str, digest: str, now: datetime) -> None:
        """All entities of the object have match keys under these rules."""
        ...

    def unpaired(self) -> Mapping[tuple[str, PairState], int]:
        """How many entities are not matched yet, by flow and by what they wait for."""
        ...

    def to_pair(self, flow: str, limit: int) -> Sequence[Record]:
        """Entities that are to be compared with what the flow holds, by record number."""
        ...

    def neighbourhood(self, flow: str, records: Sequence[int]) -> Neighbourhood:
        """All that hangs together with these records in one flow."""
        ...

    def chosen(self, links: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Chosen]:
        """Their records, (flow, id), that entities were matched with and that are read now."""
        ...

    # --- delivering

    def candidates(
        self, flows: Sequence[str], now: datetime, limit: int, closed: Collection[str] = ()
    ) -> Sequence[Candidate]:
        """Actions to take up, oldest first: READY ones whose lane is free, and PREPARED ones that are due. In `closed`
        flows a READY one that is batched stays where it is.
        """
        ...

    def waiting_flows(self) -> Sequence[str]:
        """The flows that have actions to take up, by name: also those that the present map no longer has."""
        ...

    def frozen(self, action_ids: Sequence[int]) -> Mapping[int, bytes]:
        """The frozen bytes of actions that have been attempted."""
        ...

    def translate(self, refs: Iterable[tuple[str, str, str]]) -> Mapping[tuple[str, str, str], str]:
        """(flow, id, target flow) -> the id of the same entity in the target flow; missing where it is not linked."""
        ...

    def move_actions(self, session: Session, moves: Sequence[Move], now: datetime) -> Sequence[int]:
        """One transaction. Returns the action ids that had moved meanwhile, or whose record had: left untouched."""
        ...

    def commit_intent(
        self, session: Session, intents: Sequence[Intent], switches: Switches, now: datetime
    ) -> Sequence[Permit]:
        """One transaction: SENT, frozen bytes and before-image, audit. Only here are permits made.

        An intent is dropped when its action, its lane or a record it rested on moved, or something that stops it is
        paused; all are when `switches` are no longer the ledger's. Dropped ones get no permit.
        """
        ...

    def settle(self, session: Session, settlements: Sequence[Settlement], now: datetime) -> Sequence[int]:
        """One transaction, fenced per attempt. Returns attempt ids whose record had moved: settle them again with the
        record loaded anew. A lost fence is recorded as a late result and dropped. A link to an id that was another
        record's is taken over: the target gave the id anew.
        """
        ...

    def doubts(self, flows: Sequence[str], now: datetime, limit: int) -> Sequence[Doubt]:
        """UNKNOWN attempts whose settle window is over."""
        ...

    def failures(self, action_ids: Sequence[int]) -> Mapping[int, Failures]:
        """Those of these actions that have failed before. A move to DEAD_LETTERED counts as a failed attempt."""
        ...

    def next_due(self, now: datetime) -> datetime | None:
        """When the earliest deferred work (retry, probe, reading) falls due; None when there is none."""
        ...

    # --- erasure

    def project(self) -> str:
        """The project that the ledger belongs to; "" before its first session."""
        ...

    def reach(self, subject: str) -> Reach | None:
        """All that hangs on whom an id names, as it stands now; None where nothing answers to it. Raises UserError for
        an id that means several records.
        """
        ...

    def begin_erasure(self, session: Session, reach: Reach, reason: str, now: datetime) -> None:
        """One transaction, which says who is erased, by whom and why: from its commit on, nothing is kept that comes in
        about one of these names, and what was to be written about their records is cancelled. Raises BusyError where
        something is on its way, or legal holds have changed.
        """
        ...

    def erase_some(self, session: Session, limit: int, now: datetime) -> Erased | None:
        """One transaction: at most so many records, inputs or payloads of what was begun lose their values, salts
        included. None: nothing was left to do. Ids stay, and so do the links.
        """
        ...

    def forget_inputs(self, session: Session, inputs: Mapping[int, Sequence[Name]], now: datetime) -> None:
        """Inputs that turned out to be about somebody who was erased, with the names of what they show: nothing of them
        is kept either.
        """
        ...

    def has_forgotten(self) -> bool:
        """Whether anybody was ever erased."""
        ...

    def scrub(self) -> Sequence[str]:
        """Let go of old bytes in free pages, dead rows and journals. Returns in words what is out of reach. Raises
        BusyError while others work.
        """
        ...

    def legal_holds(self) -> Sequence[LegalHold]: ...

    def set_legal_hold(self, session: Session, subject: str, held: bool, reason: str, now: datetime) -> bool:
        """False where it stood like that already."""
        ...

    # --- answers

    def tally(self, session: Session) -> Tally:
        """What the session did, counted from the ledger."""
        ...

    def dead_letters(self, limit: int) -> Sequence[Letter]:
        """Actions that are dead-lettered and inputs that failed, the oldest first."""
        ...

    def dead_letter(self, text: str) -> Sequence[Letter]:
        """The dead letters that answer to an id of theirs ("action:17"), an action's key or an event id."""
        ...

    def find(self, text: str) -> Sequence[Hit]:
        """Everything in the ledger that answers to an id of any system, an action key, or "SYSTEM:OBJECT:ID"."""
        ...

    def dossier(self, records: Sequence[int], inputs: Sequence[int]) -> Dossier:
        """All that is known around some records and inputs, payloads included."""
        ...

    def dump(self) -> Mapping[str, Sequence[Mapping[str, Json]]]:
        """Records and links in a canonical order, without the ledger's own numbers and times."""
        ...

    # --- evidence

    def book(self) -> Book:
        """The whole ledger, to be verified."""
        ...

    def entries(self) -> Iterator[ChainedEntry]:
        """Every audit entry, strand by strand, in order."""
        ...

    def payloads(self) -> Iterator[PayloadRow]: ...

    def standing(self) -> Mapping[str, Sequence[Mapping[str, Json]]]:
        """The present states of actions, attempts, links, holds and strands, for the audit to be checked against."""
        ...

    def close(self) -> None: ...


__all__ = [
    "DecidedAction", "DecisionBatch", "Doubt", "FileProgress", "InputMark", "IntakeGroup", "IntakeReceipt", "Intent",
    "Leaving", "Loaded", "Move", "Outcome", "PayloadRow", "Session", "Settlement", "Store", "Want",
]
