"""`syncengine trace ID`: the chain around any id of any system."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say
from syncengine.cli.ledger import existing_ledger
from syncengine.errors import NotFoundError
from syncengine.evidence.mask import escape
from syncengine.evidence.story import PlanView, Story, to_json
from syncengine.evidence.trace import trace
from syncengine.evidence.wording import tell
from syncengine.vocabulary import SENSITIVITY_CLASSES

if TYPE_CHECKING:
    from syncengine.plan.plan import FlowPlan, Plan

MOST_HITS: Final = 10
HALF: Final = re.compile("[\ud800-\udfff]")
"""A byte of the command line that is no text: the ledger holds none, and cannot be asked for one."""

_OUR_OWN: Final = "internal"


@click.command(name="trace")
@click.argument("id_", metavar="ID")
@options.maps
@options.state
@options.form
@options.no_color
def command(*, id_: str, maps: Path, state: str, form: str) -> Exit:
    """The chain around ID: what arrived, what was decided, what was written where, and why.

    ID is an id as any system shows it (of an event, of a record), an action's key, or SYSTEM:OBJECT:ID. Personal data
    is masked by the classes of the map; without a map every value is.
    """
    view = view_of_map(maps)
    story, more = _story(state, id_, view or PlanView())
    if form == "json":
        return answer({"id": id_, "map_read": view is not None, "more_hits": more, **to_json(story)}, Exit.DONE)
    return say("\n".join([tell(story), *_notes(maps, view, more)]), Exit.DONE)


def _story(state: str, id_: str, view: PlanView) -> tuple[Story, int]:
    """The story of the first hits, and how many others there are."""
    with existing_ledger(state) as store:
        hits = () if HALF.search(id_) else store.find(id_)
        if not hits:
            raise NotFoundError(
                f"nothing in the ledger answers to '{id_}'",
                remedy="Give an id as a system shows it, an action's key, or SYSTEM:OBJECT:ID. What was not taken in"
                " yet is not in the ledger.",
                rule="trace/unknown-id",
            )
        shown = hits[:MOST_HITS]
        dossier = store.dossier(
            sorted({number for hit in shown for number in hit.records}),
            sorted({seq for hit in shown for seq in hit.inputs}),
        )
    return trace(dossier, shown, view), len(hits) - len(shown)


def _notes(maps: Path, view: PlanView | None, more: int) -> Sequence[str]:
    notes = []
    if more:
        notes.append(f"\n{more} more answer to this id: give SYSTEM:OBJECT:ID to tell them apart")
    if view is None:
        notes.append(f"\nevery value is masked: the map in {escape(str(maps))} cannot be used (name it with --maps)")
    return notes


def view_of_map(maps: Path) -> PlanView | None:
    """What the map says about classes; None where there is no map, or one with mistakes."""
    from syncengine.check.run import check_map
    from syncengine.connectors.register import descriptions, readings
    from syncengine.plan.compile import compile_plan
    from syncengine.spec.loader import load_map

    spec, mistakes = load_map(maps)
    if spec is None or mistakes:
        return None
    checked, _ = check_map(spec, descriptions(), None)
    return None if checked is None else view_of(compile_plan(checked, readings()))


def view_of(plan: "Plan") -> PlanView:
    """Classes by flow and place, and by object and field. What a place shares with several fields is as sensitive as
    the most sensitive of them; keys and constants of the map are ours.
    """
    places: dict[tuple[str, str], tuple[str, str]] = {}
    for flow in plan.flows.values():
        ours = dict.fromkeys([*flow.on_create, *([flow.key] if flow.key else [])], ("", _OUR_OWN))
        places |= {(flow.id, place): entry for place, entry in {**ours, **_places(plan, flow)}.items()}
    fields = {(o.name, field.name): field.klass for o in plan.objects.values() for field in o.fields.values()}
    return PlanView(places=places, fields=fields)


def _places(plan: "Plan", flow: "FlowPlan") -> dict[str, tuple[str, str]]:
    known = plan.object_of(flow).fields
    found: dict[str, tuple[str, str]] = {}
    spelled: Any = (*flow.reads, *flow.shows)
    for spelling in spelled:
        for place in spelling.places:
            entry = (spelling.field, known[spelling.field].klass)
            found[place] = max(found.get(place, entry), entry, key=lambda told: SENSITIVITY_CLASSES.index(told[1]))
    return found
