"""`syncengine phase show, promote, demote`: how far each write set is let go."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say
from syncengine.cli.findings import guarded
from syncengine.cli.ledger import switchboard_of
from syncengine.cli.phases import Standing, as_json, as_text, standings
from syncengine.clock import SystemClock
from syncengine.errors import RefusedError, UserError
from syncengine.model.switch import SET, Switch
from syncengine.vocabulary import Phase

if TYPE_CHECKING:
    from syncengine.spec.map import MapSpec

environment = click.option(
    "--environment",
    cls=options.SharedOption,
    metavar="NAME",
    envvar="SYNCENGINE_ENVIRONMENT",
    show_envvar=True,
    help="Whose start holds where nobody set a phase; needed where environments differ in it.",
)


@click.group(name="phase")
def command() -> None:
    """Show how far each write set is let go, and move one by a step."""


@command.command(name="show")
@click.argument("scope", required=False)
@environment
@options.maps
@options.state
@options.form
@options.no_color
def show(*, scope: str | None, environment: str | None, maps: Path, state: str, form: str) -> Exit:
    """Every write set (or only SCOPE, set:NAME): the map's ceiling, the ledger's phase, the lower of both, and who
    set or paused it, when and why.
    """
    spec = _read(maps)
    if scope is not None:
        _check(scope, spec)
    with switchboard_of(state) as store:
        board = store.switchboard()
    found = standings(spec, board, _floor(spec, environment))
    shown = [one for one in found if scope in (None, one.scope)]
    if form == "json":
        return answer(as_json(shown, board), Exit.DONE)
    return say(as_text(shown, board), Exit.DONE)


@command.command(name="promote")
@click.argument("scope")
@environment
@options.maps
@options.state
@options.form
@options.no_color
@options.actor
@options.reason
def promote(
    *, scope: str, environment: str | None, maps: Path, state: str, form: str, actor: str, reason: str
) -> Exit:  # fmt: skip
    """Let SCOPE (set:NAME) go one step further, at most to the ceiling of the map.

    It needs a reason, and a map without mistakes. What was only observed so far is written when its record changes.
    """
    return guarded(maps, form, lambda: _promote(scope, environment, maps, state, form, actor, reason))


def _promote(
    scope: str, environment: str | None, maps: Path, state: str, form: str, actor: str, reason: str
) -> Exit:  # fmt: skip
    spec = _read(maps)
    _check(scope, spec)
    if not reason.strip():
        remedy = "Say why with --reason; it is kept in the audit trail."
        raise UserError(f"{scope} is to write more, and nobody says why", remedy=remedy, rule="phase/no-reason")
    _without_mistakes(spec)
    with switchboard_of(state) as store:
        before = _standing(scope, spec, store.switchboard(), environment)
        to = _above(before)
        moved = store.switch(
            scope, to, actor=actor, reason=reason, project=spec.project.name, now=SystemClock().now()
        )  # fmt: skip
        board = store.switchboard()
    return _tell(before, _standing(scope, spec, board, environment), board, form, moved=moved)


@command.command(name="demote")
@click.argument("scope")
@environment
@options.maps
@options.state
@options.form
@options.no_color
@options.actor
@options.reason
def demote(
    *, scope: str, environment: str | None, maps: Path, state: str, form: str, actor: str, reason: str
) -> Exit:  # fmt: skip
    """Take SCOPE (set:NAME) one step back. It acts at once, beside a run: nothing is sent that the phase forbids."""
    spec = _read(maps)
    _check(scope, spec)
    with switchboard_of(state) as store:
        before = _standing(scope, spec, store.switchboard(), environment)
        moved = False
        if before.effective is not Phase.OBSERVE:
            to = list(Phase)[before.effective.rank - 1]
            now = SystemClock().now()
            moved = store.switch(scope, to, actor=actor, reason=reason, project=spec.project.name, now=now)
        board = store.switchboard()
    return _tell(before, _standing(scope, spec, board, environment), board, form, moved=moved)


def _tell(before: Standing, after: Standing, board: Sequence[Switch], form: str, *, moved: bool) -> Exit:
    if form == "json":
        told: dict[str, Any] = {
            "scope": after.scope, "from": before.effective, "to": after.effective, "changed": moved,
            **as_json([after], board),
        }  # fmt: skip
        return answer(told, Exit.DONE, has_changes=moved)
    if not moved:
        return say(f"{after.scope} stands at {after.effective} already; nothing was changed", Exit.DONE)
    lines = [f"{after.scope} goes from {before.effective} to {after.effective}"]
    if after.effective.rank > before.effective.rank:
        lines.append("what was only observed so far is written when its record changes next")
    lines += [f"still paused by {scope}" for scope in after.paused_by]
    return say("\n".join(lines), Exit.DONE)


def _above(before: Standing) -> Phase:
    """The next phase. Raises RefusedError where the map does not let it go there."""
    if before.effective is not before.ceiling:
        return list(Phase)[before.effective.rank + 1]
    said = "its ceiling in the map" if before.said else "where the map says no ceiling"
    raise RefusedError(
        f"{before.scope} stands at {before.ceiling}, {said}, and is let go no further",
        remedy="Whoever may approve it raises the ceiling on that line of the map first.",
        place=before.place,
        rule="phase/ceiling",
    )


def _standing(scope: str, spec: "MapSpec", board: Sequence[Switch], environment: str | None) -> Standing:
    return next(one for one in standings(spec, board, _floor(spec, environment)) if one.scope == scope)


def _read(maps: Path) -> "MapSpec":
    from syncengine.spec.loader import load_map

    spec, findings = load_map(maps)
    if spec is None:
        first = next(iter(findings))
        raise UserError(
            f"the map in {maps} cannot be read: {first.message}",
            remedy="`syncengine validate` shows all of it. `syncengine pause` works meanwhile.",
            place=first.place,
            rule="map/unreadable",
        )
    return spec


def _without_mistakes(spec: "MapSpec") -> None:
    """Raises MapError with every finding."""
    from syncengine.check.run import judge_map
    from syncengine.connectors.register import descriptions
    from syncengine.engine.root import MapError
    from syncengine.spec.loader import load_map
    from syncengine.vocabulary import Severity

    _, findings = load_map(spec.folder)
    errors = [f for f in [*findings, *judge_map(spec, descriptions())] if f.severity is Severity.ERROR]
    if errors:
        raise MapError(errors)


def _check(scope: str, spec: "MapSpec") -> None:
    """Raises UserError for what is no write set of the map."""
    from syncengine.spec.near import did_you_mean

    known = [f"{SET}{name}" for name in spec.authority]
    if scope in known:
        return
    written = [f"{SET}{name}" for name, held in spec.authority.items() if scope in _grants(held)]
    if written:
        remedy = f"It is written under {written[0]}."
        raise UserError(f"only a write set has a phase, not {scope}", remedy=remedy, rule="usage/scope")
    remedy = did_you_mean(scope, known, otherwise="`syncengine phase show` lists all write sets.")
    raise UserError(f"the map has no write set {scope}", remedy=remedy, rule="usage/scope")


def _grants(held: Any) -> set[str]:
    return {f"flow:{grant.object}.{grant.flow}" for grant in held.grants} | {f"object:{g.object}" for g in held.grants}


def _floor(spec: "MapSpec", environment: str | None) -> Phase:
    """Where a write set stands that nobody moved yet: an environment says so, and where all agree none has to be named.

    Raises UserError.
    """
    from syncengine.spec.near import did_you_mean

    if environment is not None and environment not in spec.environments:
        remedy = did_you_mean(environment, spec.environments, otherwise="Name one of environments/.")
        raise UserError(f"there is no environment {environment}", remedy=remedy, rule="environment/unknown")
    asked = spec.environments if environment is None else {environment: spec.environments[environment]}
    starts = {held.starts_at for held in asked.values()}
    if len(starts) > 1:
        remedy = f"Name the one of this ledger with --environment: {', '.join(sorted(asked))}."
        raise UserError("environments of this map start at different phases", remedy=remedy, rule="usage/environment")
    return Phase.AUTOMATED if starts == {"ceiling"} else Phase.OBSERVE
