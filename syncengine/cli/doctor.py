"""`syncengine doctor`: whether the ledger, the systems and this machine are as they have to be."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say

if TYPE_CHECKING:
    from syncengine.model.examined import Examined

    Row = tuple[str, Examined]


@click.command(name="doctor")
@options.environment
@options.maps
@options.state
@options.form
@options.no_color
def command(*, environment: str, maps: Path, state: str, form: str) -> Exit:
    """Look at everything that a run needs, and say what is wrong with it and what to do.

    The ledger, its durability, room, lock and queue; each system's secrets, connection, clock, tables, columns, types
    and rights; drop folders and snapshots. Nothing is changed, anywhere. Exit code 1 when something has failed.
    """
    from syncengine.cli.findings import guarded

    return guarded(maps, form, lambda: _doctor(maps, environment, state, form))


def _doctor(maps: Path, environment: str, state: str, form: str) -> Exit:
    from syncengine.engine.doctor.examine import examine
    from syncengine.vocabulary import Health

    rows = list(examine(maps, environment, state))
    found = {health.value: sum(row.health is health for _, row in rows) for health in Health}
    code = Exit.FINDINGS if found[Health.FAILED] else Exit.DONE
    if form == "json":
        checks = [
            {"about": about, "name": row.name, "health": row.health.value, "what": row.what, "next": row.next}
            for about, row in rows
        ]
        return answer({"checks": checks, "found": found}, code)
    counts = ", ".join(f"{n} {health}" for health, n in found.items() if n)
    return say("\n".join([*_lines(rows), counts]), code)


def _lines(rows: "Sequence[Row]") -> Sequence[str]:
    from syncengine.cli.table import table
    from syncengine.evidence.mask import escape

    cells = [(about, row.name, row.health.value, escape(row.what)) for about, row in rows]
    lines = []
    for line, (_, row) in zip(table(cells).split("\n"), rows, strict=True):
        lines.append(line)
        if row.next:
            lines.append(f"  next: {escape(row.next)}")
    return lines
