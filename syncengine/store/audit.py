"""What a transaction writes into the audit trail: one entry per change of state, made here for every store alike.

Facts by kind; "about" names the ids that the entry carries beside them.

    session.opened    session, kind, actor, ledger (the seal of its project, beginning and key), schema (its revision
                      and the seal of all that it is made of)
    session.closed    session
    intake.accepted   first, last (places of the new inputs; 0 when there are none), new, readings, duplicates,
                      collisions, refused, file (digest of what was read of it so far, in hex, or "")
    inputs.decided    fates {fate: n}, flows {result: n}, conflicts, wants,
                      quiet [[from, to], ...]: places of inputs that led to no action
    link.made         about a record: flow, id
    action.moved      about a record, an action, the input that caused it: from ("" = it did not exist), to; with the
                      first one key, flow, kind; why, replaced_by, link [flow, id] where there is one
    attempt.moved     about a record, an action, an attempt: from ("" = it did not exist), to, through (states passed on
                      the way, if any), action_from, action_to, number, fence; via, request (payload id),
                      link [flow, id] where there is one; with the way out deadline, and before (payload id); at the
                      end after (payload id), remote (their id), due (microseconds since 1970) and detail (the seal of
                      what was said) where there is one
    attempt.moved     about an action, an attempt: late (the outcome that came in), fence. The fence was lost, nothing
                      moved
    hold.moved        about a record, an action: hold, from ("" or "open"), to ("open" or "released"); with the first
                      one gate, need, with the last why
    switch.moved      scope, phase [from, to] or paused [from, to], reason, actor
    legal-hold.moved  subject, held [from, to], reason, actor
    payload.erased    subject, actor, reason, found {noun: n}, payloads []: an erasure begins; the next ones do it
    payload.erased    payloads, records, inputs, refusals [[from, to], ...]: what was taken out in this transaction
    review.opened     about a record, an input: review, flow, field, why
    rows.written      turn (transactions are numbered without a gap, over all strands), rows {part: [keys, seals]}:
                      every row that the transaction wrote, but for those of which an entry tells all; see
                      `model.seal`. The first entry of its transaction (the second of a session's first one)
    payloads.stored   first, last, root
    strands.folded    heads {strand: [count, head]}, previous

**Replay.** Fold all entries. An action stands where the last entry that names it put it: `to` of an action.moved,
`action_to` of an attempt.moved; the chain of from and to (action_from, action_to) has no gap. An attempt stands at the
`to` of its last attempt.moved that is not late. A link exists when one entry made it: a link.made, or the `link` of
another entry, whose record it is then. A hold is where its last hold.moved put it. A strand must end at the count and
head that the ledger keeps for it. Sessions that ran one after the other have strands of their own: their entries follow
each other by `at`, and within one moment by the chain of from and to.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from syncengine.model.action import Action, Hold
from syncengine.model.decision import Link, ReviewItem
from syncengine.model.entry import Entry
from syncengine.model.erasure import Reach
from syncengine.model.value import Json
from syncengine.vocabulary import ActionState, AttemptState, EntryKind, Fate, FlowResult, OutcomeKind


def session_opened(session: int, kind: str, actor: str, at: datetime, ledger: str, schema: str) -> Entry:
    facts = {"session": session, "kind": kind, "actor": actor, "ledger": ledger, "schema": schema}
    return Entry(kind=EntryKind.SESSION_OPENED, at=at, facts=facts)


def session_closed(session: int, at: datetime) -> Entry:
    return Entry(kind=EntryKind.SESSION_CLOSED, at=at, facts={"session": session})


def accepted(
    *, at: datetime, first: int, new: int, readings: int, duplicates: int, collisions: int, refused: int, file: bytes
) -> Entry:
    facts = {
        "first": first if new else 0,
        "last": first + new - 1 if new else 0,
        "new": new,
        "readings": readings,
        "duplicates": duplicates,
        "collisions": collisions,
        "refused": refused,
        "file": file.hex(),
    }
    return Entry(kind=EntryKind.ACCEPTED, at=at, facts=facts)


def decided(
    *,
    at: datetime,
    fates: Iterable[Fate],
    flows: Mapping[FlowResult, int],
    conflicts: int,
    wants: int,
    quiet: Sequence[int],
) -> Entry:
    facts: dict[str, Json] = {
        "fates": {f.value: n for f, n in Counter(fates).items()},
        "flows": {r.value: n for r, n in flows.items()},
        "conflicts": conflicts,
        "wants": wants,
        "quiet": spans(quiet),
    }
    return Entry(kind=EntryKind.DECIDED, at=at, facts=facts)


def spans(places: Sequence[int]) -> list[list[int]]:
    """Numbers as runs: 3, 4, 5, 9 -> [[3, 5], [9, 9]]."""
    runs: list[list[int]] = []
    for place in sorted(places):
        if runs and runs[-1][1] == place - 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    return runs


def linked(*, at: datetime, record: int, link: Link) -> Entry:
    return Entry(kind=EntryKind.LINKED, at=at, record=record, facts={"flow": link.flow, "id": link.id})


def action_made(*, at: datetime, id: int, record: int, action: Action, to: ActionState, replaced_by: int = 0) -> Entry:  # noqa: A002
    facts: dict[str, Json] = {
        "from": "",
        "to": to.value,
        "key": action.key,
        "flow": action.flow,
        "kind": action.kind.value,
    }
    if replaced_by:
        facts["replaced_by"] = replaced_by
    return Entry(kind=EntryKind.ACTION, at=at, record=record, input=action.cause, action=id, facts=facts)


def action_moved(
    *,
    at: datetime,
    id: int,  # noqa: A002
    record: int,
    from_: ActionState,
    to: ActionState,
    why: str = "",
    replaced_by: int = 0,
    link: Link | None = None,
) -> Entry:
    facts: dict[str, Json] = {"from": from_.value, "to": to.value}
    if why:
        facts["why"] = why
    if replaced_by:
        facts["replaced_by"] = replaced_by
    if link is not None:
        facts["link"] = [link.flow, link.id]
    return Entry(kind=EntryKind.ACTION, at=at, record=record, action=id, facts=facts)


def attempt_moved(
    *,
    at: datetime,
    id: int,  # noqa: A002
    record: int,
    action: int,
    way: Sequence[AttemptState | None],
    action_way: tuple[ActionState, ActionState],
    number: int,
    fence: int,
    via: str = "",
    request: int = 0,
    link: Link | None = None,
    **kept: Json,
) -> Entry:
    """`way` are the attempt's states from where it stood (None: it did not exist) to where it stands. `kept` are the
    other facts, of which an empty one is left out.
    """
    first = way[0]
    facts: dict[str, Json] = {
        "from": "" if first is None else first.value,
        "to": way[-1].value if way[-1] is not None else "",
        "action_from": action_way[0].value,
        "action_to": action_way[1].value,
        "number": number,
        "fence": fence,
    }
    if len(way) > 2:  # noqa: PLR2004 - more than a start and an end
        facts["through"] = [s.value for s in way[1:-1] if s is not None]
    if via:
        facts["via"] = via
    if request:
        facts["request"] = request
    facts.update({name: fact for name, fact in kept.items() if fact})
    if link is not None:
        facts["link"] = [link.flow, link.id]
    return Entry(kind=EntryKind.ATTEMPT, at=at, record=record, action=action, attempt=id, facts=facts)


def late_result(*, at: datetime, id: int, action: int, outcome: OutcomeKind, fence: int) -> Entry:  # noqa: A002
    facts = {"late": outcome.value, "fence": fence}
    return Entry(kind=EntryKind.ATTEMPT, at=at, action=action, attempt=id, facts=facts)


def hold_opened(*, at: datetime, id: int, record: int, action: int, hold: Hold) -> Entry:  # noqa: A002
    facts = {"hold": id, "from": "", "to": "open", "gate": hold.gate, "need": hold.need}
    return Entry(kind=EntryKind.HOLD, at=at, record=record, action=action, facts=facts)


def hold_released(*, at: datetime, id: int, record: int, action: int, why: str) -> Entry:  # noqa: A002
    facts = {"hold": id, "from": "open", "to": "released", "why": why}
    return Entry(kind=EntryKind.HOLD, at=at, record=record, action=action, facts=facts)


def phase_set(*, at: datetime, scope: str, from_: str, to: str, reason: str, actor: str) -> Entry:
    facts = {"scope": scope, "phase": [from_, to], "reason": reason, "actor": actor}
    return Entry(kind=EntryKind.SWITCHED, at=at, facts=facts)


def pause_set(*, at: datetime, scope: str, paused: bool, reason: str, actor: str) -> Entry:
    facts = {"scope": scope, "paused": [not paused, paused], "reason": reason, "actor": actor}
    return Entry(kind=EntryKind.SWITCHED, at=at, facts=facts)


def legal_hold(*, at: datetime, subject: str, held: bool, reason: str, actor: str) -> Entry:
    facts = {"subject": subject, "held": [not held, held], "reason": reason, "actor": actor}
    return Entry(kind=EntryKind.LEGAL_HOLD, at=at, facts=facts)


def erasure_begun(*, at: datetime, reach: Reach, reason: str, actor: str) -> Entry:
    facts = {
        "subject": reach.subject,
        "actor": actor,
        "reason": reason,
        "found": {
            "records": len(reach.records),
            "inputs": len(reach.inputs),
            "refusals": len(reach.refusals),
            "payloads": len(reach.payloads),
        },
        "payloads": [],
    }
    return Entry(kind=EntryKind.ERASED, at=at, facts=facts)


def erased(*, at: datetime, payloads: Sequence[int], **others: Sequence[int]) -> Entry:
    """`others` are places of records, inputs and refusals that were emptied with them."""
    facts = {"payloads": spans(payloads), **{noun: spans(places) for noun, places in others.items() if places}}
    return Entry(kind=EntryKind.ERASED, at=at, facts=facts)


def review_opened(*, at: datetime, id: int, record: int, input: int, item: ReviewItem) -> Entry:  # noqa: A002
    facts = {"review": id, "flow": item.flow, "field": item.field, "why": item.why}
    return Entry(kind=EntryKind.REVIEWED, at=at, record=record, input=input, facts=facts)
