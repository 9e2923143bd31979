"""Telling what happened, after it is in the ledger. Where nobody listens, nothing is looked up and nothing is made."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from syncengine.engine.claim import Claim
from syncengine.engine.world import World
from syncengine.model.action import Candidate
from syncengine.model.event import InboxRow, Refused
from syncengine.model.news import News
from syncengine.store.protocol import IntakeReceipt, Move, Settlement, Want
from syncengine.vocabulary import ActionState, AttemptState, Fate, NewsType

_ENDS: Final[Mapping[AttemptState, NewsType]] = {
    AttemptState.CONFIRMED: NewsType.CONFIRMED,
    AttemptState.REJECTED: NewsType.DEAD_LETTERED,
    AttemptState.THROTTLED: NewsType.THROTTLED,
    AttemptState.UNKNOWN: NewsType.UNKNOWN,
    AttemptState.PARKED: NewsType.PARKED,
    AttemptState.OVERTAKEN: NewsType.CANCELLED,
}
"""What was not sent, or proved absent, goes again: that is no news yet."""
_MOVED: Final[Mapping[ActionState, NewsType]] = {
    ActionState.CONFIRMED: NewsType.CONFIRMED,
    ActionState.HELD: NewsType.HELD,
    ActionState.CANCELLED: NewsType.CANCELLED,
    ActionState.DEAD_LETTERED: NewsType.DEAD_LETTERED,
}


def settled(world: World, candidates: Mapping[int, Candidate], settlements: Iterable[Settlement]) -> None:
    if world.news is None:
        return
    told = [(candidates[s.send.action], kind, s) for s in settlements if (kind := _ended(s)) is not None]
    births = _births(world, (candidate for candidate, _, _ in told))
    for candidate, kind, settlement in told:
        world.news(_action(world, candidate, kind, settlement.outcome.detail, births))


def _ended(settlement: Settlement) -> NewsType | None:
    """An attempt that took no effect is news when it was the last one."""
    if settlement.to is ActionState.DEAD_LETTERED:
        return NewsType.DEAD_LETTERED
    return _ENDS.get(settlement.attempt_to)


def moved(world: World, moves: Iterable[Move], untouched: Sequence[int]) -> None:
    if world.news is None:
        return
    told = [move for move in moves if move.to in _MOVED and move.candidate.id not in untouched]
    births = _births(world, (move.candidate for move in told))
    for move in told:
        world.news(_action(world, move.candidate, _MOVED[move.to], move.why, births))


def decided(world: World, claim: Claim, rows: Iterable[InboxRow]) -> None:
    """What the judgement of a batch means for people: holds, questions, and inputs that could not be applied."""
    if world.news is None:
        return
    now, inputs = world.clock.now(), {row.seq: row for row in rows}
    for mark in claim.marks:
        if mark.fate is Fate.FAILED and mark.seq in inputs:
            row = inputs[mark.seq]
            world.news(
                News(type=NewsType.INPUT_FAILED, at=now, system=row.system, record=row.event_id, why=mark.why)
            )  # fmt: skip
    for one in claim.actions:
        if one.state is ActionState.HELD:
            act, why = one.action, "; ".join(hold.asked for hold in one.holds)
            birth = claim.working[act.entity].birth[1]
            world.news(
                News(
                    type=NewsType.HELD, at=now, flow=act.flow, record=birth, key=act.key, why=why, places=act.content
                )
            )  # fmt: skip
    for entity, _, item in claim.reviews:
        record = claim.working.get(entity)
        world.news(
            News(
                type=NewsType.REVIEW, at=now, flow=item.flow, record="" if record is None else record.birth[1],
                object="" if record is None else record.object, field=item.field, why=item.why, value=item.value,
            )
        )  # fmt: skip


def not_read(world: World, system: str, want: Want, why: str) -> None:
    if world.news is not None:
        at = world.clock.now()
        world.news(
            News(type=NewsType.READING_FAILED, at=at, system=system, flow=want.flow, record=want.id, why=why)
        )  # fmt: skip


def taken(world: World, system: str, refused: Iterable[Refused], receipt: IntakeReceipt) -> None:
    if world.news is None:
        return
    now = world.clock.now()
    for line in refused:
        why = f"{line.file}:{line.line}: {line.reason}"
        world.news(News(type=NewsType.REFUSED, at=now, system=system, why=why))
    if receipt.collisions:
        why = f"{receipt.collisions} with a known id and another body: kept, and listed for review"
        world.news(News(type=NewsType.COLLIDED, at=now, system=system, why=why))


def away(world: World, systems: Mapping[str, str]) -> None:
    if world.news is None:
        return
    for system, why in sorted(systems.items()):
        world.news(News(type=NewsType.AWAY, at=world.clock.now(), system=system, why=why))


def _births(world: World, candidates: Iterable[Candidate]) -> Mapping[int, str]:
    records = world.store.records({candidate.record_id for candidate in candidates})
    return {number: record.birth[1] for number, record in records.items()}


def _action(world: World, candidate: Candidate, kind: NewsType, why: str, births: Mapping[int, str]) -> News:
    return News(
        type=kind, at=world.clock.now(), flow=candidate.flow, record=births.get(candidate.record_id, ""),
        key=candidate.key, why=why, places=candidate.content,
    )  # fmt: skip
