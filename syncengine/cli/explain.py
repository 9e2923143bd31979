"""`syncengine explain WHAT`: a rule's page, or what the map says of an object, a field or a flow."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say
from syncengine.errors import NotFoundError

if TYPE_CHECKING:
    from syncengine.check.rule import Page
    from syncengine.model.finding import Finding


@click.command(name="explain")
@click.argument("what", required=False, default="")
@options.maps
@options.form
@options.no_color
def command(*, what: str, maps: Path, form: str) -> Exit:
    """A rule's page; or who owns, writes and sees something.

    WHAT is the id of a rule (gate/weak-pass), an OBJECT, an OBJECT.FIELD or an OBJECT.FLOW. Without it all rules are
    listed.
    """
    if not what:
        return _list(form)
    return _rule(what, form) if "/" in what else _map(what, maps, form)


def _list(form: str) -> Exit:
    from syncengine.check.pages import PAGES
    from syncengine.cli.explained import rule_list

    pages = sorted(PAGES.values(), key=lambda page: page.ID)
    if form == "json":
        return answer({"rules": [_page(page) for page in pages]}, Exit.DONE)
    return say(rule_list(pages), Exit.DONE)


def _rule(rule: str, form: str) -> Exit:
    from syncengine.check.pages import PAGES
    from syncengine.cli.explained import rule_page
    from syncengine.spec.near import did_you_mean

    page = PAGES.get(rule)
    if page is None:
        remedy = did_you_mean(rule, PAGES, otherwise="`syncengine explain` lists all rules.")
        raise NotFoundError(f"there is no rule '{rule}'", remedy=remedy, rule="explain/unknown")
    if form == "json":
        return answer({"rule": _page(page)}, Exit.DONE)
    return say(rule_page(page), Exit.DONE)


def _page(page: "Page") -> dict[str, Any]:
    from syncengine.cli.explained import sections

    examples = {"passes": page.PASSES.strip(), "fails": page.FAILS.strip()}
    return {"id": page.ID, "severity": str(page.SEVERITY), **sections(page), **examples}


def _map(what: str, maps: Path, form: str) -> Exit:
    from syncengine.check.context import Context
    from syncengine.check.explain import explain, names
    from syncengine.check.told import as_json
    from syncengine.cli.explained import told
    from syncengine.connectors.register import descriptions
    from syncengine.spec.loader import load_map
    from syncengine.spec.near import did_you_mean

    spec, findings = load_map(maps)
    if spec is None:
        return _unreadable(findings, maps, form)
    context = Context(spec=spec, descriptions=descriptions())
    found = explain(context, what)
    if not found:
        remedy = did_you_mean(what, names(context), otherwise="Name an object, OBJECT.FIELD or OBJECT.FLOW.")
        raise NotFoundError(f"the map has no '{what}'", remedy=remedy, rule="explain/unknown")
    if form == "json":
        return answer({"explained": [as_json(one) for one in found]}, Exit.DONE)
    return say(told(found), Exit.DONE)


def _unreadable(findings: "Sequence[Finding]", maps: Path, form: str) -> Exit:
    from syncengine.check.report import as_json, as_text

    if form == "json":
        return answer(as_json(findings), Exit.FINDINGS)
    click.echo(as_text(findings), err=True)
    click.echo(f"nothing can be explained: the map in {maps} cannot be read", err=True)
    return Exit.FINDINGS
