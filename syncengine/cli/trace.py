"""`syncengine trace ID`: the chain around any id of any system."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say
from syncengine.cli.ledger import existing_ledger
from syncengine.errors import NotFoundError, UserError
from syncengine.evidence.mask import escape
from syncengine.evidence.story import Story, to_json
from syncengine.evidence.trace import trace
from syncengine.evidence.view import PlanView
from syncengine.evidence.wording import tell

if TYPE_CHECKING:
    from syncengine.plan.plan import Plan

MOST_HITS: Final = 10
HALF: Final = re.compile("[\ud800-\udfff]")
"""A byte of the command line that is no text: the ledger holds none, and cannot be asked for one."""

DEFAULT_VIEW: Final = "events"


@click.command(name="trace")
@click.argument("id_", metavar="ID")
@options.maps
@options.state
@options.form
@options.no_color
@click.option(
    "--view", metavar="NAME", default=DEFAULT_VIEW, show_default=True, help="Whose view on values: one of the map's."
)
def command(*, id_: str, maps: Path, state: str, form: str, view: str) -> Exit:
    """The chain around ID: what arrived, what was decided, what was written where, and why.

    ID is an id as any system shows it (of an event, of a record), an action's key, or SYSTEM:OBJECT:ID. Values are
    shown as the view shows their class (sensitivity.yaml); without a map none is.
    """
    seen_by = view_of_map(maps, view)
    story, more = _story(state, id_, seen_by or PlanView())
    if form == "json":
        head = {"id": id_, "view": view, "map_read": seen_by is not None, "more_hits": more}
        return answer({**head, **to_json(story)}, Exit.DONE)
    return say("\n".join([tell(story), *_notes(maps, seen_by, more)]), Exit.DONE)


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
        keyed = replace(view, key=store.secret())
    return trace(dossier, shown, keyed), len(hits) - len(shown)


def _notes(maps: Path, view: PlanView | None, more: int) -> Sequence[str]:
    notes = []
    if more:
        notes.append(f"\n{more} more answer to this id: give SYSTEM:OBJECT:ID to tell them apart")
    if view is None:
        notes.append(f"\nevery value is masked: the map in {escape(str(maps))} cannot be used (name it with --maps)")
    return notes


def view_of_map(maps: Path, name: str) -> PlanView | None:
    """A view, without the ledger's key; None where there is no map, or one with mistakes."""
    from syncengine.check.run import check_map
    from syncengine.connectors.register import descriptions, readings
    from syncengine.plan.compile import compile_plan
    from syncengine.spec.loader import load_map

    spec, mistakes = load_map(maps)
    if spec is None or mistakes:
        return None
    checked, _ = check_map(spec, descriptions(), None)
    return None if checked is None else view_of_plan(compile_plan(checked, readings()), name)


def view_of_plan(plan: "Plan", name: str) -> PlanView:
    """Raises UserError for a view that the map does not have."""
    from syncengine.engine.view import view_of
    from syncengine.spec.near import near

    if name not in plan.views:
        match = near(name, plan.views)
        meant = f"Did you mean {match}? " if match else ""
        known = f"The map has {', '.join(plan.views)}."
        raise UserError(f"there is no view {name}", remedy=meant + known, rule="usage/view")
    return view_of(plan, name)
