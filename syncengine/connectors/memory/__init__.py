"""A system in memory: any tables, class b, honest until told to lie. For tests, the simulator and examples."""

from collections.abc import Mapping
from datetime import timedelta

from syncengine.connectors.memory.adapt import MemorySystem, MemoryWriter
from syncengine.connectors.memory.deliver import MemoryIntake, announce, sign
from syncengine.connectors.memory.world import WORLDS, Effect, Lie, MemoryWorld, Row, Worlds
from syncengine.connectors.protocol import Adapter, Reading, Setup
from syncengine.model.capability import Description, Operation
from syncengine.vocabulary import DeliveryClass

READINGS: Mapping[tuple[str, str], Reading] = {}
_UPSERT = Operation(
    klass=DeliveryClass.B,
    batch=500,
    settle=timedelta(seconds=2),
    known_by="simulator",
    note="conditional upsert by key; how late a write may take effect is the world's choice",
)
DESCRIPTION: Description = Description(
    connector="memory",
    kinds=("billing", "crm", "support", "erp", "compliance", "warehouse", "vault", "messages"),
    operations={"create": _UPSERT, "update": _UPSERT, "read": Operation(known_by="simulator")},
    settings={
        "drop_folder": "folder of captured deliveries, JSON lines",
        "webhook_secret": "what deliveries are signed with; without it they count as unsigned",
        "world": "name of a world that this process has made",
    },
    required_settings=("world",),
    secret_settings=("webhook_secret",),
    time="rfc3339",
    signs=True,
)


def open(setup: Setup) -> Adapter:  # noqa: A001
    """Raises UserError when this process has made no such world."""
    world = WORLDS.get(setup.settings["world"])
    system = MemorySystem(world, setup.clock)
    return Adapter(
        description=DESCRIPTION,
        intake=MemoryIntake(setup.settings.get("webhook_secret", ""), DESCRIPTION.resolution),
        reader=system,
        inspector=system,
        open_writer=lambda: MemoryWriter(world, setup.clock),
    )


__all__ = [
    "DESCRIPTION",
    "READINGS",
    "WORLDS",
    "Effect",
    "Lie",
    "MemoryIntake",
    "MemoryWorld",
    "Row",
    "Worlds",
    "announce",
    "open",
    "sign",
]
