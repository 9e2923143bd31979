"""Whom inputs are about, and what is not kept since it is about somebody who was erased."""

from collections.abc import Collection, Sequence

from syncengine.model.erasure import Name
from syncengine.model.event import Accepted, Refused
from syncengine.store.memory.ledger import Ledger
from syncengine.store.memory.transaction import OWN_KEY
from syncengine.store.subject import mark, rows_of, sifted, subjects_of, words


def name(ledger: Ledger, seq: int, accepted: Accepted) -> None:
    for who, shown in rows_of(accepted):
        known = ledger.subjects.get(who) or ()
        if all(input_ != seq for input_, _ in known):
            ledger.subjects.put(who, (*known, (seq, shown)))


def sift(ledger: Ledger, accepted: Sequence[Accepted]) -> tuple[Sequence[Accepted], set[Name]]:
    """The same, emptied where it is about somebody who was erased; and the names of what that shows, forgotten too."""
    if not len(ledger.erased):
        return accepted, set()
    gone = erased_of(ledger, {who for one in accepted for who in subjects_of(one)})
    kept, names = sifted(accepted, gone)
    forget(ledger, names)
    return kept, names


def hanging_on(ledger: Ledger, names: Collection[Name]) -> list[int]:
    """Inputs of before that turn out to hang on these names, and are about no record."""
    found: set[int] = set()
    asked: set[Name] = set()
    while left := set(names) - asked:
        asked |= left
        rows = [row for name in left for row in ledger.subjects.get(name) or () if row[1]]
        found.update(seq for seq, _ in rows)
        names = {shown for _, shown in rows}
    return sorted(seq for seq in found if not (row := ledger.inputs[seq]).record and row.payload)


def names_erased(ledger: Ledger, refused: Refused) -> bool:
    """Whether a line that is no delivery names somebody who was erased."""
    return bool(len(ledger.erased)) and bool(erased_of(ledger, words(refused.system, refused.body)))


def erased_of(ledger: Ledger, names: Collection[Name]) -> set[Name]:
    """Those of these names that were erased."""
    key = _key(ledger)
    return {who for who in names if mark(key, who) in ledger.erased} if len(ledger.erased) else set()


def forget(ledger: Ledger, names: Collection[Name]) -> None:
    """From now on nothing is kept that is about one of these."""
    key = _key(ledger)
    for who in sorted(names):
        ledger.erased.put(mark(key, who), None)


def _key(ledger: Ledger) -> bytes:
    return bytes.fromhex(ledger.meta.get(OWN_KEY) or "")
