"""The whole examination, in the order in which it is told."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from syncengine.clock import Clock, SystemClock
from syncengine.connectors.register import readings
from syncengine.engine.doctor import ledger, python, system
from syncengine.engine.doctor.needs import needs
from syncengine.engine.root import read_map
from syncengine.model.examined import Examined
from syncengine.plan.compile import compile_plan


def examine(
    maps: Path, environment: str, state: str, clock: Clock | None = None
) -> Iterator[tuple[str, Examined]]:  # fmt: skip
    """What was looked at, under the name of what it is a part of. Raises MapError."""
    clock = clock or SystemClock()
    checked, connections = read_map(maps, environment)
    plan = compile_plan(checked, readings())
    now: datetime = clock.now()
    yield from (("machine", found) for found in python.examine())
    yield from (("ledger", found) for found in ledger.examine(state, now))
    for name in checked.systems:
        looked = system.examine(checked, name, connections.systems[name], needs(plan, name), maps, clock)
        yield from ((name, found) for found in looked)
