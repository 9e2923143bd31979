"""What one session did, counted from the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncengine.model.letter import Message
from syncengine.vocabulary import ActionState, Fate, FlowResult, PairState


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`events` by fate add up to the inputs that the session read (new, repeated, or judged again).

    `decisions` count the closed outcomes per event and flow, `writes` the actions that the session moved, by where
    they stand now; `by_probe` of the confirmed ones were settled by a probe. `unmapped_types` counts delivery types
    that no flow reads. In the whole ledger, whoever left them: `unsettled` are records that await a reading, `open`
    the actions that are not over, by where they stand, `unpaired` the entities that are not matched with the records
    of a flow yet, by what they wait for, `dead_letters` all that there are. `rejected` are refused actions that are no
    dead letters, `throttled` those that wait since their target asked for it.
    """

    events: Mapping[Fate, int]
    decisions: Mapping[FlowResult, int]
    writes: Mapping[ActionState, int]
    by_probe: int = 0
    rejected: int = 0
    throttled: int = 0
    conflicts: int = 0
    reviews: int = 0
    refused: int = 0
    collisions: int = 0
    unmapped_types: Mapping[str, int]
    unsettled: int = 0
    open: Mapping[ActionState, int]
    readings: int = 0
    unpaired: Mapping[PairState, int] = field(default_factory=dict)
    dead_letters: Mapping[Message, int] = field(default_factory=dict)
