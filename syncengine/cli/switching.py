"""Turning one switch: who it was, whether it moved, and what stands in the way still."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from syncengine.cli.exits import Exit, answer, say
from syncengine.cli.ledger import switchboard_of
from syncengine.cli.scope import Names, check_scope, names_of
from syncengine.cli.uncollected import uncollected
from syncengine.clock import SystemClock, to_text
from syncengine.evidence.mask import escape
from syncengine.model.switch import Switch, Turned


def switch(scope: str, paused: bool, *, maps: Path, state: str, form: str, actor: str, reason: str) -> Exit:
    """Pause a scope, or resume it. Whoever pauses waits for the answer: it has to be quick beside a large run."""
    with uncollected():
        return _switch(scope, paused, maps=maps, state=state, form=form, actor=actor, reason=reason)


def _switch(scope: str, paused: bool, *, maps: Path, state: str, form: str, actor: str, reason: str) -> Exit:
    names = names_of(maps)
    check_scope(scope, names)
    with switchboard_of(state) as store:
        project = None if names is None else names.project
        moved = store.switch(scope, paused, actor=actor, reason=reason, project=project, now=SystemClock().now())
        board = store.switchboard()
        waiting = store.waiting(names.stopped_by(scope)) if names is not None and not paused else {}
    stands = next((one for one in board if one.scope == scope), Switch(scope=scope))
    others = [] if names is None else _others(scope, board, names)
    if form == "json":
        return answer(_json(stands, moved, others, sum(waiting.values())), Exit.DONE, has_changes=moved)
    if names is None:
        click.echo(f"the map in {escape(str(maps))} cannot be read: nobody checked that there is {scope}", err=True)
    return say("\n".join(_lines(stands, moved, others, sum(waiting.values()))), Exit.DONE)


def _others(scope: str, board: Sequence[Switch], names: Names) -> list[Switch]:
    """Other pauses that stop something of the scope."""
    stopped = set(names.stopped_by(scope))
    paused = [one for one in board if one.paused and one.scope != scope]
    return [one for one in paused if stopped.intersection(names.stopped_by(one.scope))]


def _json(stands: Switch, moved: bool, others: Sequence[Switch], waiting: int) -> dict[str, Any]:
    said = {"scope": stands.scope, "paused": stands.paused, "changed": moved, **turned_json(stands.pause_turn)}
    also = [{"scope": one.scope, **turned_json(one.pause_turn)} for one in others]
    return {**said, "waiting": waiting, "also_paused_by": also}


def turned_json(turned: Turned | None) -> dict[str, str]:
    if turned is None:
        return {"since": "", "by": "", "reason": ""}
    return {"since": to_text(turned.at), "by": turned.actor, "reason": turned.reason}


def _lines(stands: Switch, moved: bool, others: Sequence[Switch], waiting: int) -> list[str]:
    lines = [_first(stands, moved)]
    if stands.paused and moved:
        lines.append("nothing new of it is sent; what was on its way is settled; all else goes on")
        lines.append(f"next: syncengine resume {stands.scope}")
    if not stands.paused and waiting:
        lines.append(f"{waiting} {'action waits' if waiting == 1 else 'actions wait'} there for the next run")
    word = "also" if stands.paused else "still"
    return [*lines, *(f"{word} paused by {one.scope} {turned_text(one.pause_turn)}" for one in others)]


def _first(stands: Switch, moved: bool) -> str:
    if moved:
        return f"{'paused' if stands.paused else 'resumed'} {stands.scope}"
    if stands.paused:
        return f"{stands.scope} is paused already, {turned_text(stands.pause_turn)}; nothing was changed"
    return f"{stands.scope} is not paused; nothing was changed"


def turned_text(turned: Turned | None) -> str:
    """Since when, by whom, why: "since 2026-01-31T09:30:00Z by ada: month end"."""
    if turned is None:
        return ""
    why = f": {escape(turned.reason)}" if turned.reason else ", no reason given"
    return f"since {to_text(turned.at.replace(microsecond=0))} by {escape(turned.actor)}{why}"
