"""A story in words, for whoever has to answer a customer: short sentences, aligned, all times in UTC."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from syncengine.clock import to_text
from syncengine.evidence.mask import escape
from syncengine.evidence.story import (
    ActionTold,
    AttemptTold,
    Change,
    ConflictTold,
    HitTold,
    HoldTold,
    InputTold,
    RecordTold,
    ReviewTold,
    StopTold,
    Story,
)
from syncengine.vocabulary import (
    HELD_ON,
    ActionKind,
    ActionState,
    AttemptState,
    Consequence,
    Fate,
    InboxState,
    InputKind,
    Trust,
)

_FATES: Final = {
    Fate.SETTLED: "applied",
    Fate.DUPLICATE: "already processed",
    Fate.STALE: "older than what was known, so it changed nothing",
    Fate.ECHO: "our own write coming back",
    Fate.UNMAPPED: "kept; no flow of the map reads this type",
    Fate.UNLINKED: "waits until its record is known",
    Fate.READING: "waits until its record has been read back",
    Fate.FAILED: "could not be applied",
}
_UNJUDGED: Final = {True: "never judged", False: "not judged yet"}
_TRUST: Final = {Trust.CAPTURED: "a captured file", Trust.READ: "a reading that we asked for"}
_MEANS: Final = {
    Consequence.ESSENTIAL: "essential",
    Consequence.CONTACTS_CUSTOMER: "reaches a customer",
    Consequence.MOVES_MONEY: "moves money",
}
_ASKED: Final = "   <- asked for"
_GAP: Final = 2


def tell(story: Story) -> str:
    """The whole story as text, without a line break at the end."""
    return "\n".join(_lines(story))


def tell_action(action: ActionTold) -> list[str]:
    """One action with its attempts, a line each."""
    return list(_action(action))


def tell_input(told: InputTold) -> list[str]:
    """One event or reading with all that it led to, a line each."""
    return list(_input(told))


def _lines(story: Story) -> Iterator[str]:
    yield from (_hit(hit) for hit in story.hits)
    for record in story.records:
        yield ""
        yield from _record(record)
    if story.inputs:
        yield ""
        yield "Not about a known record"
        for told in story.inputs:
            yield from _indented(_input(told))


def _hit(hit: HitTold) -> str:
    leads = len(hit.records)
    about = f" of {leads} records" if leads > 1 else ""
    return f"{escape(hit.label)}  ({hit.what}{about})"


def _record(record: RecordTold) -> Iterator[str]:
    yield f"{record.object} {record.entity}" + _fallen(record)
    links = [(n.flow, escape(n.id), f"since {_time(n.since)}{_mark(n.asked)}") for n in record.known_as]
    yield from _indented(_labelled("known as", _aligned(links)))
    yield from _indented(f"unsettled: awaits a reading of {escape(why)}" for why in record.unsettled)
    yield from _section("what gates said", (line for hold in _decisive(record) for line in _said(hold)))
    for told in record.inputs:
        yield ""
        yield from _indented(_input(told))
    if record.actions:
        yield ""
        yield from _indented(("decided by something else than these events", *_indented(_actions(record.actions))))
    yield from _section("conflicts", (_conflict(conflict) for conflict in record.conflicts))
    yield from _section("for a person to look at", (_review(review) for review in record.reviews))


def _decisive(record: RecordTold) -> list[HoldTold]:
    """Every hold of the record but those that gave way to another one, the oldest first."""
    actions = (*record.actions, *(action for told in record.inputs for action in told.actions))
    holds = (*record.holds, *(hold for action in actions for hold in action.holds))
    kept = (hold for hold in holds if hold.released_by != HELD_ON)
    return sorted(kept, key=lambda hold: (hold.since, hold.flow, hold.gate, hold.need))


def _said(hold: HoldTold) -> Iterator[str]:
    """Who was held when and why, on whose word, and what came of it."""
    yield f"{_time(hold.since)}  {hold.flow} is held by the gate {hold.gate}: {hold.need} is {hold.status}"
    rows = [("on the word of", escape(hold.said_by))] if hold.said_by else []
    if hold.released_at is None:
        rows.append(("next", escape(hold.next)))
    else:
        rows.append(("released", f"{_time(hold.released_at)}, {escape(hold.released_by) or 'by nobody who said why'}"))
    yield from _indented(_aligned(rows))


def _fallen(record: RecordTold) -> str:
    if record.erased:
        return f"  (erased by {record.erased})"
    return "  (gone in its system of record)" if record.gone else ""


def _section(name: str, lines: Iterable[str]) -> Iterator[str]:
    found = tuple(lines)
    if found:
        yield ""
        yield from _indented((name, *_indented(found)))


def _input(told: InputTold) -> Iterator[str]:
    what = "read back" if told.kind == InputKind.READING else escape(told.type)
    yield f"{_time(told.received_at)}  {told.system}: {what}  {escape(told.event_id)}{_mark(told.asked)}"
    yield from _indented(_aligned([("happened", _time(told.happened_at)), ("came from", _origin(told))]))
    yield from _indented(_labelled("outcome  ", (_outcome(told),)))
    if told.answers:
        waited = ", ".join(map(escape, told.answers))
        yield from _indented(_labelled("settled  ", (f"what could not be ordered: {waited} waited for it",)))
    if told.erased_by:
        yield f"  what it said was erased by entry {told.erased_by}"
    fields = [(entry.field, f"= {entry.value.text}") for entry in told.fields]
    yield from _indented(_labelled("fields   ", _aligned(fields)))
    yield from _indented(_actions(told.actions))


def _origin(told: InputTold) -> str:
    source = _TRUST.get(Trust(told.trust), told.trust)
    if told.file:
        source += f", {escape(told.file)}" + (f" line {told.line}" if told.line else "")
    times = "once more" if told.repeats == 1 else f"{told.repeats} times more"
    return source + (f"; came {times}, already processed" if told.repeats else "")


def _outcome(told: InputTold) -> str:
    said = _FATES[Fate(told.fate)] if told.fate else _UNJUDGED[told.state == InboxState.DONE]
    waited = f"; it waited for {escape(told.answered_by)}" if told.answered_by else ""
    return said + (f": {escape(told.why)}" if told.why else "") + waited


def _actions(actions: Sequence[ActionTold]) -> Iterator[str]:
    for action in actions:
        yield from _action(action)


def _action(action: ActionTold) -> Iterator[str]:
    state = action.state.replace("_", "-")
    why = f" ({escape(action.why)})" if action.why else ""
    means = "".join(f"; {_MEANS[Consequence(name)]}" for name in action.consequences)
    yield f"{action.kind} in {action.flow}: {state}{why}{means}{_mark(action.asked)}"
    yield from _indented(_action_lines(action))


def _action_lines(action: ActionTold) -> Iterator[str]:
    if action.content_erased:
        yield "its values were erased"
    if action.state != ActionState.SUPERSEDED:  # what it would have written stands in JSON, and misleads here
        yield from _labelled("wrote  " if action.state == ActionState.CONFIRMED else "writes ", _changes(action))
    for attempt in action.attempts:
        yield _attempt(attempt)
    yield from (_stop(stop) for stop in action.stops)
    yield from (_hold(hold) for hold in action.holds)
    if action.superseded_by:
        yield f"a newer decision took its place: {escape(action.superseded_by)}"
    yield f"decided {_time(action.decided_at)}, write set {action.write_set}, key {escape(action.key)}"


def _stop(stop: StopTold) -> str:
    because = f" because: {escape(stop.reason)}" if stop.reason else ", no reason given"
    return f"not sent: {stop.scope} is {stop.how} since {_time(stop.since)}, by {escape(stop.by)}{because}"


def _changes(action: ActionTold) -> list[str]:
    creates = action.kind == ActionKind.CREATE
    return _aligned([(escape(change.place), _moved(change, creates)) for change in action.changes])


def _moved(change: Change, creates: bool) -> str:
    if change.before is not None:
        return f"{change.before.text} -> {change.after.text}"
    return f"{'=' if creates else '->'} {change.after.text}"


def _attempt(attempt: AttemptTold) -> str:
    said = [f"attempt {attempt.number}: {attempt.state}"]
    if attempt.via == "probe" and attempt.state != AttemptState.SENT:
        said.append("found out by looking at the target")
    said += _when("sent", attempt.sent_at) + _when("settled", attempt.settled_at)
    return ", ".join(said) + (f" ({escape(attempt.detail)})" if attempt.detail else "")


def _when(word: str, moment: datetime | None) -> list[str]:
    return [f"{word} {_time(moment)}"] if moment else []


def _hold(hold: HoldTold) -> str:
    held = f"held by the gate {hold.gate}: {hold.need} is {hold.status}, since {_time(hold.since)}"
    return held if hold.released_at is None else f"{held} until {_time(hold.released_at)}"


def _conflict(told: ConflictTold) -> str:
    return (
        f"{_time(told.at)}  {told.field} in {told.flow}: {told.winner.text} won over {told.loser.text}"
        f" ({escape(told.rule)}); both are kept"
    )


def _review(told: ReviewTold) -> str:
    about = f" ({told.value.text})" if told.value else ""
    return f"{_time(told.at)}  {told.field} in {told.flow}: {escape(told.why)}{about}"


def _time(moment: datetime) -> str:
    """To the second, which is what a person can use; JSON has the rest."""
    return to_text(moment.replace(microsecond=0))


def _mark(asked: bool) -> str:
    return _ASKED if asked else ""


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (" " * _GAP + line if line else "" for line in lines)


def _labelled(label: str, lines: Iterable[str]) -> Iterator[str]:
    """The label before the first line, blanks of its width before the others."""
    for number, line in enumerate(lines):
        yield f"{label if number == 0 else ' ' * len(label)}  {line}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    columns = max(map(len, rows), default=0)
    widths = [max((len(row[n]) for row in rows), default=0) for n in range(columns)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
