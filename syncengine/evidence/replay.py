"""Replaying the trail: every change of state has one entry, and together they lead to how things stand now."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from syncengine.evidence.damage import Damage
from syncengine.evidence.path import Path, follow
from syncengine.evidence.walk import Listener, Place
from syncengine.model.attempt import MOVES
from syncengine.model.value import Json
from syncengine.vocabulary import ActionState, EntryKind

_LEFT_THE_HOUSE: Final = frozenset(
    {ActionState.SENT, ActionState.UNKNOWN, ActionState.PROBING, ActionState.PARKED, ActionState.CONFIRMED}
)
_INSIDE: Final = frozenset({ActionState.READY, ActionState.WAITING, ActionState.HELD})
_LEGAL: Final = frozenset((a or "", b) for a, targets in MOVES.items() for b in targets)
_ACTION_STATES: Final = frozenset(ActionState)
_NOTHING: Final = ""

_Facts = Mapping[str, Any]
_Rows = Iterable[Mapping[str, Json]]


class Thing:
    """Something whose states the trail tells; `about` is what its entries say of it besides. Few small objects for
    each: millions of them would keep the interpreter busy looking after them.
    """

    __slots__ = ("about", "edges")

    def __init__(self) -> None:
        self.edges: Path = []
        self.about: tuple[Json, ...] = ()


class Replay:
    """Listens to the entries and keeps the moves of each action, attempt, hold and switch, and every link."""

    def __init__(self, damage: Damage) -> None:
        self.actions: dict[int, Thing] = {}
        self.attempts: dict[int, Thing] = {}
        self.holds: dict[int, Thing] = {}
        self.phases: dict[str, Thing] = {}
        self.pauses: dict[str, Thing] = {}
        self.links: dict[tuple[str, str], int] = {}
        self._replaced_by: dict[int, int] = {}
        self._damage = damage

    @property
    def listeners(self) -> Mapping[str, Listener]:
        return {
            EntryKind.ACTION.value: self._action,
            EntryKind.ATTEMPT.value: self._attempt,
            EntryKind.HOLD.value: self._hold,
            EntryKind.LINKED.value: self._linked,
            EntryKind.SWITCHED.value: self._switched,
        }

    def _action(self, place: Place, said: Mapping[str, Any], facts: _Facts) -> None:
        number = said["action"]
        self._move_action(number, place, said["at"], facts["from"], facts["to"])
        if facts["from"] == _NOTHING:
            self.actions[number].about = (said["record"], facts["flow"], facts["key"])
        if "replaced_by" in facts:
            self._replaced_by[number] = facts["replaced_by"]
        if "link" in facts:
            self._link(place, said["record"], facts["link"])

    def _attempt(self, place: Place, said: Mapping[str, Any], facts: _Facts) -> None:
        if "late" in facts:
            return
        source, target, at = facts["from"], facts["to"], said["at"]
        for step in pairwise((source, *facts["through"], target)) if "through" in facts else ((source, target),):
            if step not in _LEGAL:
                self._broken(place, f"an attempt may not go from {step[0] or 'nothing'} to {step[1]}")
        attempt = self.attempts.get(said["attempt"])
        if attempt is None:
            attempt = self.attempts[said["attempt"]] = Thing()
        attempt.edges += (at, *place, source, target)
        fence = facts["fence"]
        if not attempt.about or fence > attempt.about[2]:  # fences only rise, in whatever strand
            attempt.about = (said["action"], facts["number"], fence)
        self._move_action(said["action"], place, at, facts["action_from"], facts["action_to"])
        if "link" in facts:
            self._link(place, said["record"], facts["link"])

    def _move_action(self, number: int, place: Place, at: str, source: str, target: str) -> None:
        if target not in _ACTION_STATES or (source in _LEFT_THE_HOUSE and target in _INSIDE):
            self._broken(place, f"an action may not go from {source} to {target}")
        action = self.actions.get(number)
        if action is None:
            action = self.actions[number] = Thing()
        action.edges += (at, *place, source, target)

    def _hold(self, place: Place, said: Mapping[str, Any], facts: _Facts) -> None:
        hold = self.holds.setdefault(facts["hold"], Thing())
        hold.edges += (said["at"], *place, facts["from"], facts["to"])
        hold.about = (said["action"], said["record"])

    def _switched(self, place: Place, said: Mapping[str, Any], facts: _Facts) -> None:
        switches, (before, after) = (
            (self.phases, facts["phase"]) if "phase" in facts else (self.pauses, facts["paused"])
        )
        switches.setdefault(facts["scope"], Thing()).edges += (said["at"], *place, before, after)

    def _linked(self, place: Place, said: Mapping[str, Any], facts: _Facts) -> None:
        self._link(place, said["record"], (facts["flow"], facts["id"]))

    def _link(self, place: Place, record: int, link: Sequence[str]) -> None:
        flow, id_ = link
        if self.links.get((flow, id_)) == record:
            self._broken(place, f"{flow} {id_} was linked before")
        self.links[flow, id_] = record

    def _broken(self, place: Place, what: str) -> None:
        self._damage.note(f"strand {place[0]} entry {place[1]}: {what}")

    # --- against how things stand

    def compare(self, standing: Mapping[str, Sequence[Mapping[str, Json]]]) -> None:
        actions, switches = standing.get("actions", ()), standing.get("switches", ())
        self._compare("action", self.actions, actions, ("record", "flow", "key"))
        self._compare_replaced(actions)
        self._compare("attempt", self.attempts, standing.get("attempts", ()), ("action", "number", "fence"))
        self._compare("hold", self.holds, standing.get("holds", ()), ("action", "record"))
        self._compare_links(standing.get("links", ()))
        self._compare_switches(self.phases, {row["scope"]: row["phase"] for row in switches if row["phase"]}, "")
        self._compare_switches(self.pauses, {row["scope"]: True for row in switches if row["paused"]}, off=False)

    def _compare(self, noun: str, told: Mapping[int, Thing], rows: _Rows, columns: Sequence[str]) -> None:
        seen = set()
        for row in rows:
            number = row["id"]
            seen.add(number)
            thing = told.get(number)
            if thing is None:
                self._damage.note(f"{noun} {number}: no entry says that it came into existence")
            else:
                self._compare_one(f"{noun} {number}", thing, row, columns)
        for number in sorted(told.keys() - seen):
            self._damage.note(f"{noun} {number}: it is gone; its entries say that it came into existence")

    def _compare_one(self, name: str, thing: Thing, row: Mapping[str, Json], columns: Sequence[str]) -> None:
        end = self._end(name, thing.edges, _NOTHING)
        if end is not None and end != row["state"]:
            self._damage.note(f"{name}: it stands at {row['state']}, and its entries end at {end}")
        for column, said in zip(columns, thing.about, strict=False):
            if row[column] != said:
                self._damage.note(f"{name}: the ledger says {column} {row[column]}, its entries say {said}")

    def _compare_replaced(self, rows: _Rows) -> None:
        for row in rows:
            number, said = row["id"], self._replaced_by.get(row["id"], 0)
            if row["replaced_by"] != said:
                kept = row["replaced_by"]
                self._damage.note(f"action {number}: the ledger says replaced by {kept}, its entries say {said}")

    def _end(self, name: str, edges: Path, start: Any) -> Any:
        """Where the entries end; None when they do not lead from one to the next."""
        end, left = follow(edges, start)
        if not left:
            return end
        _, strand, number, source, target = left[0]
        self._damage.note(
            f"{name}: strand {strand} entry {number} moves it from {source or 'nothing'} to {target}, "
            f"and it stood at {end or 'nothing'}: an entry is missing, or was changed"
        )
        return None

    def _compare_links(self, rows: _Rows) -> None:
        seen = set()
        for row in rows:
            link = (row["flow"], row["id"])
            seen.add(link)
            record = self.links.get(link)
            name = f"link {link[0]} {link[1]}"
            if record is None:
                self._damage.note(f"{name}: no entry says that it was made")
            elif record != row["record"]:
                self._damage.note(f"{name}: it leads to record {row['record']}, and its entry says {record}")
        for flow, id_ in sorted(self.links.keys() - seen):
            self._damage.note(f"link {flow} {id_}: it is gone; its entry says that it was made")

    def _compare_switches(self, told: Mapping[str, Thing], kept: Mapping[str, Any], off: Any) -> None:
        for scope in sorted(told.keys() | kept.keys()):
            end = self._end(f"switch {scope}", told[scope].edges if scope in told else [], off)
            if end is not None and end != kept.get(scope, off):
                self._damage.note(f"switch {scope}: it stands at {kept.get(scope, off)}, and its entries end at {end}")
