"""Replaying the trail: every change of state has one entry, and together they lead to how things stand now."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from syncengine.evidence.damage import Damage
from syncengine.evidence.seals import Seals
from syncengine.evidence.walk import Listener, Place
from syncengine.model.attempt import MOVES
from syncengine.model.seal import WHOLE
from syncengine.vocabulary import ActionState, AttemptState, EntryKind

_LEFT_THE_HOUSE: Final = frozenset(
    {ActionState.SENT, ActionState.UNKNOWN, ActionState.PROBING, ActionState.PARKED, ActionState.CONFIRMED}
)
_INSIDE: Final = frozenset({ActionState.READY, ActionState.WAITING, ActionState.HELD})
_LEGAL: Final = frozenset((a or "", b) for a, targets in MOVES.items() for b in targets)
_ACTION_STATES: Final = frozenset(ActionState)
_NOTHING: Final = ""
_SENT: Final = AttemptState.SENT.value
_RECOVERY: Final = "recovery"

Facts = Mapping[str, Any]

ANY: Final = object()
"""Stands where no entry says what is in a column: somebody changed the row who moved nothing, and sealed it."""


class Action(NamedTuple):
    """What the entries of an action say of its row. `why` is a text, or the seal of one in a tuple; `about` is (record,
    flow, key).
    """

    state: str
    fence: int
    about: tuple[Any, ...]
    why: Any = ""
    request_id: int = 0
    replaced_by: int = 0
    due_at: int = 0
    session_id: int = 0


class Attempt(NamedTuple):
    action_id: int
    number: int
    state: str
    fence: int
    session_id: int = 0
    before_id: int = 0
    after_id: int = 0
    deadline: str = ""
    sent_at: str = ""
    settled_at: str | None = None
    remote_id: str = ""
    via: str = ""
    detail: str = ""


class Hold(NamedTuple):
    state: str
    action_id: int
    record_id: int


class Link(NamedTuple):
    record_id: int
    since: str


def _unsure(of: Any, certain: Sequence[str]) -> Facts:
    return {name: ANY for name in of._fields if name not in certain}


class Replay:
    """Listens to the entries in the order in which they were written, and keeps where everything stands."""

    def __init__(self, damage: Damage) -> None:
        self.actions: dict[int, Action] = {}
        self.attempts: dict[int, Attempt] = {}
        self.holds: dict[int, Hold] = {}
        self.phases: dict[str, str] = {}
        self.pauses: dict[str, bool] = {}
        self.links: dict[tuple[str, str], Link] = {}
        self.seals: dict[str, Seals] = {}
        self.sessions: dict[int, int] = {}
        self.identities: dict[str, Place] = {}
        self.schemas: dict[str, Place] = {}
        self.schema = ""
        self.turn = 0
        self._forgotten: Mapping[str, tuple[dict[Any, Any], Facts]] = {
            "actions" + WHOLE: (self.actions, _unsure(Action, ("state", "fence", "about"))),
            "attempts" + WHOLE: (self.attempts, _unsure(Attempt, ("action_id", "number", "state", "fence"))),
            "links" + WHOLE: (self.links, {"since": ANY}),
        }
        self.moved: set[tuple[str, Any]] | None = None
        self._damage = damage

    @property
    def listeners(self) -> Mapping[str, Listener]:
        return {
            EntryKind.SESSION_OPENED.value: self._opened,
            EntryKind.WRITTEN.value: self._written,
            EntryKind.ACTION.value: self._action,
            EntryKind.ATTEMPT.value: self._attempt,
            EntryKind.HOLD.value: self._hold,
            EntryKind.LINKED.value: self._linked,
            EntryKind.SWITCHED.value: self._switched,
        }

    def _opened(self, place: Place, _said: Facts, facts: Facts) -> None:
        self.sessions[place[0]] = facts["session"]
        if facts.get("ledger"):
            self.identities.setdefault(str(facts["ledger"]), place)
            self.schema = str(facts["schema"])
            self.schemas.setdefault(self.schema, place)

    def _written(self, place: Place, _said: Facts, facts: Facts) -> None:
        turn = int(facts["turn"])
        if turn not in (self.turn, self.turn + 1):
            what = "was counted before" if turn <= self.turn else f"follows {self.turn}: what was between them is gone"
            self._broken(place, f"transaction {turn} {what}")
        self.turn = max(turn, self.turn)
        for part, (keys, seals) in facts["rows"].items():
            known = self.seals.get(part)
            if known is None:
                known = self.seals[part] = Seals()
            known.take(keys, seals)
            if part in self._forgotten:
                self._forget(part, keys)
            if self.moved is not None:
                table = part.partition(".")[0]
                self.moved.update((table, tuple(key) if isinstance(key, list) else key) for key in keys)

    def _forget(self, part: str, keys: Sequence[Any]) -> None:
        table, unsure = self._forgotten[part]
        for said in keys:
            key = tuple(said) if isinstance(said, list) else said
            if key in table:
                table[key] = table[key]._replace(**unsure)

    def _action(self, place: Place, said: Facts, facts: Facts) -> None:
        number = said["action"]
        source, target = facts["from"], facts["to"]
        known = self._step(place, number, source, target)
        if known is None:
            about = (said["record"], facts["flow"], facts["key"]) if "key" in facts else ()
            found = Action(target, 0, about, replaced_by=facts.get("replaced_by", 0))
        else:
            found = known._replace(
                state=target, fence=known.fence + 1, why=facts.get("why", ""), replaced_by=facts.get("replaced_by", 0),
                due_at=0,
            )  # fmt: skip
        self._put_action(number, found._replace(session_id=self.sessions.get(place[0], 0)))
        if "link" in facts:
            self._link(place, said, facts["link"])

    def _step(self, place: Place, number: int, source: str, target: str) -> Action | None:
        """An action goes from one state to the next; None for one that comes into existence."""
        if target not in _ACTION_STATES or (source in _LEFT_THE_HOUSE and target in _INSIDE):
            self._broken(place, f"an action may not go from {source} to {target}")
        known = self.actions.get(number)
        stood = _NOTHING if known is None else known.state
        if stood != source:
            self._gap(place, f"action {number}", source, target, stood)
        return known

    def _put_action(self, number: int, action: Action) -> None:
        self.actions[number] = action
        self._tell("actions", number)

    def _attempt(self, place: Place, said: Facts, facts: Facts) -> None:
        if "late" in facts:
            return
        number, source, target = said["attempt"], facts["from"], facts["to"]
        for step in pairwise((source, *facts["through"], target)) if "through" in facts else ((source, target),):
            if step not in _LEGAL:
                self._broken(place, f"an attempt may not go from {step[0] or 'nothing'} to {step[1]}")
        known = self.attempts.get(number)
        stood = _NOTHING if known is None else known.state
        if stood != source:
            self._gap(place, f"attempt {number}", source, target, stood)
        if known is None:
            known = Attempt(said["action"], facts["number"], target, 0)
        session = self.sessions.get(place[0], 0)
        self.attempts[number] = self._moved(known, session, said["at"], target, facts)
        self._tell("attempts", number)
        action = self._step(place, said["action"], facts["action_from"], facts["action_to"])
        if action is None:
            action = Action(facts["action_to"], -1, ())
        action = action._replace(state=facts["action_to"], fence=action.fence + 1, session_id=session, due_at=0)
        if target == _SENT:
            action = action._replace(request_id=facts.get("request", action.request_id))
        else:
            detail = facts.get("detail", "")
            action = action._replace(
                why=(detail,) if detail else "", due_at=facts.get("due", 0), replaced_by=0
            )  # fmt: skip
        self._put_action(said["action"], action)
        if "link" in facts:
            self._link(place, said, facts["link"])

    def _moved(self, known: Attempt, session: int, at: str, target: str, facts: Facts) -> Attempt:
        if target == _SENT:
            return known._replace(
                state=target, fence=facts["fence"], session_id=session, before_id=facts.get("before", 0), sent_at=at,
                deadline=facts.get("deadline", ""), settled_at=None, via="", detail="",
            )  # fmt: skip
        via = facts.get("via", "")
        return known._replace(
            state=target, fence=facts["fence"], after_id=facts.get("after", 0), via=via,
            settled_at=None if via == _RECOVERY else at, remote_id=facts.get("remote", ""),
            detail=facts.get("detail", ""),
        )  # fmt: skip

    def _hold(self, place: Place, said: Facts, facts: Facts) -> None:
        number, source, target = facts["hold"], facts["from"], facts["to"]
        known = self.holds.get(number)
        stood = _NOTHING if known is None else known.state
        if stood != source:
            self._gap(place, f"hold {number}", source, target, stood)
        self.holds[number] = Hold(target, said["action"], said["record"])
        self._tell("holds", number)

    def _switched(self, place: Place, _said: Facts, facts: Facts) -> None:
        switches: dict[str, Any]
        switches, (before, after) = (
            (self.phases, facts["phase"]) if "phase" in facts else (self.pauses, facts["paused"])
        )
        scope = facts["scope"]
        stood = switches.get(scope, type(before)())
        if stood != before:
            self._gap(place, f"switch {scope}", before, after, stood)
        switches[scope] = after
        self._tell("switches", scope)

    def _linked(self, place: Place, said: Facts, facts: Facts) -> None:
        self._link(place, said, (facts["flow"], facts["id"]))

    def _link(self, place: Place, said: Facts, link: Sequence[str]) -> None:
        flow, id_ = link
        record = said["record"]
        known = self.links.get((id_, flow))
        if known is not None and known.record_id == record:
            self._broken(place, f"{flow} {id_} was linked before")
        self.links[id_, flow] = Link(record, said["at"])
        self._tell("links", (id_, flow))

    def _tell(self, table: str, key: Any) -> None:
        """What its entries say is newer than what somebody sealed who moved nothing."""
        if (whole := self.seals.get(table + WHOLE)) is not None:
            whole.drop(key)
        if self.moved is not None:
            self.moved.add((table, key))

    def _gap(self, place: Place, name: str, source: Any, target: Any, stood: Any) -> None:
        self._damage.note(
            f"{name}: strand {place[0]} entry {place[1]} moves it from {source or 'nothing'} to {target}, "
            f"and it stood at {stood or 'nothing'}: an entry is missing, or was changed"
        )

    def _broken(self, place: Place, what: str) -> None:
        self._damage.note(f"strand {place[0]} entry {place[1]}: {what}")
