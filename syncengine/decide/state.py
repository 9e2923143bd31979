"""What a judgement rests on, loaded beforehand, so that it never has to ask for anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncengine.model.record import Record
from syncengine.model.switch import Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`record` is the entity's record, None when nobody knows it yet. `neighbours` are the records that its refs name,
    by (flow id, id). `translated` gives their ids in a target: (flow id, id, target flow id) -> id.
    """

    record: Record | None
    neighbours: Mapping[tuple[str, str], Record] = field(default_factory=dict)
    translated: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    switches: Switches = field(default_factory=Switches)
