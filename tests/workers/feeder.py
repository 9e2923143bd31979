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
from syncengine.errors import BusyError

SIZE = 5
AGAIN = 0.05
"""Seconds until a ledger that is away is tried again."""


def main(maps: str, state: str, file: str) -> None:
    door = Door(maps=Path(maps), environment="local", state=state, actor="feeder", kind="ingest")
    lines = Path(file).read_bytes().splitlines(keepends=True)
    for start in range(0, len(lines), SIZE):
        sys.stdin.readline()
        group = lines[start : start + SIZE]
        while not _taken(door, group):
            SystemClock().wait(AGAIN)
        print(*(json.loads(json.loads(line)["body"])["id"] for line in group), flush=True)
    print("done", flush=True)


def _taken(door: Door, group: Sequence[bytes]) -> bool:
    report = Report()
    try:
        with open_intake(door, Hands(clock=SystemClock())) as world:
            for _ in take_stream(world, "stripe", BytesIO(b"".join(group)), report):
                pass
    except BusyError:
        return False
    assert report.refused == [], report.refused
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])
