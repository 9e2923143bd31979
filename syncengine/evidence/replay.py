"""Replaying the trail: every change of state has one entry, and together they lead to how things stand now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from syncengine.evidence.damage import Damage
from syncengine.evidence.path import Edge, Path, follow
from syncengine.model.attempt import MOVES
from syncengine.model.value import Json
from syncengine.vocabulary import ActionState, AttemptState, EntryKind

_LEFT_THE_HOUSE: Final = frozenset(
    {ActionState.SENT, ActionState.UNKNOWN, ActionState.PROBING, ActionState.PARKED, ActionState.CONFIRMED}
)
_INSIDE: Final = frozenset({ActionState.READY, ActionState.WAITING, ActionState.HELD})
_LEGAL: Final = {(a or "", b) for a, targets in MOVES.items() for b in targets}
_ACTION_STATES: Final = frozenset(ActionState)
_NO_ACTION: Final = ""

Place = tuple[int, int]


@dataclass(slots=True)
class _Thing:
    """Something whose states the trail tells, with what it is besides."""

    edges: Path = field(default_factory=list)
    about: dict[str, Json] = field(default_factory=dict)


class Replay:
    """Listens to the entries and keeps the moves of each action, attempt, hold and switch, and every link."""

    def __init__(self, damage: Damage) -> None:
        self.actions: dict[int, _Thing] = {}
        self.attempts: dict[int, _Thing] = {}
        self.holds: dict[int, _Thing] = {}
        self.phases: dict[str, _Thing] = {}
        self.pauses: dict[str, _Thing] = {}
        self.links: dict[tuple[str, str], int] = {}
        self._damage = damage
        self._told = {
            EntryKind.ACTION: self._action,
            EntryKind.ATTEMPT: self._attempt,
            EntryKind.HOLD: self._hold,
            EntryKind.LINKED: self._linked,
            EntryKind.SWITCHED: self._switched,
        }

    def take(self, place: Place, said: Mapping[str, Any]) -> None:
        told = self._told.get(said["kind"])
        if told is not None:
            told(place, said, said["facts"])

    def _action(self, place: Place, said: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        action = self.actions.setdefault(said["action"], _Thing())
        self._move_action(action, place, said, facts["from"], facts["to"])
        about = action.about
        about["replaced_by"] = facts.get("replaced_by", 0)
        if facts["from"] == _NO_ACTION:
            about.update(record=said["record"], flow=facts["flow"], key=facts["key"])
        self._link(place, said, facts.get("link"))

    def _attempt(self, place: Place, said: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        if "late" in facts:
            return
        attempt = self.attempts.setdefault(said["attempt"], _Thing())
        way = (facts["from"], *facts.get("through", ()), facts["to"])
        for step in zip(way, way[1:], strict=False):
            if step not in _LEGAL:
                self._broken(place, f"an attempt may not go from {step[0] or 'nothing'} to {step[1]}")
        attempt.edges.append((said["at"], place, way[0], way[-1]))
        attempt.about = {"action": said["action"], "number": facts["number"], "fence": facts["fence"]}
        action = self.actions.setdefault(said["action"], _Thing())
        self._move_action(action, place, said, facts["action_from"], facts["action_to"])
        action.about["replaced_by"] = 0
        self._link(place, said, facts.get("link"))

    def _move_action(self, action: _Thing, place: Place, said: Mapping[str, Any], source: str, target: str) -> None:
        if target not in _ACTION_STATES or (source in _LEFT_THE_HOUSE and target in _INSIDE):
            self._broken(place, f"an action may not go from {source} to {target}")
        action.edges.append((said["at"], place, source, target))

    def _hold(self, place: Place, said: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        hold = self.holds.setdefault(facts["hold"], _Thing())
        hold.edges.append((said["at"], place, facts["from"], facts["to"]))
        hold.about = {"action": said["action"], "record": said["record"]}

    def _switched(self, place: Place, said: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        switches, (before, after) = (
            (self.phases, facts["phase"]) if "phase" in facts else (self.pauses, facts["paused"])
        )
        switches.setdefault(facts["scope"], _Thing()).edges.append((said["at"], place, before, after))

    def _linked(self, place: Place, said: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        self._link(place, said, (facts["flow"], facts["id"]))

    def _link(self, place: Place, said: Mapping[str, Any], link: Sequence[str] | None) -> None:
        if link is None:
            return
        flow, id_ = link
        if (flow, id_) in self.links:
            self._broken(place, f"{flow} {id_} was linked before")
        self.links[flow, id_] = said["record"]

    def _broken(self, place: Place, what: str) -> None:
        self._damage.note(f"strand {place[0]} entry {place[1]}: {what}")

    # --- against how things stand

    def compare(self, standing: Mapping[str, Sequence[Mapping[str, Json]]]) -> None:
        self._compare("action", self.actions, standing.get("actions", ()))
        self._compare("attempt", self.attempts, standing.get("attempts", ()))
        self._compare("hold", self.holds, standing.get("holds", ()))
        self._compare_links(standing.get("links", ()))
        switches = standing.get("switches", ())
        self._compare_switches(self.phases, {row["scope"]: row["phase"] for row in switches if row["phase"]}, "")
        self._compare_switches(self.pauses, {row["scope"]: True for row in switches if row["paused"]}, False)

    def _compare(self, noun: str, told: Mapping[int, _Thing], rows: Iterable[Mapping[str, Json]]) -> None:
        seen = set()
        for row in rows:
            number = row["id"]
            seen.add(number)
            thing = told.get(number)
            if thing is None:
                self._damage.note(f"{noun} {number}: no entry says that it came into existence")
            else:
                self._compare_one(f"{noun} {number}", thing, row)
        for number in sorted(told.keys() - seen):
            self._damage.note(f"{noun} {number}: it is gone; its entries say that it came into existence")

    def _compare_one(self, name: str, thing: _Thing, row: Mapping[str, Json]) -> None:
        end = self._end(name, thing.edges, _NO_ACTION)
        if end is not None and end != row["state"]:
            self._damage.note(f"{name}: it stands at {row['state']}, and its entries end at {end}")
        for what, said in thing.about.items():
            if row[what] != said:
                self._damage.note(f"{name}: the ledger says {what} {row[what]}, its entries say {said}")

    def _end(self, name: str, edges: Sequence[Edge], start: Any) -> Any:
        """Where the entries end; None when they do not lead from one to the next."""
        end, left = follow(edges, start)
        if not left:
            return end
        _, place, source, target = left[0]
        self._damage.note(
            f"{name}: strand {place[0]} entry {place[1]} moves it from {source or 'nothing'} to {target}, "
            f"and it stood at {end or 'nothing'}: an entry is missing, or was changed"
        )
        return None

    def _compare_links(self, rows: Iterable[Mapping[str, Json]]) -> None:
        seen = set()
        for row in rows:
            link = (row["flow"], row["id"])
            seen.add(link)
            record = self.links.get(link)
            if record is None:
                self._damage.note(f"link {link[0]} {link[1]}: no entry says that it was made")
            elif record != row["record"]:
                self._damage.note(f"link {link[0]} {link[1]}: it leads to record {row['record']}, its entry says {record}")
        for flow, id_ in sorted(self.links.keys() - seen):
            self._damage.note(f"link {flow} {id_}: it is gone; its entry says that it was made")

    def _compare_switches(self, told: Mapping[str, _Thing], kept: Mapping[str, Any], off: Any) -> None:
        for scope in sorted(told.keys() | kept.keys()):
            edges = told[scope].edges if scope in told else []
            end = self._end(f"switch {scope}", edges, off)
            if end is not None and end != kept.get(scope, off):
                self._damage.note(f"switch {scope}: it stands at {kept.get(scope, off)}, and its entries end at {end}")
