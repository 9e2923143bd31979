"""What `explain` says, in words: a rule's page, and what a map says of an object, a field or a flow."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from syncengine.check.rule import Page
from syncengine.check.told import (
    ENGINE,
    FieldTold,
    FlowTold,
    FreshTold,
    GateTold,
    GrantTold,
    ObjectTold,
    SpelledTold,
    Told,
)
from syncengine.cli.table import table
from syncengine.evidence.mask import escape

_EDITED: Final = {
    "report": "told, and left alone until the owner itself changes; then the owner's value is written",
    "restore": "the owner's value is written back where a grant allows updates, and the edit is kept",
    "review": "nothing is written until a person chooses",
}
_HOW: Final = {
    "read": "read: what stands there is the value",
    "proposed": "read once, at birth, as a proposal; then the owner's value rules",
    "shown": "shown in the sandbox view, never written: no grant names it",
}
_DIRECTIONS: Final = {
    "inbound": "inbound: it is only read",
    "outbound": "outbound: it is only written",
    "both": "both: it is read and written",
    "none": "none: nothing is read, and nothing may be written",
}
_CONSEQUENCES: Final = {
    "essential": "essential (goes on during an incident)",
    "contacts_customer": "reaches customers",
    "moves_money": "moves money",
}
_MASKS: Final = {"withheld": "withheld from", "clear": "clear in"}


def sections(page: Page) -> dict[str, str]:
    """`says`, `why` and `remedy` of a page, each on one line."""
    text = " ".join((page.__doc__ or "").split())
    says, _, rest = text.partition(" Why: ")
    why, _, remedy = rest.partition(" Remedy: ")
    return {"says": says, "why": _sentence(why), "remedy": _sentence(remedy)}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def rule_page(page: Page) -> str:
    said = "\n".join(line.rstrip() for line in (page.__doc__ or "").strip().splitlines())
    said = re.sub(r"\n(?=Remedy: )", "\n\n", said)
    examples = [("Passes", page.PASSES), ("Fails", page.FAILS)]
    shown = [f"{name}:\n{_indent(text.strip())}" for name, text in examples if text]
    return "\n\n".join([f"{page.ID}  ({page.SEVERITY})", said, *shown])


def rule_list(pages: Iterable[Page]) -> str:
    """Every rule with the first sentence of its page."""
    rows = [(page.ID, page.SEVERITY, sections(page)["says"].partition(". ")[0].rstrip(".")) for page in pages]
    return table([(rule, severity, _cut(says)) for rule, severity, says in rows])


def _cut(text: str, most: int = 90) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rpartition(' ')[0]} …"


def told(all_told: Sequence[Told]) -> str:
    return "\n\n".join("\n".join(escape(line) for line in _lines(one)) for one in all_told)


def _lines(one: Told) -> Iterator[str]:
    match one:
        case ObjectTold():
            yield from _object(one)
        case FieldTold():
            yield from _field(one)
        case FlowTold():
            yield from _flow(one)


def _object(one: ObjectTold) -> Iterator[str]:
    yield f"{one.name}  ({one.kind}; {one.at})"
    yield f"  {one.truth}"
    yield ""
    yield from _rows(
        ("system of record", one.system_of_record),
        ("owner", one.owner),
        ("class", f"{one.klass} at least"),
        ("born in", ", ".join(one.born_in)),
        ("matched by", "; ".join(" and ".join(rule) for rule in one.matched_by)),
        ("if edited", f"{one.if_edited}: {_EDITED[one.if_edited]}"),
    )
    yield ""
    yield "fields"
    yield from _table([(f.name, f.type, f.klass, _owned(f)) for f in one.fields])
    yield ""
    yield "flows"
    yield from _table([(f.id, f.direction, f"{f.record} of {f.system}", f.purpose) for f in one.flows])


def _owned(field: FieldTold) -> str:
    return f"owned by {field.owner}" + (" (exception)" if field.exception else "")


def _field(one: FieldTold) -> Iterator[str]:
    yield f"{one.object}.{one.name}  ({one.type}; {one.at})"
    nature = [*(["set once"] if one.fixed else []), "may be empty" if one.optional else "never empty"]
    yield from _rows(
        ("owner", _owner(one)),
        ("exception", f"{one.because} (approved by {one.approved_by or 'nobody'})" if one.exception else ""),
        ("class", f"{one.klass}: {_seen(one.seen)}"),
        ("may be held by", ", ".join(one.cleared) or "no system"),
        ("value", ", ".join(nature)),
        ("if edited", "" if one.owner == ENGINE else f"{one.if_edited}: {_EDITED[one.if_edited]}"),
    )
    for spelled in one.spelled:
        yield ""
        yield from _spelled(spelled)
    for gate in one.asked_by:
        yield ""
        yield from _gate(gate)


def _owner(one: FieldTold) -> str:
    if one.owner == one.system_of_record:
        return f"{one.owner}, the system of record"
    return one.owner if one.owner == ENGINE else f"{one.owner}, not the system of record ({one.system_of_record})"


def _seen(seen: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{_MASKS.get(mask, f'{mask} in')} {', '.join(views)}" for mask, views in seen.items())


def _spelled(one: SpelledTold) -> Iterator[str]:
    yield f"in {one.flow}: {one.spelled}  ({one.at})"
    if one.how in _HOW:
        yield f"  {_HOW[one.how]}"
    yield from (f"  written {_grant(grant)}" for grant in one.grants if one.how == "written")
    yield from (f"  nothing is created before the gate {name} lets it pass" for name in one.gates)
    if one.urgent:
        yield "  urgent: passed on at once, whatever the schedule says"
    yield from _fresh(one.fresh)


def _grant(grant: GrantTold) -> str:
    approved = ", ".join(grant.approved_by)
    powers = f"may {' and '.join(grant.may)}, ceiling {grant.ceiling}"
    return f"under {grant.write_set}: {powers}; owner {grant.owner}, approved by {approved}  ({grant.at})"


def _fresh(fresh: FreshTold | None) -> Iterator[str]:
    if fresh is not None:
        yield f"  fresh within {fresh.expected}, an incident from {fresh.incident}; meanwhile see {fresh.look_at}"


def _gate(gate: GateTold) -> Iterator[str]:
    yield f"gate {gate.name} stops {gate.stops}, and asks about {gate.about}; owner {gate.owner}  ({gate.at})"
    for need in gate.needs:
        when = f" when {need.when}" if need.when else ""
        age = f", not older than {need.max_age}" if need.max_age else ""
        status = " or ".join(("verified", *need.passes))
        yield f"  {need.field} {status}{when}{age}; else: {need.next}"
        if need.because:
            yield f"    otherwise nothing is asked, because: {need.because}"


def _flow(one: FlowTold) -> Iterator[str]:
    yield f"{one.id}  ({one.record} of {one.system}, connector {one.connector}; {one.at})"
    yield from _rows(
        ("purpose", one.purpose),
        ("direction", _DIRECTIONS[one.direction]),
        ("consequences", ", ".join(_CONSEQUENCES[name] for name in one.consequences)),
        ("born here", "new entities come into existence here" if one.born else ""),
        ("key", one.key),
        ("only", one.only),
        ("on create", ", ".join(f"{place} = {value}" for place, value in one.on_create.items())),
        ("sync", one.sync),
    )
    yield from _fresh(one.fresh)
    yield ""
    yield "fields"
    yield from _table([(s.field, s.how + (" at once" if s.urgent else ""), s.spelled) for s in one.fields])
    for grant in one.grants:
        yield ""
        yield f"granted {_grant(grant)}"
        yield f"  {', '.join(grant.fields)}"
    for gate in one.gates:
        yield ""
        yield from _gate(gate)


def _rows(*rows: tuple[str, str]) -> Iterator[str]:
    """Labelled lines; what is empty is left out."""
    yield from _table([row for row in rows if row[1]])


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from table(rows, indent=2).splitlines()


def _indent(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
