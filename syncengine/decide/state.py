"""What a judgement rests on, loaded beforehand, so that it never has to ask for anything."""

from collections.abc import Mapping, Sequence

from syncengine.decide.pair import Verdict
from syncengine.model.action import OpenHold
from syncengine.model.matching import Chosen
from syncengine.model.record import Record
from syncengine.model.struct import Struct, field
from syncengine.model.switch import Switches


class State(Struct, frozen=True, kw_only=True):
    """`record` is the entity's record, None when nobody knows it yet. `neighbours` are the records that its refs name,
    by (flow id, id). `translated` gives their ids in a target: (flow id, id, target flow id) -> id. `holds` are the
    open holds of the record and about it, where it has some or shows them.

    `pairs` are the flows whose records have just been compared with the entity, with what came of it; `named` says how
    people know the entities in there. `chosen`: the record is judged because it was matched with the snapshot's, as
    they were compared; they are not linked. `secret` is the key of the hashes that are compared.
    """

    record: Record | None
    neighbours: Mapping[tuple[str, str], Record] = field(default_factory=dict)
    translated: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    switches: Switches = field(default_factory=Switches)
    holds: Sequence[OpenHold] = ()
    pairs: Mapping[str, Verdict] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    chosen: Chosen | None = None
    secret: bytes = b""
