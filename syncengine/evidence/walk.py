"""Walking the strands: numbers without gaps, hashes over hashes, and checkpoints that fold them all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from json import JSONDecoder
from typing import Any, Final

from syncengine.evidence.damage import Damage
from syncengine.model.entry import ChainedEntry
from syncengine.model.value import Json
from syncengine.vocabulary import EntryKind

_GENESIS: Final = bytes(32)
_HASH: Final = 32
_KINDS: Final = frozenset(kind.value for kind in EntryKind)
_OPENED: Final = EntryKind.SESSION_OPENED.value
_decode: Final = JSONDecoder().decode

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


class Walk:
    """Takes entries strand by strand and passes each on to who listens for its kind."""

    def __init__(self, damage: Damage, listeners: Mapping[str, Listener]) -> None:
        self.entries = 0
        self.newest = ""
        self._damage = damage
        self._listeners = {**listeners, EntryKind.CHECKPOINT.value: self._fold}
        self._strand = 0
        self._number = 0
        self._head = self._computed = _GENESIS
        self._hashes: dict[int, bytearray] = {}
        self._kept = bytearray()
        self._counts: dict[int, int] = {}
        self._folds: list[_Fold] = []

    @property
    def strands(self) -> int:
        return len(self._counts)

    @property
    def checkpoints(self) -> int:
        return len(self._folds)

    def take(self, entry: ChainedEntry) -> None:
        self.entries += 1
        if entry.strand != self._strand:
            self._begin(entry.strand)
        whole = self._is_next(entry)
        before, computed_before = self._head, self._computed
        self._computed = computed = sha256(b"\x00" + before + entry.body).digest()
        self._head = hash_ = entry.hash
        self._kept += hash_ if len(hash_) == _HASH else hash_.ljust(_HASH, b"\x00")[:_HASH]
        said = _read(entry.body)
        if said is None:
            self._broken(entry, "the body is no entry")
            return
        if computed != hash_ or said.get("previous") != before.hex():
            self._explain(entry, said, computed_before if whole else None)
        if said.get("strand") != entry.strand or said.get("number") != entry.number:
            self._broken(entry, "the body names another place: it was moved or copied here")
        if said["kind"] != entry.kind:
            self._broken(entry, f"the row says {entry.kind}, the body {said['kind']}")
        self._pass_on(entry, said)

    def _begin(self, strand: int) -> None:
        if strand in self._counts:
            self._damage.note(f"strand {strand}: its entries do not stand together")
        self._strand = strand
        self._number = 0
        self._head = self._computed = _GENESIS
        self._counts.setdefault(strand, 0)
        self._kept = self._hashes.setdefault(strand, bytearray())

    def _is_next(self, entry: ChainedEntry) -> bool:
        """Whether no entry is missing before this one."""
        expected, number = self._number + 1, entry.number
        self._number = self._counts[entry.strand] = number
        if number == expected:
            return True
        if number < expected:
            self._broken(entry, "it stands twice, or out of order")
        elif number == expected + 1:
            self._damage.note(f"strand {entry.strand} entry {expected}: it is gone")
        else:
            self._damage.note(f"strand {entry.strand} entries {expected} to {number - 1}: they are gone")
        missing = max(0, number - expected)
        self._kept += bytes(_HASH * missing)
        return False

    def _explain(self, entry: ChainedEntry, said: Mapping[str, Any], computed_before: bytes | None) -> None:
        """Which of the two was changed: this entry, or the one before it together with its hash."""
        previous = _bytes(said.get("previous"))
        own = sha256(b"\x00" + previous + entry.body).digest()
        self._computed = own
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
        except (LookupError, TypeError, ValueError, AttributeError):
            self._broken(entry, f"its facts are not those of {kind}")

    def _fold(self, place: Place, _said: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        heads = {int(strand): (int(count), str(head)) for strand, (count, head) in facts["heads"].items()}
        self._folds.append(_Fold(place, self._head.hex(), str(facts["previous"]), heads))

    def _broken(self, entry: ChainedEntry, what: str) -> None:
        self._damage.note(f"strand {entry.strand} entry {entry.number}: {what}")

    # --- at the end

    def finish(self, standing: Mapping[str, Sequence[Mapping[str, Json]]]) -> None:
        self._check_strands(standing.get("strands", ()))
        self._check_heads()
        self._check_folds(standing.get("checkpoint", ()))

    def _check_strands(self, rows: Sequence[Mapping[str, Json]]) -> None:
        """The ledger keeps the count and the head of every strand apart from its entries."""
        kept = {row["strand"]: (row["count"], row["head"]) for row in rows}
        for strand, (count, head) in sorted(kept.items()):
            found = self._counts.get(strand, 0)
            if found < count:
                last = f"entry {count} is" if found == count - 1 else f"entries {found + 1} to {count} are"
                self._damage.note(f"strand {strand}: {last} gone from its end")
            elif found > count:
                self._damage.note(f"strand {strand} entry {count + 1}: it was added; the ledger counts {count}")
            elif head != self._hash(strand, count).hex():
                self._damage.note(f"strand {strand}: its last hash is not the head that the ledger keeps")
        for strand in sorted(self._counts.keys() - kept.keys()):
            self._damage.note(f"strand {strand}: the ledger knows no session that wrote it")

    def _hash(self, strand: int, number: int) -> bytes:
        if not number:
            return _GENESIS
        return bytes(self._hashes.get(strand, b"")[_HASH * (number - 1) : _HASH * number])

    def _check_heads(self) -> None:
        """What a checkpoint folded must still be there."""
        for fold in self._folds:
            for strand, (count, head) in fold.heads.items():
                if self._hash(strand, count).hex() != head:
                    folded = f"strand {fold.place[0]} entry {fold.place[1]}"
                    self._damage.note(f"strand {strand} entry {count}: the checkpoint in {folded} folded another one")

    def _check_folds(self, rows: Sequence[Mapping[str, Json]]) -> None:
        """Checkpoints form one chain across all strands, and the ledger keeps its end."""
        by_hash = {fold.hash: fold for fold in self._folds}
        self.newest = wanted = rows[0]["hash"] if rows else ""
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


def _read(body: bytes) -> Mapping[str, Any] | None:
    """What an entry says; None when it is not the canonical JSON of one."""
    try:
        said = _decode(body.decode())
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) and said.get("kind") in _KINDS else None


def _bytes(text: Any) -> bytes:
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        return b""
