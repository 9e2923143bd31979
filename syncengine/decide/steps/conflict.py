"""Did somebody else change what is not theirs? A three-way comparison per place: the owner's word, the base (what we
last confirmed there) and what the target shows. A conflict is two moves away from the base, not a difference.

| owner moved | target moved | report | restore | review |
|---|---|---|---|---|
| no | yes | kept as found, base unchanged | written back | a person chooses |
| yes | yes, to the same | confirmed | confirmed | confirmed |
| yes | yes, elsewhere | owner wins | owner wins | a person chooses |

The loser is kept under every rule. Our own write coming back is an echo, consumed once.
"""

from syncengine.decide.draft import Draft
from syncengine.decide.steps.map import at, is_missing
from syncengine.decide.wanted import wanted
from syncengine.model.decision import Conflict, Decision, ReviewItem
from syncengine.model.record import TargetState, replace
from syncengine.model.value import Json, Places, is_untranslated
from syncengine.plan.plan import FlowPlan, UnreadableError
from syncengine.vocabulary import Fate, IfEdited


def compare_targets(draft: Draft) -> Decision | None:
    flow = draft.flow
    assert flow is not None
    if not flow.shows:
        return None
    target = draft.target(flow.id)
    if draft.snapshot.gone:
        _missing(draft, flow, target)
        return None
    want = _want(draft, flow)
    seen = _seen(draft, flow, want)
    if not seen:
        return None
    if target.base is None:
        _adopt(draft, flow, target, want, seen)
    else:
        _compare(draft, flow, target, want, seen)
    return None


def _want(draft: Draft, flow: FlowPlan) -> Places:
    """The owner's word in their spelling; what cannot be spelled there has not moved there either."""
    try:
        return wanted(flow, draft.values_now())
    except UnreadableError:
        return {}


def _seen(draft: Draft, flow: FlowPlan, want: Places) -> dict[str, Json]:
    """What the target shows at the places we spell, in the spelling that we would use ourselves."""
    content = draft.snapshot.content
    base = draft.target(flow.id).base or {}
    seen = {}
    for spelling in flow.shows:
        if spelling.field not in flow.granted:
            continue
        for place in spelling.places:
            raw = at(content, place)
            if is_missing(raw):
                if not draft.snapshot.complete:
                    continue
                raw = None
            same = (v for v in (base.get(place), want.get(place)) if _stands_for(draft, flow, place, v, raw))
            seen[place] = next(same, flow.normal[place](raw))
    return seen


def _stands_for(draft: Draft, flow: FlowPlan, place: str, ours: Json, raw: Json) -> bool:
    """Whether a raw value of theirs is what we would spell so ourselves: "49" for "49.00", their id for our ref."""
    if is_untranslated(ours):
        return raw is not None and draft.state.translated.get((ours["flow"], ours["id"], ours["in"])) == str(raw)
    normal = flow.normal[place]
    return ours is not None and bool(normal(ours) == normal(raw))


def _adopt(draft: Draft, flow: FlowPlan, target: TargetState, want: Places, seen: dict[str, Json]) -> None:
    """A record with our key was there before we wrote one: it is linked, and what it held loses to the owner."""
    for place, value in seen.items():
        if value is not None and place in want and want[place] != value:
            _lose(draft, flow, place, "adopted", want[place], value)
    draft.targets[flow.id] = replace(target, id=draft.snapshot.id or target.id, base=seen, intended=None)
    draft.steps.append("conflict: a record with this key stands there already; taken over")


def _missing(draft: Draft, flow: FlowPlan, target: TargetState) -> None:
    if target.base is None or target.missing:
        return
    restore = flow.may_create and all(draft.object.fields[f].if_edited is IfEdited.RESTORE for f in flow.granted)
    if restore:
        draft.targets[flow.id] = TargetState(sequence=target.sequence)
        draft.steps.append("conflict: gone there; created again")
    else:
        draft.targets[flow.id] = replace(target, missing=True, intended=None)
        draft.reviews.append(ReviewItem(flow=flow.id, field="", why="the record is no longer there"))
        draft.steps.append("conflict: gone there; nothing more is written to it")


def _compare(draft: Draft, flow: FlowPlan, target: TargetState, want: Places, seen: dict[str, Json]) -> None:
    assert target.base is not None
    base, edited = dict(target.base), dict(target.edited)
    echoes = target.echoes
    moved = False
    for place, value in seen.items():
        stands = base.get(place)
        echoes, ours = _consume(echoes, place, value)
        if value == stands:
            moved = edited.pop(place, _NOTHING) is not _NOTHING or moved
        elif ours or edited.get(place, _NOTHING) == value:
            continue
        else:
            moved = True
            _edited(draft, flow, place, want, base, edited, value)
    if echoes != target.echoes and not moved and not draft.changes:
        draft.fate = Fate.ECHO
    if target.missing or (base, edited, echoes) != (target.base, target.edited, target.echoes):
        draft.targets[flow.id] = replace(
            target, base=base, edited=edited, echoes=echoes, intended=_rebased(target, base), missing=False
        )  # fmt: skip


def _rebased(target: TargetState, base: dict[str, Json]) -> Places | None:
    """What is pending, on the new base: a place that no pending action writes stands where the target stands now."""
    if target.intended is None or target.base is None:
        return None
    old = target.base
    return {p: base.get(p, v) if old.get(p, _NOTHING) == v else v for p, v in target.intended.items()}


_NOTHING: Json = object()


def _edited(
    draft: Draft, flow: FlowPlan, place: str, want: Places, base: dict[str, Json], edited: dict[str, Json],
    value: Json,
) -> None:  # fmt: skip
    field = flow.place_fields[place]
    rule = draft.object.fields[field].if_edited
    owner = want.get(place, base.get(place))
    owner_moved = owner != base.get(place)
    if owner_moved and owner == value:
        base[place] = value
        edited.pop(place, None)
        draft.steps.append(f"conflict: {field} was changed there to what the owner says")
    elif rule is IfEdited.REVIEW:
        edited[place] = value
        why = f"{field} was changed in {flow.system}"
        draft.reviews.append(ReviewItem(flow=flow.id, field=field, why=why, value=value))
        draft.steps.append(f"conflict: {field} was changed there; a person chooses")
    elif owner_moved or rule is IfEdited.RESTORE:
        base[place] = value
        edited.pop(place, None)
        _lose(draft, flow, place, "owner" if owner_moved else "restore", owner, value)
    else:
        edited[place] = value
        _lose(draft, flow, place, "report", owner, value)


def _lose(draft: Draft, flow: FlowPlan, place: str, rule: str, winner: Json, loser: Json) -> None:
    field = flow.place_fields[place]
    state = draft.changes.get(field) or draft.known.fields.get(field)
    draft.conflicts.append(
        Conflict(
            field=field, flow=flow.id, rule=rule, winner={place: winner}, loser={place: loser},
            winner_seq=0 if state is None else state.seq, loser_seq=draft.input.seq,
        )
    )  # fmt: skip
    draft.steps.append(f"conflict: {field} was changed there; {rule}, and the other value is kept")


def _consume(echoes: tuple[Places, ...], place: str, value: Json) -> tuple[tuple[Places, ...], bool]:
    """Take the newest write of ours that put this value there out of the list, and everything older at that place."""
    for index in range(len(echoes) - 1, -1, -1):
        if echoes[index].get(place, _NOTHING) == value:
            spent = ({p: v for p, v in e.items() if p != place} for e in echoes[: index + 1])
            return (*(e for e in spent if e), *echoes[index + 1 :]), True
    return echoes, False
