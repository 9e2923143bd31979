"""A ledger with a session and a clock, and the few steps that most stories about a store are told in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syncengine.canonical import encode
from syncengine.clock import ManualClock
from syncengine.model.action import Action, Candidate, Hold, Wait
from syncengine.model.attempt import Outcome, Send
from syncengine.model.decision import Link
from syncengine.model.event import Accepted, Delivery, Envelope, Refused
from syncengine.model.permit import Permit
from syncengine.model.record import FieldState, Record
from syncengine.model.struct import replace
from syncengine.store.protocol import (
    DecidedAction,
    DecisionBatch,
    Doubt,
    InputMark,
    IntakeGroup,
    IntakeReceipt,
    Intent,
    Move,
    Session,
    Settlement,
    Store,
)
from syncengine.vocabulary import (
    ActionKind,
    ActionState,
    AttemptState,
    Fate,
    InboxState,
    OutcomeKind,
    Phase,
    Signature,
    Trust,
)

BORN = "invoice.stripe"
CRM = "invoice.crm"
ERP = "invoice.erp"
FLOWS = (CRM, ERP)
SECOND = timedelta(seconds=1)
START = datetime.fromisoformat("2026-01-01T00:00:00+00:00")

ENDS: Mapping[OutcomeKind, tuple[ActionState, AttemptState]] = {
    OutcomeKind.CONFIRMED: (ActionState.CONFIRMED, AttemptState.CONFIRMED),
    OutcomeKind.REJECTED: (ActionState.DEAD_LETTERED, AttemptState.REJECTED),
    OutcomeKind.THROTTLED: (ActionState.PREPARED, AttemptState.THROTTLED),
    OutcomeKind.UNKNOWN: (ActionState.UNKNOWN, AttemptState.UNKNOWN),
    OutcomeKind.NOT_SENT: (ActionState.PREPARED, AttemptState.PREPARED),
    OutcomeKind.MOVED: (ActionState.CANCELLED, AttemptState.OVERTAKEN),
}


def delivery(event_id: str, body: Any = None, *, system: str = "stripe", **said: Any) -> Accepted:
    """A delivery whose body names its event unless another one is given."""
    return Accepted(
        delivery=Delivery(
            system=system,
            body=encode({"id": event_id} if body is None else body),
            headers={},
            received_at=said.pop("received_at", START),
            trust=said.pop("trust", Trust.CAPTURED),
            file=said.pop("file", None),
            line=said.pop("line", None),
        ),
        envelope=Envelope(
            event_id=event_id, type=said.pop("type", "invoice.paid"), at=START, subjects=said.pop("subjects", ()),
            record=said.pop("record", ""), mentions=said.pop("mentions", ()),
        ),
        signature=Signature.UNSIGNED,
        **said,
    )


def refused(line: int = 1, body: bytes = b"{", reason: str = "not JSON") -> Refused:
    return Refused(system="stripe", body=body, reason=reason, file="drop.jsonl", line=line, received_at=START)


def new_record(entity: str, *, birth_id: str = "", **fields: Any) -> Record:
    return Record(
        object="invoice",
        entity=entity,
        birth=(BORN, birth_id or f"in_{entity}"),
        fields={name: FieldState(value=value, seq=1) for name, value in fields.items()},
    )


def action(entity: str, sequence: int = 1, *, flow: str = CRM, cause: int = 1, **said: Any) -> Action:
    return Action(
        key=said.pop("key", f"shop:{flow}:{entity}:{sequence}"),
        kind=said.pop("kind", ActionKind.CREATE if sequence == 1 else ActionKind.UPDATE),
        flow=flow,
        entity=entity,
        sequence=sequence,
        content=said.pop("content", {"status": f"v{sequence}"}),
        write_set="billing",
        cause=cause,
        plan="p1",
        **said,
    )


def hold(about: str, *, need: str = "kyb", gate: str = "kyc-first") -> Hold:
    return Hold(gate=gate, need=need, about=about, status="pending", next="ask for papers", since=START)


@dataclass
class Scene:
    """`store` seen from one session. Steps are committed one by one, at the clock's present moment."""

    store: Store
    clock: ManualClock = field(default_factory=ManualClock)
    project: str = "shop"
    session: Session = field(init=False)

    def __post_init__(self) -> None:
        self.session = self.begin()

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def begin(self, kind: str = "run") -> Session:
        return self.store.open_session(kind=kind, actor="ada", project=self.project, now=self.now)

    # --- intake

    def accept(self, *accepted: Accepted, **said: Any) -> IntakeReceipt:
        return self.store.accept(self.session, IntakeGroup(accepted=accepted, **said), self.now)

    def arrive(self, *event_ids: str) -> list[int]:
        """New deliveries; gives their places."""
        self.accept(*(delivery(event_id) for event_id in event_ids))
        due = {row.event_id: row.seq for row in self.store.due_inputs(1000)}
        return [due[event_id] for event_id in event_ids]

    def due(self) -> list[str]:
        return [row.event_id for row in self.store.due_inputs(1000)]

    # --- deciding

    def commit(self, **batch: Any) -> None:
        self.store.commit_decisions(self.session, DecisionBatch(**batch), self.now)

    def know(self, *entities: str, **fields: Any) -> list[Record]:
        """New records, each linked to the flow where it was born; gives them as they are stored."""
        self.commit(
            records=[new_record(entity, **fields) for entity in entities],
            links=[(entity, Link(flow=BORN, id=f"in_{entity}")) for entity in entities],
        )
        return [self.record(entity) for entity in entities]

    def record(self, entity: str) -> Record:
        return self.store.load([], [entity]).by_entity[entity]

    def mark(self, seq: int, state: InboxState, fate: Fate, **said: Any) -> None:
        self.commit(marks=[InputMark(seq=seq, state=state, fate=fate, **said)])

    def decide(self, *actions: Action, state: ActionState = ActionState.READY, holds: Sequence[Hold] = ()) -> None:
        """Actions decided on records that stay as they are."""
        self.commit(actions=[DecidedAction(action=one, state=state, holds=tuple(holds)) for one in actions])

    # --- delivering

    def candidates(self, *flows: str) -> list[Candidate]:
        return list(self.store.candidates(flows or FLOWS, self.now, 1000))

    def candidate(self, key: str) -> Candidate:
        return next(c for c in self.candidates() if c.key == key)

    def ready(self, entity: str, *, flow: str = CRM, sequence: int = 1) -> Candidate:
        """A record that nobody knew, with one action that can be taken up."""
        if entity not in self.store.load([], [entity]).by_entity:
            self.know(entity)
        self.decide(action(entity, sequence, flow=flow))
        return self.candidate(f"shop:{flow}:{entity}:{sequence}")

    def ready_behind(self, entity: str, sequence: int, *, flow: str = CRM) -> Candidate:
        """A newer action of a lane that another one occupies, as delivery would see it were the lane free."""
        (known,) = self.know(f"{entity}-{sequence}")
        self.decide(action(known.entity, sequence, flow=flow))
        like = self.candidate(f"shop:{flow}:{known.entity}:{sequence}")
        self.decide(action(entity, sequence, flow=flow))
        key = f"shop:{flow}:{entity}:{sequence}"
        (row,) = [row for row in self.store.standing()["actions"] if row["key"] == key]
        return replace(like, id=row["id"], key=key, record_id=row["record"])

    def move(self, candidate: Candidate, to: ActionState, **said: Any) -> list[int]:
        move = Move(candidate=candidate, to=to, why=said.pop("why", "so"), **said)
        return list(self.store.move_actions(self.session, [move], self.now))

    def wait(self, candidate: Candidate, *waits: Wait) -> list[int]:
        return self.move(candidate, ActionState.WAITING, waits=waits)

    def intent(self, candidate: Candidate, **said: Any) -> Intent:
        first = candidate.state is ActionState.READY
        said.setdefault("reads", ())
        said.setdefault("frozen", encode({"write": candidate.key}) if first else None)
        said.setdefault("before", {"status": "old"} if first else None)
        said.setdefault("deadline", self.now + 30 * SECOND)
        return Intent(candidate=candidate, **said)

    def send(self, *candidates: Candidate, **said: Any) -> list[Permit]:
        intents = [self.intent(candidate, **said) for candidate in candidates]
        return list(self.store.commit_intent(self.session, intents, self.store.switches(), self.now))

    def sent(self, entity: str, *, flow: str = CRM) -> Send:
        """A record with one action that is on its way."""
        (permit,) = self.send(self.ready(entity, flow=flow))
        return permit.send

    def settle(self, send: Send, kind: OutcomeKind, **said: Any) -> list[int]:
        settlement = settlement_of(send, kind, **said)
        return list(self.store.settle(self.session, [settlement], self.now))

    def doubts(self) -> list[Doubt]:
        return list(self.store.doubts(FLOWS, self.now, 1000))

    # --- how things stand

    def states(self) -> dict[str, str]:
        """Actions by key."""
        return {row["key"]: row["state"] for row in self.store.standing()["actions"]}

    def attempts(self) -> list[tuple[int, int, str]]:
        """(action, number, state) of every attempt."""
        return [(row["action"], row["number"], row["state"]) for row in self.store.standing()["attempts"]]


def settlement_of(send: Send, kind: OutcomeKind, **said: Any) -> Settlement:
    to, attempt_to = ENDS[kind]
    outcome = Outcome(
        attempt=send.attempt,
        kind=kind,
        remote_id=said.pop("remote_id", ""),
        after=said.pop("after", None),
        detail=said.pop("detail", ""),
    )
    return Settlement(
        send=send,
        outcome=outcome,
        to=said.pop("to", to),
        attempt_to=said.pop("attempt_to", attempt_to),
        **said,
    )


def busy(scene: Scene) -> None:
    """A ledger in which everything has happened that can happen."""
    first, second, _ = scene.arrive("evt_1", "evt_2", "evt_3")
    scene.accept(delivery("evt_1", {"other": "body"}), cursor=("account.crm", "c9", scene.now))
    scene.mark(first, InboxState.READING, Fate.READING, waits_for=(BORN, "in_x"))
    scene.mark(second, InboxState.UNLINKED, Fate.UNLINKED, waits_for=(BORN, "in_y"))
    scene.commit(wants=[(BORN, "in_x", "tie")])
    sent = scene.sent("a")
    scene.settle(scene.sent("b"), OutcomeKind.UNKNOWN, due_at=scene.now + SECOND)
    scene.settle(sent, OutcomeKind.CONFIRMED, link=Link(flow=CRM, id="00Q"), after={"Status__c": "Paid"})
    scene.ready("c")
    scene.store.set_phase(scene.session, "billing", Phase.CONTROLLED, "checked", scene.now)
    scene.know("d")
    scene.decide(action("d"), state=ActionState.HELD, holds=[hold("acc")])
    scene.commit(touched=["acc"])
    scene.store.checkpoint(scene.session, scene.now)
