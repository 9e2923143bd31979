"""What a connector can do, as data: per operation, each with how it is known. The compiler refuses a map that needs
more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from syncengine.vocabulary import DeliveryClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One way of writing (or reading). `known_by`: certified, independent, simulator or claimed.

    `settle`: how long after a deadline an unknown write may still take effect. `batch`: records per request.
    """

    klass: DeliveryClass | None = None
    batch: int = 1
    settle: timedelta = timedelta(0)
    known_by: str = "claimed"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """A kind of record of theirs. `push`: they announce changes. `readings`: conversions that the connector ships.

    `events` are the delivery types that carry it. `readable`: one record can be read back by id. `moves_money`:
    creating one makes money move.
    """

    name: str
    push: bool = False
    events: tuple[str, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)
    readable: bool = True
    deletes: bool = False
    moves_money: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What one connector declares of itself.

    `records` is empty for a connector whose record types are the user's own (tables): then every name is taken, and
    the map says `unit` and `version`. `money`: how it counts amounts ("minor", "major", "" = the map says).
    `decimals`: currencies that it counts in other decimals than ISO 4217, in minor units.
    `time`: how it writes moments ("unix", "rfc3339", "native"). `resolution`: of its event times.
    """

    connector: str
    kinds: tuple[str, ...]
    records: Mapping[str, RecordType] = field(default_factory=dict)
    operations: Mapping[str, Operation] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    required_settings: tuple[str, ...] = ()
    secret_settings: tuple[str, ...] = ()
    money: str = ""
    decimals: Mapping[str, int] = field(default_factory=dict)
    time: str = "rfc3339"
    resolution: timedelta = timedelta(seconds=1)
    signs: bool = False
    version: str = ""

    @property
    def open_ended(self) -> bool:
        return not self.records

    def record(self, name: str) -> RecordType | None:
        if self.open_ended:
            return RecordType(name=name)
        return self.records.get(name)
