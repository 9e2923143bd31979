"""The memory store laid open for verification: see `model.book`. Its rows have no seals: nobody else can write them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Self

from syncengine.model.book import Head, Heads, Row, Shape
from syncengine.model.entry import ChainedEntry
from syncengine.model.payload import PayloadRow
from syncengine.model.seal import identity
from syncengine.store.memory.ledger import Ledger
from syncengine.store.memory.sessions import OPENED_AT
from syncengine.store.memory.transaction import CHECKPOINT, OWN_KEY

_SHAPES: Final = {
    "actions": Shape(
        columns=("id", "record_id", "flow", "key", "state", "fence", "replaced_by"), key=("id",), sealed=False
    ),
    "attempts": Shape(columns=("id", "action_id", "number", "state", "fence"), key=("id",), sealed=False),
    "holds": Shape(columns=("id", "action_id", "record_id", "released_at"), key=("id",), sealed=False),
    "links": Shape(columns=("external_id", "flow", "record_id"), key=("external_id", "flow"), sealed=False),
    "switches": Shape(columns=("scope", "phase", "paused"), key=("scope",), sealed=False),
}


class MemoryBook:
    """A Book."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def heads(self) -> Heads:
        meta, last = self._ledger.meta, self._ledger.last
        if meta.get("project") is None:
            return Heads()
        project, secret = meta["project"], bytes.fromhex(meta[OWN_KEY])
        return Heads(
            strands={s.id: Head(count=s.count, head=s.head, session=s.id) for s in self._ledger.strands.values()},
            checkpoint=bytes.fromhex(meta.get(CHECKPOINT) or ""),
            turn=last.get("turn") or 0,
            payload=last.get("payload") or 0,
            secret=secret,
            project=project,
            identity=identity(project, meta.get(OPENED_AT) or "", secret),
        )

    def strands(self) -> Sequence[int]:
        return sorted({strand for strand, _ in self._ledger.entries})

    def entries(self, strand: int, after: int | None) -> Iterator[ChainedEntry]:
        behind = 0 if after is None else after
        places = sorted(place for place in self._ledger.entries if place[0] == strand and place[1] > behind)
        return iter([self._ledger.entries[place] for place in places])

    def payloads(self) -> Iterator[PayloadRow]:
        return iter([self._ledger.payloads[number] for number in sorted(self._ledger.payloads)])

    def tables(self) -> Mapping[str, Shape]:
        return _SHAPES

    def rows(self, table: str) -> Iterator[Sequence[Row]]:
        yield list(self._all(table).values())

    def some(self, table: str, keys: Iterable[Any]) -> Mapping[Any, Row]:
        found = self._all(table)
        return {key: found[key] for key in keys if key in found}

    def _all(self, table: str) -> Mapping[Any, Row]:
        ledger = self._ledger
        if table == "actions":
            rows: Iterable[Row] = (
                (a.id, a.record, a.flow, a.key, a.state.value, a.fence, a.replaced_by) for a in ledger.actions.values()
            )
        elif table == "attempts":
            rows = ((a.id, a.action, a.number, a.state.value, a.fence) for a in ledger.attempts.values())
        elif table == "holds":
            rows = ((h.id, h.action, h.record, h.released_at) for h in ledger.holds.values())
        elif table == "links":
            rows = ((link.id, link.flow, link.record) for link in ledger.links.values())
        else:
            rows = ((s.scope, s.phase.value if s.phase else "", s.paused) for s in ledger.switches.values())
        return {_SHAPES[table].key_of(row): row for row in rows}

    def flaws(self) -> Iterable[str]:
        return ()

    @contextmanager
    def still(self) -> Iterator[Self]:
        yield self
