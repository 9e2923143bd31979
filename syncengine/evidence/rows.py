"""Rows against the trail: each as its seals say, and as the entries of its moves say."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from syncengine.evidence.replay import ANY, Replay
from syncengine.evidence.seals import numbers_of
from syncengine.model.book import Row, Shape
from syncengine.model.seal import INBOX_ANSWERED, INBOX_JUDGED, PARTS, RECORD_STATE, TOLD, WHOLE, fixed, seal_all
from syncengine.vocabulary import ActionState, InboxState

NOUNS: Final = {
    "actions": "action", "attempts": "attempt", "conflicts": "conflict", "cursors": "cursor", "files": "file",
    "holds": "hold", "inbox": "input", "links": "link", "records": "record", "refusals": "refusal",
    "repeats": "repeat", "reviews": "review", "sessions": "session", "setbacks": "setback", "switches": "switch",
    "waits": "wait", "wants": "want", "rechecks": "recheck", "pairings": "pairing", "suspects": "suspect",
    "listings": "listing", "failures": "failure",
}  # fmt: skip
_UNTOUCHED: Final[Mapping[str, Sequence[Any]]] = {
    INBOX_JUDGED: (InboxState.DUE.value, "", "", "", "", 0, 0),
    INBOX_ANSWERED: (0,),
}
"""What stands in a part of a row that nothing was written into since it was added."""

_RETIRED: Final = frozenset({ActionState.SUPERSEDED.value, ActionState.CANCELLED.value})
_BASIC: Final = frozenset(
    {
        "state", "record_id", "flow", "key", "replaced_by", "action_id", "number", "fence", "released_at", "phase",
        "paused",
    }
)  # fmt: skip
"""Columns that the entries of every version told."""

Suspect = tuple[Any, list[str]]
"""The key of a row, and what is wrong with it in words."""


class Rows:
    """The rows of one table. `sealed`: they have seals, as those of an older version have not."""

    def __init__(self, replay: Replay, table: str, shape: Shape, secret: bytes, *, sealed: bool) -> None:
        self._replay = replay
        self._table = table
        self._shape = shape
        self._secret = secret
        self._sealed = sealed
        self._parts = {table: fixed(table, shape.columns), **_parts(table, shape.columns)} if sealed else {}
        self._places = {name: place for place, name in enumerate(shape.columns)}
        self._expected: Callable[[Any], Mapping[str, Any] | None] | None = self._told().get(table)
        self._key = [self._places[name] for name in shape.key]
        self._seen: set[Any] = set()

    def _told(self) -> Mapping[str, Callable[[Any], Mapping[str, Any] | None]]:
        return {
            "actions": self._action,
            "attempts": self._attempt,
            "holds": self._hold,
            "links": self._link,
            "switches": self._switch,
        }

    def check(self, rows: Sequence[Row]) -> Iterator[Suspect]:
        (first, *others) = self._key
        keys = [row[first] for row in rows] if not others else [tuple([row[p] for p in self._key]) for row in rows]
        wrong: dict[Any, list[str]] = {}
        for part, places in self._parts.items():
            if places:
                self._check_part(part, places, keys, rows, wrong)
        if self._expected is not None:
            self._seen.update(keys)
            for key, row in zip(keys, rows, strict=True):
                self._check_told(key, row, self._expected(key), wrong)
        return iter(wrong.items())

    def _check_part(
        self, part: str, places: Sequence[int], keys: Sequence[Any], rows: Sequence[Row], wrong: dict[Any, list[str]]
    ) -> None:
        known = self._replay.seals.get(part)
        whole = len(places) == len(self._shape.columns)
        kept = [tuple(row) for row in rows] if whole else [[row[p] for p in places] for row in rows]
        for key, row, seal in zip(keys, kept, numbers_of(seal_all(self._secret, kept)), strict=True):
            said = 0 if known is None else known.get(key)
            if known is not None:
                known.settle(key)
            if said == seal:
                continue
            if said:
                columns = ", ".join(self._shape.columns[place] for place in places)
                wrong.setdefault(key, []).append(f"{self.name(key)}: it is not as it was written (one of {columns})")
            elif part in (self._table, RECORD_STATE):
                wrong.setdefault(key, []).append(f"{self.name(key)}: it was added; no entry says that it was written")
            elif part in _UNTOUCHED and tuple(row) != tuple(_UNTOUCHED[part]):
                columns = ", ".join(self._shape.columns[place] for place in places)
                wrong.setdefault(key, []).append(f"{self.name(key)}: no entry says that it was changed ({columns})")

    def _check_told(
        self, key: Any, row: Row, expected: Mapping[str, Any] | None, wrong: dict[Any, list[str]]
    ) -> None:
        if expected is None:
            wrong.setdefault(key, []).append(f"{self.name(key)}: no entry says that it came into existence")
            return
        for column, said in expected.items():
            place = self._places.get(column)
            if place is None or said is ANY or row[place] == said:
                continue
            if column == "released_at" and (row[place] is None) == (said == "open"):
                continue
            if type(said) is tuple and seal_all(self._secret, [(row[place],)]) == said[0]:
                continue
            if self._sealed or column in _BASIC:
                wrong.setdefault(key, []).append(f"{self.name(key)}: {_differs(self._table, column, row[place], said)}")

    def gone_among(self, keys: Iterable[Any]) -> Iterator[Suspect]:
        """Of rows that are not there: those that should be."""
        told = self._told_of()
        for key in keys:
            parts = (self._replay.seals.get(part) for part in self._parts if WHOLE not in part)
            if any(seals is not None and seals.get(key) for seals in parts) or key in told:
                yield key, [f"{self.name(key)}: it is gone; an entry says that it was written"]

    def gone(self) -> Iterator[Suspect]:
        """Rows that are not there, once all were checked."""
        missing: dict[Any, list[str]] = {}
        for part in self._parts:
            for key in self._replay.seals[part].left() if part in self._replay.seals and WHOLE not in part else ():
                missing.setdefault(key, [f"{self.name(key)}: it is gone; an entry says that it was written"])
        for key in self._told_of() - self._seen:
            missing[key] = [f"{self.name(key)}: it is gone; its entries say that it came into existence"]
        return iter(sorted(missing.items(), key=lambda item: str(item[0])))

    def _told_of(self) -> set[Any]:
        replay = self._replay
        told: Mapping[str, Any] = {
            "actions": replay.actions,
            "attempts": replay.attempts,
            "holds": replay.holds,
            "links": replay.links,
            "switches": [s for s in {*replay.phases, *replay.pauses} if replay.phases.get(s) or replay.pauses.get(s)],
        }
        return set(told.get(self._table, ()))

    def name(self, key: Any) -> str:
        noun = NOUNS.get(self._table, self._table)
        if self._table == "links":
            return f"{noun} {key[1]} {key[0]}"
        return f"{noun} {' '.join(map(str, key)) if isinstance(key, tuple) else key}"

    # --- what the entries say of a row, column by column

    def _action(self, key: int) -> Mapping[str, Any] | None:
        action = self._replay.actions.get(key)
        if action is None:
            return None
        state, fence, about, *_ = action
        expected = {
            "state": state, "fence": fence, "why": action.why, "request_id": action.request_id,
            "replaced_by": action.replaced_by, "due_at": action.due_at, "session_id": action.session_id,
            "retired": key if state in _RETIRED else 0,
        }  # fmt: skip
        if about:
            expected["record_id"], expected["flow"], expected["key"] = about
        return expected

    def _attempt(self, key: int) -> Mapping[str, Any] | None:
        attempt = self._replay.attempts.get(key)
        if attempt is None:
            return None
        expected = attempt._asdict()
        action = self._replay.actions.get(attempt.action_id)
        expected["request_id"] = ANY if action is None else action.request_id
        if attempt.detail is not ANY and attempt.detail:
            expected["detail"] = (attempt.detail,)
        return expected

    def _hold(self, key: int) -> Mapping[str, Any] | None:
        hold = self._replay.holds.get(key)
        if hold is None:
            return None
        return {"action_id": hold.action_id, "record_id": hold.record_id, "released_at": hold.state}

    def _link(self, key: Any) -> Mapping[str, Any] | None:
        link = self._replay.links.get(key)
        return None if link is None else link._asdict()

    def _switch(self, key: str) -> Mapping[str, Any] | None:
        return {"phase": self._replay.phases.get(key, ""), "paused": int(self._replay.pauses.get(key, False))}


def _parts(table: str, columns: Sequence[str]) -> Mapping[str, Sequence[int]]:
    parts = {part: [columns.index(n) for n in names] for part, (of, names) in PARTS.items() if of == table}
    if table in TOLD:
        parts[table + WHOLE] = list(range(len(columns)))
    return parts


def _differs(table: str, column: str, kept: Any, said: Any) -> str:
    if type(said) is tuple:
        return f"its entries say another {column}"
    if column == "released_at":
        return f"it stands at {'open' if kept is None else 'released'}, and its entries end at {said}"
    if column == "record_id" and table == "links":
        return f"it leads to record {kept}, and its entry says {said}"
    if column in ("phase", "paused"):
        return f"it stands at {kept}, and its entries end at {said}"
    if column == "state":
        return f"it stands at {kept}, and its entries end at {said}"
    return f"the ledger says {column} {kept}, its entries say {said}"
