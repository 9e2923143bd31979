"""Which entity is which record of theirs? Judged for all that hang together at once, rule by rule in the order of the
map, so that it does not matter who came first.

Under the first rule by which an entity has a candidate, it is decided: one entity and one record that say the same are
linked, more on either side are for a person. What is in question stays in view under every later rule, and is never
linked by a weaker one: it only makes others questionable too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from syncengine.model.matching import Keys, Neighbourhood


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The record `id` of theirs is the entity, by this rule."""

    id: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """By this rule these records of theirs, and these entities, might be one: a person decides."""

    rule: str
    theirs: tuple[str, ...]
    ours: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """Nothing there matches."""


Verdict = Matched | Several | Alone


@dataclass(slots=True)
class _Board:
    """Who is still free, and who is in question."""

    ours: dict[str, Keys]
    theirs: dict[str, Keys]
    doubted: set[str] = field(default_factory=set)
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    def judge(self, rule: str) -> None:
        theirs = _by_hash(self.theirs, rule)
        for said, entities in _by_hash(self.ours, rule).items():
            if said in theirs:
                self._group(rule, entities, theirs[said])

    def _group(self, rule: str, entities: Sequence[str], ids: Sequence[str]) -> None:
        if len(entities) == len(ids) == 1 and entities[0] not in self.verdicts and ids[0] not in self.doubted:
            self.verdicts[entities[0]] = Matched(id=ids[0], rule=rule)
            del self.ours[entities[0]], self.theirs[ids[0]]
            return
        self.doubted.update(ids)
        question = Several(rule=rule, theirs=tuple(ids), ours=tuple(entities))
        for entity in entities:
            self.verdicts.setdefault(entity, question)


def pair(rules: Iterable[str], around: Neighbourhood) -> Mapping[str, Verdict]:
    """The verdict on every entity that has a candidate; on all others it is Alone. `rules` in the order of the map."""
    board = _Board(dict(around.ours), dict(around.theirs))
    for rule in rules:
        board.judge(rule)
    return board.verdicts


def _by_hash(side: Mapping[str, Keys], rule: str) -> dict[bytes, list[str]]:
    groups: dict[bytes, list[str]] = {}
    for name in sorted(side):
        if rule in side[name]:
            groups.setdefault(side[name][rule], []).append(name)
    return groups
