"""Answers: counts of a session, everything an id names, all that is known around it, and canonical dumps."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from syncengine.canonical import decode
from syncengine.clock import to_text
from syncengine.model.dossier import (
    ActionFacts,
    AttemptFacts,
    ConflictFacts,
    Dossier,
    Hit,
    HoldFacts,
    InputFacts,
    LinkFacts,
    ReviewFacts,
)
from syncengine.model.record import to_json
from syncengine.model.tally import Tally
from syncengine.model.value import Json
from syncengine.store.document import to_bytes
from syncengine.store.memory.ledger import ActionRow, AttemptRow, InputRow, Ledger
from syncengine.vocabulary import ActionState, Fate, FlowResult, InputKind, OutcomeKind


def tally(ledger: Ledger, session: int) -> Tally:
    judged = [row for row in ledger.inputs.values() if row.judged_by == session]
    repeats = [row for row in ledger.repeats.values() if row.session == session]
    events = Counter(row.fate for row in judged if row.fate is not None)
    events[Fate.DUPLICATE] += sum(1 for row in repeats if not row.payload)
    moved = [row for row in ledger.actions.values() if row.moved_by == session]
    outcomes = [row for row in ledger.settled.values() if row.session == session]
    return Tally(
        events={fate: n for fate, n in sorted(events.items()) if n},
        decisions=_sum(row.counts for row in ledger.tallies.values() if row.session == session),
        writes=dict(sorted(Counter(row.state for row in moved).items())),
        by_probe=_by_probe(ledger, moved),
        rejected=sum(1 for row in outcomes if row.kind is OutcomeKind.REJECTED),
        throttled=sum(1 for row in outcomes if row.kind is OutcomeKind.THROTTLED),
        conflicts=sum(1 for row in ledger.conflicts.values() if row.session == session),
        reviews=sum(1 for row in ledger.reviews.values() if row.session == session),
        refused=sum(1 for row in ledger.refused.values() if row.session == session),
        collisions=sum(1 for row in repeats if row.payload),
        unmapped_types=dict(sorted(Counter(row.type for row in judged if row.fate is Fate.UNMAPPED).items())),
        unsettled=sum(1 for record in ledger.records.values() if record.unsettled),
        readings=sum(1 for row in judged if row.kind is InputKind.READING),
    )
