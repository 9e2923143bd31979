"""What a run did, for people and for programs. The counts come from the ledger, not from memory."""

from collections.abc import Iterator, Mapping
from typing import Any

from syncengine.clock import to_text
from syncengine.engine.paused import Paused
from syncengine.engine.run import Done
from syncengine.evidence.mask import escape
from syncengine.model.letter import Message
from syncengine.model.tally import Tally
from syncengine.vocabulary import ActionState, Fate, FlowResult, PairState

_WRITES: Mapping[str, ActionState] = {
    "confirmed": ActionState.CONFIRMED,
    "ready": ActionState.READY,
    "waiting": ActionState.WAITING,
    "held": ActionState.HELD,
    "superseded": ActionState.SUPERSEDED,
    "cancelled": ActionState.CANCELLED,
    "prepared": ActionState.PREPARED,
    "unknown": ActionState.UNKNOWN,
    "sent": ActionState.SENT,
    "parked": ActionState.PARKED,
    "dead_lettered": ActionState.DEAD_LETTERED,
}


_UNMATCHED: Mapping[PairState, str] = {
    PairState.WAITING: "wait until all that is there has been listed and compared",
    PairState.READING: "wait until the record that matches has been read",
    PairState.REVIEW: "wait until a person decides which of several they are",
}
_DEAD: Mapping[Message, str] = {Message.ACTION: "actions", Message.INPUT: "inputs"}
_STUCK = (ActionState.PARKED, ActionState.DEAD_LETTERED)


def as_json(tally: Tally, done: Done) -> dict[str, Any]:
    """The documented object of `run --format json`, without its envelope."""
    return {
        "intake": {
            "files": done.intake.files,
            "files_already_processed": done.intake.known_files,
            "new": done.intake.new,
            "already_processed": done.intake.duplicates,
            "collisions": done.intake.collisions,
            "refused": [{"file": f, "line": n, "reason": why} for f, n, why in done.intake.refused],
            "unterminated": done.intake.unterminated,
        },
        "events": {fate.value: tally.events.get(fate, 0) for fate in Fate},
        "decisions": {result.value: tally.decisions.get(result, 0) for result in FlowResult},
        "conflicts": tally.conflicts,
        "reviews": tally.reviews,
        "writes": writes(tally),
        "unmapped_types": dict(tally.unmapped_types),
        "readings": tally.readings,
        "unsettled": tally.unsettled,
        "unmatched": {state.value: tally.unpaired.get(state, 0) for state in PairState},
        "open": {state.value: n for state, n in tally.open.items() if n},
        "dead_letters": {message.value: tally.dead_letters.get(message, 0) for message in Message},
        "away": [{"system": system, "why": why} for system, why in sorted(done.away.items())],
        "faults": [
            {"system": system, "why": fault.why, "remedy": fault.remedy}
            for system, fault in sorted(done.faults.items())
        ],
        "paused": [_paused_json(one) for one in done.paused],
        "batches": [{"flow": flow, "next_at": to_text(at)} for flow, at in sorted(done.batches.items())],
        "stopped": done.stopped,
        "left_to_others": done.others,
    }


def _paused_json(paused: Paused) -> dict[str, Any]:
    turned = paused.switch.pause_turn
    said = {"since": "", "by": "", "reason": ""}
    if turned is not None:
        said = {"since": to_text(turned.at), "by": turned.actor, "reason": turned.reason}
    return {"scope": paused.switch.scope, **said, "waiting": paused.waiting}


def writes(tally: Tally) -> dict[str, int]:
    """Actions by where they stand now, each in one place; `confirmed_by_probe` are those of the confirmed that a probe
    found, `observed` made no action. What was refused is a dead letter, and is `rejected` where it is none any more;
    what its target put off is `throttled`, and else `prepared`.
    """
    counted = {name: tally.writes.get(state, 0) for name, state in _WRITES.items()}
    counted["confirmed_by_probe"] = tally.by_probe
    counted["rejected"] = tally.rejected
    counted["throttled"] = tally.throttled
    counted["prepared"] -= tally.throttled
    counted["observed"] = tally.decisions.get(FlowResult.OBSERVED, 0)
    return counted


def as_text(tally: Tally, done: Done) -> str:
    """A few aligned lines; zeros are left out."""
    return "\n".join(f"{label:<10} {text}" for label, text in _lines(tally, done))


def _lines(tally: Tally, done: Done) -> Iterator[tuple[str, str]]:
    yield "deliveries", _intake(done)
    events = _counts({fate.value: tally.events.get(fate, 0) for fate in Fate})
    written = _counts(writes(tally))
    yield "events", events or "none"
    if tally.decisions:
        yield "decisions", _counts({result.value: tally.decisions.get(result, 0) for result in FlowResult})
    yield "writes", written or "none"
    found = {"readings": tally.readings, "conflicts": tally.conflicts, "reviews": tally.reviews}
    if also := _counts({**found, "unsettled": tally.unsettled}):
        yield "also", also
    yield from _left(tally)
    yield from _obstacles(tally, done)
    if done.others:
        yield "workers", "what is left is with others, which go on"
    if done.stopped:
        yield "stopped", "as asked; the next run goes on from here"


def _obstacles(tally: Tally, done: Done) -> Iterator[tuple[str, str]]:
    """What could not be taken in, read or written, and why."""
    if tally.unmapped_types:
        yield "unmapped", _counts(tally.unmapped_types)
    for name, line, why in done.intake.refused:
        yield "refused", f"{name}:{line}: {why}"
    for name in done.intake.unterminated:
        yield "waiting", f"{name}: its last line has no end yet; it is read with the next run"
    for system, why in sorted(done.away.items()):
        yield "away", f"{system}: {why}"
    for system, fault in sorted(done.faults.items()):
        yield "fault", f"{system}: {fault.why}"
        if fault.remedy:
            yield "", f"next: {fault.remedy}"
    for paused in done.paused:
        yield "paused", _paused(paused)
    for flow, at in sorted(done.batches.items()):
        yield "batch", f"{flow}: what is ready waits for the next one, at {to_text(at)}"


def _left(tally: Tally) -> Iterator[tuple[str, str]]:
    """What is open in the ledger, whoever left it."""
    stuck = _counts({state.value: n for state, n in tally.open.items() if state in _STUCK})
    if stuck:
        yield "stuck", f"{stuck}: each holds back what comes after it until a person acts"
    if tally.dead_letters:
        yield "dead", f"{_counts({_DEAD[m]: n for m, n in tally.dead_letters.items()})}: syncengine dlq list"
    unmatched = [f"{n} {_UNMATCHED[state]}" for state in PairState if (n := tally.unpaired.get(state, 0))]
    if unmatched:
        yield "unmatched", ", ".join(unmatched)


def _intake(done: Done) -> str:
    report = done.intake
    parts = []
    if report.files:
        parts.append(f"{report.new} new from {_number(report.files, 'file')}")
    if report.duplicates:
        parts.append(f"{report.duplicates} already processed")
    if report.collisions:
        parts.append(f"{report.collisions} with a known id and another body")
    if report.known_files:
        parts.append(f"{_number(report.known_files, 'file')} already processed")
    return ", ".join(parts) or "none"


def _paused(paused: Paused) -> str:
    turned = paused.switch.pause_turn
    since = "" if turned is None else f" since {to_text(turned.at.replace(microsecond=0))} by {escape(turned.actor)}"
    because = "" if turned is None or not turned.reason else f", because: {escape(turned.reason)}"
    waits = "waits" if paused.waiting == 1 else "wait"
    return f"{paused.switch.scope}{since}{because}; {_number(paused.waiting, 'action')} {waits} there"


def _number(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in counts.items() if n)
