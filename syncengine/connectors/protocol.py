"""What an adapter is: five small Protocols, of which it offers those that its system can serve.

Adapters raise TemporaryError (try again) and PermanentError (do not); everything else is a bug in the adapter.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from syncengine.clock import Clock
from syncengine.model.attempt import Outcome, Probe, Request
from syncengine.model.capability import Description
from syncengine.model.event import Delivery, Envelope, Snapshot
from syncengine.model.examined import Examined
from syncengine.model.permit import Permit
from syncengine.model.struct import Struct
from syncengine.model.value import Json, Places
from syncengine.vocabulary import Environment, Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What an adapter is opened with. `settings` are the environment file's, secrets resolved; `folder` is what
    relative paths in them start from. `version`: the API version that the map pins, or "".
    """

    system: str
    settings: Mapping[str, str]
    folder: Path
    environment: Environment
    clock: Clock
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A stretch of a scan, with the cursor to go on from once its snapshots are safe in the ledger."""

    snapshots: tuple[Snapshot, ...]
    cursor: str


class Image(Struct, frozen=True, kw_only=True):
    """What a target shows of one record: its own id, and raw values at the places that were asked for."""

    remote_id: str
    places: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageQuery:
    """Before-images of one record type, found by the place that holds the birth id. Keys are unique there. Without a
    place ("") the keys are the records' own ids.
    """

    record: str
    key: str
    keys: tuple[str, ...]
    places: tuple[str, ...]


class Intake(Protocol):
    """Deliveries that the system sends of itself."""

    def authenticate(self, delivery: Delivery, now: datetime | None) -> Signature:
        """Check the signature over the raw bytes, before any parsing; without its time window when `now` is None."""
        ...

    def envelope(self, content: Mapping[str, Json]) -> Envelope:
        """Also of types that nobody maps: whom a delivery is about has to be known for each that is kept. Ids in it are
        unique within the system. Raises PermanentError when the body is no delivery of this system.
        """
        ...

    def parse(self, content: Mapping[str, Json]) -> Snapshot | None:
        """The record in a delivery, None for a type that carries none we know. Raises PermanentError."""
        ...


class Reader(Protocol):
    """Records that we ask for."""

    def read(self, record: str, id: str, *, version: str = "") -> Snapshot | None:  # noqa: A002
        """The record as it is now; `gone` when the system says it was deleted; None when it cannot be read here
        (a snapshot folder without it). `Snapshot.version.at` is the moment of the reading. `version`: as for `scan`.
        """
        ...

    def scan(self, record: str, *, version: str, cursor: str) -> Iterator[Page]:
        """All records, or those changed since the cursor ("" = from the beginning), oldest change first.

        `version` is the place of their version, for record types that are the user's own. A cursor may overlap:
        the same snapshot may come again.
        """
        ...


class Inspector(Protocol):
    """Targeted, read-only looks at a target: before-images, and probes after an unknown outcome."""

    def images(self, query: ImageQuery) -> Mapping[str, Image]:
        """By key; a record that is not there is missing. Raises PermanentError when two records carry one key."""
        ...

    def probe(self, frozen: bytes) -> Probe:
        """Whether these bytes have taken effect. Never cached."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What the map needs of one type of their records: the places that are read, and those that are written, each with
    examples of what is written there. `key` and `version` are places ("": none).
    """

    flow: str
    record: str
    key: str = ""
    version: str = ""
    reads: tuple[str, ...] = ()
    writes: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    creates: bool = False
    updates: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What answered, in words for people, and what time it is there (None: it does not say, or has our own clock)."""

    what: str
    at: datetime | None = None


class Examiner(Protocol):
    """A look at the system itself, before anything of it is read or written. It changes nothing."""

    def greet(self) -> Greeting:
        """Raises TemporaryError and PermanentError when it cannot be reached, or does not let us in."""
        ...

    def examine(self, need: Need) -> Sequence[Examined]:
        """Whether it is as the map needs it. Raises TemporaryError."""
        ...


class Writer(Protocol):
    """The only way to change anything. Opened by the composition root, held by engine/deliver alone."""

    def prepare(self, request: Request) -> bytes:
        """The exact bytes of the request: pure, and the same for the same request. Raises PermanentError."""
        ...

    def write(self, batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
        """Redeem each permit, send, and report one outcome per record, in any order. Never raises for a record."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One opened system. `open_writer` is None where it cannot be written, or where this process may not."""

    description: Description
    intake: Intake | None = None
    reader: Reader | None = None
    inspector: Inspector | None = None
    examiner: Examiner | None = None
    open_writer: Callable[[], Writer] | None = None
    close: Callable[[], None] = field(default=lambda: None)


Reading = Callable[[Mapping[str, Json]], Json]
"""A conversion that a connector ships: their record's content -> one value, spelled as the connector spells values
(Stripe: unix seconds, minor units), a verification or money in normal form. None: empty. Raises KeyError when the
content does not say (absent), ValueError when it has a shape that the conversion does not know.
"""


class Connector(Protocol):
    """What a connector module offers: the data for check and compile, and a way to open it. Opening connects to
    nothing: a system that is away shows when it is used. READINGS: by (record type, name of the reading).
    """

    DESCRIPTION: Description
    READINGS: Mapping[tuple[str, str], Reading]

    def open(self, setup: Setup) -> Adapter: ...


__all__ = [
    "Adapter", "Connector", "Examiner", "Greeting", "Image", "ImageQuery", "Inspector", "Intake", "Need", "Page",
    "Places", "Reader", "Reading", "Setup", "Writer",
]
