"""Dead letters in words: a line of a list, and one of them with everything that was tried."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from syncengine.cli.table import table
from syncengine.clock import to_text
from syncengine.evidence.mask import escape
from syncengine.evidence.story import ActionTold, InputTold, Story, to_json
from syncengine.evidence.wording import tell_action, tell_input
from syncengine.model.letter import Letter, Message

_HEAD: Final = ("id", "what", "record", "since", "failed", "behind it", "last error")
NEXT: Final = {
    Message.ACTION: "mend what the error names; this version can neither redrive nor discard, so that the lane stays"
    " held and what stands behind it waits",
    Message.INPUT: "mend what the error names; this version can neither redrive nor discard; the next delivery about"
    " the record is judged as usual",
}
"""What comes next."""


def line_of(letter: Letter) -> dict[str, Any]:
    """One letter for a program, without what it says."""
    return {
        "id": letter.id, "kind": letter.message, "name": letter.name, "what": letter.what, "flow": letter.flow,
        "system": letter.system, "record": _record(letter), "since": letter.since, "receive_count": letter.receives,
        "error": letter.error, "next": NEXT[letter.message],
        "behind": {"of_its_lane": letter.behind, "waiting_for_it": letter.waiting},
    }  # fmt: skip


def _record(letter: Letter) -> dict[str, str] | None:
    if not letter.entity:
        return None
    return {"object": letter.object, "entity": letter.entity, "id": letter.birth}


def table_of(letters: Sequence[Letter], *, more: bool) -> str:
    if not letters:
        return "there are no dead letters"
    lines = [table([_HEAD, *map(_row, letters)], right=(4,))]
    if more:
        lines.append("there are more: say --limit")
    lines.append("\neach one: syncengine dlq show ID. None can be redriven or discarded by this version yet.")
    return "\n".join(lines)


def _row(letter: Letter) -> tuple[str, ...]:
    about = f"{letter.object} {letter.birth}" if letter.entity else "-"
    since = to_text(letter.since.replace(microsecond=0))
    said = (letter.id, _what(letter), escape(about), since, str(letter.receives), _behind(letter) or "-")
    return (*said, escape(letter.error))


def _what(letter: Letter) -> str:
    if letter.message is Message.ACTION:
        return f"{letter.what} in {letter.flow}"
    return f"{letter.system} {escape(letter.what)} {escape(letter.name)}"


def _behind(letter: Letter) -> str:
    parts = []
    if letter.behind:
        parts.append(f"{letter.behind} newer of its lane")
    if letter.waiting:
        parts.append(f"{letter.waiting} that {'waits' if letter.waiting == 1 else 'wait'} for it")
    return ", ".join(parts)


def as_json(letter: Letter, story: Story) -> dict[str, Any]:
    return {**line_of(letter), "told": [to_json(told) for told in _told(letter, story)]}


def as_text(stories: Sequence[tuple[Letter, Story]], *, map_read: bool) -> str:
    told = "\n\n".join("\n".join(_lines(letter, story)) for letter, story in stories)
    return told if map_read else f"{told}\n\nevery value is masked: no map can be used (name it with --maps)"


def _lines(letter: Letter, story: Story) -> Iterator[str]:
    yield f"{letter.id}  {_what(letter)}"
    known = f"{letter.object} {letter.birth} ({letter.entity})" if letter.entity else "not known"
    yield f"  record      {escape(known)}"
    yield f"  since       {to_text(letter.since.replace(microsecond=0))}"
    times = "once" if letter.receives == 1 else f"{letter.receives} times"
    yield f"  failed      {times}"
    yield f"  last error  {escape(letter.error) or 'none was told'}"
    yield f"  behind it   {_behind(letter) or 'nothing'}"
    yield f"  next        {NEXT[letter.message]}"
    yield ""
    for told in _told(letter, story):
        yield from (f"  {line}" for line in (tell_action(told) if isinstance(told, ActionTold) else tell_input(told)))


def _told(letter: Letter, story: Story) -> Sequence[ActionTold | InputTold]:
    """The letter itself, out of all that is known around it."""
    inputs = [*story.inputs, *(told for record in story.records for told in record.inputs)]
    if letter.message is Message.INPUT:
        return [told for told in inputs if told.id == str(letter.number)]
    actions: Iterable[ActionTold] = (
        *(action for told in inputs for action in told.actions),
        *(action for record in story.records for action in record.actions),
    )
    return [action for action in actions if action.id == str(letter.number)]
