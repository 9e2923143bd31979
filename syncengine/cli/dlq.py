"""`syncengine dlq list, show`: the dead letters: what failed, how often, why, and what waits behind it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say
from syncengine.cli.ledger import existing_ledger
from syncengine.cli.letters import as_json, as_text, line_of, table_of
from syncengine.cli.trace import DEFAULT_VIEW, view_of_map
from syncengine.errors import NotFoundError
from syncengine.evidence.story import Story
from syncengine.evidence.trace import trace
from syncengine.evidence.view import PlanView
from syncengine.model.letter import Letter
from syncengine.store.protocol import Store

MOST: int = 100


@click.group(name="dlq")
def command() -> None:
    """Look at the dead letters: actions and deliveries that a person has to look at."""


view = click.option(
    "--view", metavar="NAME", default=DEFAULT_VIEW, show_default=True, help="Whose view on values: one of the map's."
)


@command.command(name="list")
@options.maps
@options.state
@options.form
@options.no_color
@view
@click.option("--limit", metavar="N", default=MOST, show_default=True, type=click.IntRange(1), help="The oldest N.")
def list_letters(*, maps: Path, state: str, form: str, view: str, limit: int) -> Exit:
    """Every dead letter, the oldest first.

    An action is one when its target refused it for good, when its attempts failed as often as max_receive_count
    (project.yaml) says, or when it cannot be prepared; a delivery, when it cannot be understood or applied.
    """
    seen_by = view_of_map(maps, view)
    with existing_ledger(state) as store:
        letters = store.dead_letters(limit + 1)
    shown, more = letters[:limit], len(letters) > limit
    if form == "json":
        head = {"view": view, "map_read": seen_by is not None, "more": more}
        return answer({**head, "dead_letters": [line_of(letter) for letter in shown]}, Exit.DONE)
    return say(table_of(shown, more=more), Exit.DONE)


@command.command(name="show")
@click.argument("id_", metavar="ID")
@options.maps
@options.state
@options.form
@options.no_color
@view
def show(*, id_: str, maps: Path, state: str, form: str, view: str) -> Exit:
    """One dead letter: what it would have written, each attempt, the last error, and what comes next.

    ID is its id as `dlq list` shows it (action:17, input:3), an action's key, or the id of an event.
    """
    seen_by = view_of_map(maps, view)
    with existing_ledger(state) as store:
        letters = store.dead_letter(id_)
        if not letters:
            raise NotFoundError(
                f"no dead letter answers to '{id_}'",
                remedy="`syncengine dlq list` shows them all; `syncengine trace` finds whatever else has an id.",
                rule="dlq/unknown-id",
            )
        keyed = replace(seen_by or PlanView(), key=store.secret())
        stories = [(letter, _story(store, letter, keyed)) for letter in letters]
    if form == "json":
        head = {"id": id_, "view": view, "map_read": seen_by is not None}
        return answer({**head, "dead_letters": [as_json(*told) for told in stories]}, Exit.DONE)
    return say(as_text(stories, map_read=seen_by is not None), Exit.DONE)


def _story(store: Store, letter: Letter, seen_by: PlanView) -> Story:
    """All that is known around it."""
    records: Sequence[int] = (letter.record,) if letter.record else ()
    inputs: Sequence[int] = () if letter.flow else (letter.number,)
    return trace(store.dossier(records, inputs), (), seen_by)
