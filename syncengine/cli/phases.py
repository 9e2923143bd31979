"""How the write sets of a map stand: the ceiling, the ledger's phase, the lower of both, and the pauses in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from syncengine.cli.switching import turned_json, turned_text
from syncengine.cli.table import table
from syncengine.clock import to_text
from syncengine.errors import Place
from syncengine.evidence.mask import escape
from syncengine.model.switch import SET, Switch, Switches, Turned, scopes
from syncengine.vocabulary import Phase

if TYPE_CHECKING:
    from syncengine.spec.map import MapSpec

_HEAD: Final = ("write set", "ceiling", "current", "in effect", "since", "by", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One write set. `current` is the ledger's phase, or where its environment starts; `said`: the map says a ceiling.
    `paused_by` are scopes that stop all of it
    or a part.
    """

    scope: str
    ceiling: Phase
    current: Phase
    effective: Phase
    turned: Turned | None
    paused_by: tuple[str, ...]
    place: Place
    said: bool


def standings(spec: "MapSpec", board: Sequence[Switch], floor: Phase) -> list[Standing]:
    """In the order of the map. `floor`: where a set stands that nobody moved."""
    by_scope = {one.scope: one for one in board}
    return [_standing(spec, name, by_scope, floor) for name in spec.authority]


def _standing(spec: "MapSpec", name: str, by_scope: dict[str, Switch], floor: Phase) -> Standing:
    held, scope = spec.authority[name], f"{SET}{name}"
    switch = by_scope.get(scope, Switch(scope=scope))
    known = Switches(phases={name: switch.phase} if switch.phase else {}, floor=floor)
    path = (name, "ceiling")
    return Standing(
        scope=scope,
        ceiling=held.highest,
        current=switch.phase or min(floor, held.highest, key=lambda phase: phase.rank),
        effective=known.phase(name, held.highest),
        turned=switch.phase_turn,
        paused_by=tuple(one for one in _stopping(spec, name) if one in by_scope and by_scope[one].paused),
        place=spec.place("authority.yaml", path),
        said="ceiling" in held.model_fields_set,
    )


def _stopping(spec: "MapSpec", name: str) -> list[str]:
    found: dict[str, None] = {}
    for grant in spec.authority[name].grants:
        subject = spec.objects.get(grant.object)
        flow = subject.flows.get(grant.flow) if subject is not None else None
        system = grant.flow if flow is None or not flow.system else flow.system
        said = scopes(
            write_set=name, flow=f"{grant.object}.{grant.flow}", object_name=grant.object, system=system
        )  # fmt: skip
        found.update(dict.fromkeys(said))
    return list(found)


def as_json(shown: Sequence[Standing], board: Sequence[Switch]) -> dict[str, Any]:
    return {
        "write_sets": [
            {
                "scope": one.scope, "ceiling": one.ceiling, "current": one.current, "effective": one.effective,
                **turned_json(one.turned), "paused_by": list(one.paused_by),
                "place": {"file": one.place.file, "line": one.place.line, "column": one.place.column},
            }
            for one in shown
        ],
        "pauses": [{"scope": one.scope, **turned_json(one.pause_turn)} for one in board if one.paused],
    }  # fmt: skip


def as_text(shown: Sequence[Standing], board: Sequence[Switch]) -> str:
    rows = [_row(one) for one in shown]
    lines = [table([_HEAD, *rows])] if rows else ["the map has no write set"]
    pauses = [one for one in board if one.paused]
    if pauses:
        lines += ["", "paused", table([(one.scope, turned_text(one.pause_turn)) for one in pauses], indent=2)]
    return "\n".join(lines)


def _row(one: Standing) -> tuple[str, ...]:
    effective = f"{one.effective}, paused" if one.paused_by else str(one.effective)
    if one.turned is None:
        return (one.scope, one.ceiling, one.current, effective, "the start", "", "")
    since = to_text(one.turned.at.replace(microsecond=0))
    return (one.scope, one.ceiling, one.current, effective, since, escape(one.turned.actor), escape(one.turned.reason))
