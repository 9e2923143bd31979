"""Walking the strands: numbers without gaps, hashes over hashes, and checkpoints that fold them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from syncengine.evidence.damage import Damage
from syncengine.model.book import Head, Heads
from syncengine.model.entry import ChainedEntry
from syncengine.vocabulary import EntryKind

_GENESIS: Final = bytes(32)
_HASH: Final = 32
_OPENED: Final = EntryKind.SESSION_OPENED.value
_MISSING: Final = 1_000_000
"""More missing entries in a row than this are not counted one by one."""

Place = tuple[int, int]
"""(strand, number) of an entry."""


Listener = Callable[[Place, Mapping[str, Any], Mapping[str, Any]], None]
"""Is told of an entry: where it stands, what it says, and its facts. Raises LookupError, TypeError, ValueError or
AttributeError for odd ones."""


@dataclass(frozen=True, slots=True)
class _Fold:
    """A checkpoint; `heads` are (count, hash in hex) by strand."""

    place: Place
    hash: str
    previous: str
    heads: Mapping[int, tuple[int, str]]


class _Strand:
    """How far a strand has been walked: the last number, its hash as it stands and as it was computed, and all hashes
    so far.
    """

    __slots__ = ("computed", "head", "kept", "number")

    def __init__(self) -> None:
        self.number = 0
        self.head = self.computed = _GENESIS
        self.kept = bytearray()


class Walk:
    """Takes the entries of each strand in their order, and passes each on to who listens for its kind."""

    def __init__(self, damage: Damage, listeners: Mapping[str, Listener]) -> None:
        self.entries = 0
        self.newest = ""
        self._damage = damage
        self._listeners = {**listeners, EntryKind.CHECKPOINT.value: self._fold}
        self._strands: dict[int, _Strand] = {}
        self._folds: list[_Fold] = []

    @property
    def strands(self) -> int:
        return len(self._strands)

    @property
    def checkpoints(self) -> int:
        return len(self._folds)

    @property
    def reached(self) -> Mapping[int, int]:
        """The last number of each strand."""
        return {strand: walked.number for strand, walked in self._strands.items()}

    def hash(self, strand: int, number: int) -> bytes:
        """The hash of an entry, b"" for one that is not there."""
        if not number:
            return _GENESIS
        walked = self._strands.get(strand)
        return b"" if walked is None else bytes(walked.kept[_HASH * (number - 1) : _HASH * number])

    def take(self, entry: ChainedEntry, said: Mapping[str, Any] | None) -> None:
        self.entries += 1
        walked = self._strands.get(entry.strand)
        if walked is None:
            walked = self._strands[entry.strand] = _Strand()
        whole = entry.number == walked.number + 1 or self._is_next(walked, entry)
        walked.number = entry.number
        before, computed_before = walked.head, walked.computed
        walked.computed = computed = sha256(b"\x00" + before + entry.body).digest()
        walked.head = hash_ = entry.hash
        walked.kept += hash_ if len(hash_) == _HASH else hash_.ljust(_HASH, b"\x00")[:_HASH]
        if said is None:
            self._broken(entry, "the body is no entry")
            return
        if computed != hash_ or said.get("previous") != before.hex():
            self._explain(walked, entry, said, computed_before if whole else None)
        if said.get("strand") != entry.strand or said.get("number") != entry.number:
            self._broken(entry, "the body names another place: it was moved or copied here")
        if said["kind"] != entry.kind:
            self._broken(entry, f"the row says {entry.kind}, the body {said['kind']}")
        self._pass_on(entry, said)

    def _is_next(self, walked: _Strand, entry: ChainedEntry) -> bool:
        """Whether no entry is missing before this one; called when there is a doubt."""
        expected, number = walked.number + 1, entry.number
        if number < expected:
            self._broken(entry, "it stands twice, or out of order")
        elif number == expected + 1:
            self._damage.note(f"strand {entry.strand} entry {expected}: it is gone")
        else:
            self._damage.note(f"strand {entry.strand} entries {expected} to {number - 1}: they are gone")
        walked.kept += bytes(_HASH * min(_MISSING, max(0, number - expected)))
        return False

    def _explain(
        self, walked: _Strand, entry: ChainedEntry, said: Mapping[str, Any], computed_before: bytes | None
    ) -> None:
        """Which of the two was changed: this entry, or the one before it together with its hash."""
        previous = _bytes(said.get("previous"))
        own = sha256(b"\x00" + previous + entry.body).digest()
        walked.computed = own
        if own != entry.hash:
            self._broken(entry, "the body does not match its hash")
        elif computed_before is not None and previous != computed_before:
            self._broken(entry, f"it does not follow from entry {entry.number - 1}, which was changed and hashed anew")

    def _pass_on(self, entry: ChainedEntry, said: Mapping[str, Any]) -> None:
        kind = said["kind"]
        if entry.number == 1 and kind != _OPENED:
            self._broken(entry, f"a strand begins with {_OPENED}")
        listener = self._listeners.get(kind)
        if listener is None:
            return
        try:
            listener((entry.strand, entry.number), said, said["facts"])
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
            self._broken(entry, f"its facts are not those of {kind}")

    def _fold(self, place: Place, _said: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        heads = {int(strand): (int(count), str(head)) for strand, (count, head) in facts["heads"].items()}
        self._folds.append(_Fold(place, self._strands[place[0]].head.hex(), str(facts["previous"]), heads))

    def _broken(self, entry: ChainedEntry, what: str) -> None:
        self._damage.note(f"strand {entry.strand} entry {entry.number}: {what}")

    # --- at the end

    def finish(self, heads: Heads) -> None:
        """Compare with where the ledger says that it stands. May be asked again when more was walked."""
        self._check_strands(heads.strands)
        self._check_heads()
        self._check_folds(heads.checkpoint)

    def _check_strands(self, kept: Mapping[int, Head]) -> None:
        """The ledger keeps the count and the head of every strand apart from its entries."""
        for strand, head in sorted(kept.items()):
            found, count = self._strands[strand].number if strand in self._strands else 0, head.count
            if found < count:
                last = f"entry {count} is" if found == count - 1 else f"entries {found + 1} to {count} are"
                self._damage.note(f"strand {strand}: {last} gone from its end")
            elif found > count:
                self._damage.note(f"strand {strand} entry {count + 1}: it was added; the ledger counts {count}")
            elif head.head != self.hash(strand, count):
                self._damage.note(f"strand {strand}: its last hash is not the head that the ledger keeps")
        for strand in sorted(self._strands.keys() - kept.keys()):
            self._damage.note(f"strand {strand}: the ledger knows no session that wrote it")

    def _check_heads(self) -> None:
        """What a checkpoint folded must still be there."""
        for fold in self._folds:
            for strand, (count, head) in fold.heads.items():
                if self.hash(strand, count).hex() != head:
                    folded = f"strand {fold.place[0]} entry {fold.place[1]}"
                    self._damage.note(f"strand {strand} entry {count}: the checkpoint in {folded} folded another one")

    def _check_folds(self, kept: bytes) -> None:
        """Checkpoints form one chain across all strands, and the ledger keeps its end."""
        by_hash = {fold.hash: fold for fold in self._folds}
        self.newest = wanted = kept.hex()
        seen: set[Place] = set()
        while wanted and wanted != _GENESIS.hex():
            found = by_hash.pop(wanted, None)
            if found is None:
                self._damage.note(f"checkpoint {wanted[:12]}: it is gone, or was changed")
                break
            seen.add(found.place)
            wanted = found.previous
        for strand, number in (fold.place for fold in self._folds if fold.place not in seen):
            self._damage.note(f"strand {strand} entry {number}: this checkpoint is not in the chain of them all")


def _bytes(text: Any) -> bytes:
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        return b""
