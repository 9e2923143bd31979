"""Erasing one person or company from the ledger. It needs the ledger alone: the map may have changed or be broken.

It may be broken off at any moment, and goes on where it was when the same command is given again: who is erased is in
the ledger before the first value is gone, so that nothing of them comes back meanwhile.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from syncengine.clock import Clock
from syncengine.errors import BusyError, NotFoundError, RefusedError, UserError
from syncengine.model.erasure import LegalHold, Reach
from syncengine.model.value import Json
from syncengine.store.protocol import Session, Store

BATCH = 500
"""Records, inputs or payloads that one transaction takes out, at most."""
ROUNDS = 10
"""Times that is looked for what came in meanwhile."""
TELLING = 4
"""Characters of a value that tell who it is about; shorter ones stand in any text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was erased, by kind and by object, and what no erasure of a ledger reaches: `flows` in which the records
    themselves stand, `files` that its deliveries came from, `beyond` of the ledger's own bytes.
    """

    subject: str
    counts: Mapping[str, int]
    objects: Mapping[str, int]
    flows: tuple[str, ...]
    files: tuple[str, ...]
    beyond: tuple[str, ...]


def erase(
    store: Store, clock: Clock, subject: str, *, actor: str, reason: str,
    boundary: Callable[[str], None] = lambda _: None,
) -> Report:  # fmt: skip
    """Raises NotFoundError for an id that nothing answers to, RefusedError while a legal hold forbids it, BusyError
    while something is on its way, and UserError where the reason tells what is to be forgotten.
    """
    found = _look(store, subject)
    first, counts = found, Counter[str]()
    if not found.is_empty or found.begun:
        _refuse_telling(store, found, reason)
        session = store.open_session(kind="erase", actor=actor, project=store.project(), now=clock.now())
        for _ in range(ROUNDS):
            if not found.is_empty:
                store.begin_erasure(session, found, reason, clock.now())
                boundary("erasure.begun")
            counts.update(_take_out(store, clock, session, boundary))
            found = _look(store, subject)
            if found.is_empty:
                break
        else:
            raise BusyError("its values keep coming in", remedy="run the command again when less is going on")
        store.close_session(session, clock.now())
    return Report(
        subject=subject,
        counts=dict(sorted(counts.items())),
        objects=dict(sorted(first.objects.items())),
        flows=tuple(sorted({flow for name in first.names if "." in (flow := name.partition(":")[0])})),
        files=first.files,
        beyond=tuple(store.scrub()),
    )


def _look(store: Store, subject: str) -> Reach:
    found = store.reach(subject)
    if found is None:
        raise NotFoundError(
            f"nothing in the ledger answers to '{subject}'",
            remedy="give an id of the person or company as a system shows it, or SYSTEM:OBJECT:ID",
            rule="erase/unknown-subject",
        )
    if found.held:
        remedy = "lift it first: syncengine legal-hold lift"
        raise RefusedError(_forbidden(found.held), remedy=remedy, rule="erase/held")
    if found.busy:
        raise BusyError(
            f"something of it is on its way, and nobody knows yet whether it arrived: {', '.join(found.busy[:5])}",
            remedy="let `syncengine run` settle it, then run the command again",
        )
    return found


def _forbidden(holds: tuple[LegalHold, ...]) -> str:
    said = "; ".join(f"{hold.subject}: {hold.reason} ({hold.actor})" for hold in holds)
    return f"a legal hold forbids it: {said}"


def _refuse_telling(store: Store, found: Reach, reason: str) -> None:
    """What is said of an erasure stays for good, so that it may not hold what is to go."""
    told = reason.casefold()
    for start in range(0, len(found.records), BATCH):
        for record in store.records(found.records[start : start + BATCH]).values():
            for name, state in record.fields.items():
                if any(len(text) >= TELLING and text.casefold() in told for text in _texts(state.value)):
                    raise UserError(
                        f"the reason holds the value of {record.object}.{name}, and it would stay in the audit trail",
                        remedy="say why without naming anybody: the number of the request will do",
                        rule="erase/telling-reason",
                    )


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping) and "flow" not in value:  # a ref is an id, and ids stay
        for part in value.values():
            yield from _texts(part)


def _take_out(store: Store, clock: Clock, session: Session, boundary: Callable[[str], None]) -> Counter[str]:
    counts = Counter[str]()
    while (done := store.erase_some(session, BATCH, clock.now())) is not None:
        counts.update(done.counts)
        boundary("erasure.committed")
    return counts


__all__ = ["Report", "erase"]
