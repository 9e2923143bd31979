"""Deliveries that come in while others work: python -m tests.workers.feeder MAPS STATE FILE

With every line on its stdin the next few deliveries of the file are taken in, again and again until the ledger has said
that they are durable; then their ids are printed. That is what a provider would be told with a 200.
"""

import json
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from syncengine.clock import SystemClock
from syncengine.engine.intake import Report, take_stream
from syncengine.engine.root import Door, Hands, open_intake
from syncengine.engine.world import World
from syncengine.errors import BusyError

SIZE = 5
AGAIN = 0.05
"""Seconds until a ledger that is away is tried again."""


def main(maps: str, state: str, file: str) -> None:
    door = Door(maps=Path(maps), environment="local", state=state, actor="feeder", kind="ingest")
    lines = Path(file).read_bytes().splitlines(keepends=True)
    groups = [lines[start : start + SIZE] for start in range(0, len(lines), SIZE)]
    sys.stdin.readline()
    while groups:
        try:
            with open_intake(door, Hands(clock=SystemClock())) as world:
                while groups:
                    _take(world, groups[0])
                    ids = [json.loads(json.loads(line)["body"])["id"] for line in groups.pop(0)]
                    print(*ids, flush=True)
                    if groups:
                        sys.stdin.readline()
        except BusyError:
            SystemClock().wait(AGAIN)
    print("done", flush=True)


def _take(world: World, group: Sequence[bytes]) -> None:
    report = Report()
    for _ in take_stream(world, "stripe", BytesIO(b"".join(group)), report):
        pass
    assert report.refused == [], report.refused


if __name__ == "__main__":
    main(*sys.argv[1:])
