"""`syncengine run`: do what is due, and exit."""

from pathlib import Path

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say, worst
from syncengine.cli.findings import guarded
from syncengine.cli.lines import lines
from syncengine.cli.progress import Progress
from syncengine.engine.root import Door, open_engine
from syncengine.engine.run import Done, run
from syncengine.engine.stop import Stop
from syncengine.engine.summary import as_json, as_text
from syncengine.model.tally import Tally
from syncengine.vocabulary import ActionState, Fate


@click.command(name="run")
@options.environment
@options.maps
@options.state
@options.form
@options.quiet
@options.no_color
@options.log_format
@options.actor
@click.option("--strict", is_flag=True, help="Exit 5 also for what is held, waiting, not sent or unsettled.")
def command(
    *, environment: str, maps: Path, state: str, form: str, quiet: bool, log_format: str | None, actor: str,
    strict: bool,
) -> Exit:  # fmt: skip
    """Do what is due, and exit: take in the drop folders, judge, read back, deliver."""
    door = Door(maps=maps, environment=environment, state=state, actor=actor, kind="run", lines=lines(log_format))
    return guarded(maps, form, lambda: _run(door, form, quiet=quiet, strict=strict))


def _run(door: Door, form: str, *, quiet: bool, strict: bool) -> Exit:
    with open_engine(door) as engine:
        with Stop() as stop, Progress(quiet=quiet or door.lines is not None) as bar:
            done = run(
                engine.world, engine.writers, engine.folders, stop=lambda: stop.asked,
                progress=lambda taken, total: bar.show("bytes of deliveries", taken, total),
            )  # fmt: skip
        tally = engine.world.store.tally(engine.world.session)
    code = exit_of(tally, done, strict=strict)
    if form == "json":
        return answer(as_json(tally, done), code, has_changes=bool(tally.writes))
    return code if quiet else say(as_text(tally, done), code)


def exit_of(tally: Tally, done: Done, *, strict: bool) -> Exit:
    """75 when a system that is away left work, 5 when this run newly needs a person, or somebody has to mend a map or
    a system before it can go on, else 0. `strict`: 5 for whatever is open in the ledger.
    """
    codes = [Exit.DONE]
    if done.away:
        codes.append(Exit.TEMPORARY)
    stuck = tally.writes.get(ActionState.PARKED, 0) + tally.writes.get(ActionState.DEAD_LETTERED, 0)
    failed = tally.events.get(Fate.FAILED, 0) + len(done.intake.refused) + done.intake.collisions
    if stuck or failed or tally.reviews or done.faults:
        codes.append(Exit.OPEN)
    left = (tally.unsettled, *tally.open.values(), *tally.unpaired.values(), *tally.dead_letters.values())
    if strict and any(left):
        codes.append(Exit.OPEN)
    return worst(codes)
