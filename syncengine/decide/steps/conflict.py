"""Did somebody else change what is not theirs? A three-way comparison per place: the owner's word, the base (what we
last confirmed there) and what the target shows. A conflict is two moves away from the base, not a difference.

| owner moved | target moved | report | restore | review |
|---|---|---|---|---|
| no | yes | kept as found, base unchanged | written back | a person chooses |
| yes | yes, to the same | confirmed | confirmed | confirmed |
| yes | yes, elsewhere | owner wins | owner wins | a person chooses |

Putting back stops itself where it becomes a fight (see `fight`). The loser is kept under every rule. Our own write
coming back is an echo, consumed once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from syncengine.decide.built_in import shown
from syncengine.decide.draft import Draft
from syncengine.decide.fight import FIGHT, MAX_ROUNDS, Rounds, edited_again, is_fight, rule_of
from syncengine.decide.steps.map import at, is_missing
from syncengine.decide.wanted import wanted
from syncengine.model.decision import Conflict, Decision, ReviewItem
from syncengine.model.record import TargetState, replace
from syncengine.model.value import Json, Places, Value, is_untranslated
from syncengine.plan.plan import FlowPlan, UnreadableError
from syncengine.vocabulary import Fate, IfEdited


def compare_targets(draft: Draft) -> Decision | None:
    flow = draft.flow
    assert flow is not None
    if draft.overtaken or not (flow.written or flow.proposes):
        return None
    target = draft.target(flow.id)
    if draft.snapshot.gone:
        if not flow.once:  # its owner has lost the record itself, and nothing is made again there
            _missing(draft, flow, target)
        return None
    want = {**_want(draft, flow), **_proposed(draft, draft.values_now())}
    seen = {**_seen(draft, flow, want), **_proposed(draft, draft.proposed)}
    if target.base is None and (seen or flow.once):
        _adopt(draft, flow, target, want, seen)
    elif seen:
        _compare(draft, flow, target, want, seen)
    return None


def _proposed(draft: Draft, values: Mapping[str, Value]) -> Places:
    """What the flow speaks of without owning it, in our words: it is never written there, so our spelling of it is
    nobody's.
    """
    return {f"={name}": values[name] for name in draft.proposed if name in values}


def _want(draft: Draft, flow: FlowPlan) -> Places:
    """The owner's word in their spelling; what cannot be spelled there has not moved there either."""
    try:
        return wanted(flow, shown(draft, flow, draft.values_now()))
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
        differs = value is not None and place in want and want[place] != value
        if differs and place in flow.place_fields and place not in flow.if_empty:
            _lose(draft, flow, place, "adopted", want[place], value)
    draft.targets[flow.id] = replace(target, id=draft.snapshot.id or target.id, base=seen, intended=None)
    if draft.state.record is not None:
        draft.steps.append("conflict: a record with this key stands there already; taken over")


def _missing(draft: Draft, flow: FlowPlan, target: TargetState) -> None:
    if target.base is None or target.missing:
        return
    restore = flow.may_create and all(draft.object.fields[f].if_edited is IfEdited.RESTORE for f in flow.granted)
    rounds = edited_again(target.rounds, "", draft.now) if restore else target.rounds
    fight = is_fight(rounds, "", draft.now)
    if restore and not fight:
        draft.targets[flow.id] = TargetState(sequence=target.sequence, rounds=rounds)
        draft.steps.append("conflict: gone there; created again")
    else:
        draft.targets[flow.id] = replace(target, missing=True, intended=None, rounds=rounds)
        why = f"{FIGHT}: it was created again {MAX_ROUNDS} times" if fight else "the record is no longer there"
        draft.reviews.append(ReviewItem(flow=flow.id, field="", why=why))
        draft.steps.append("conflict: gone there; nothing more is written to it")


@dataclass(slots=True)
class _Look:
    """What one look at the target makes of what is known of it."""

    base: dict[str, Json]
    edited: dict[str, Json]
    rounds: Rounds
    echoes: tuple[Places, ...]


def _compare(draft: Draft, flow: FlowPlan, target: TargetState, want: Places, seen: dict[str, Json]) -> None:
    assert target.base is not None
    look = _Look(dict(target.base), dict(target.edited), target.rounds, target.echoes)
    moved = False
    for place, value in seen.items():
        look.echoes, ours = _consume(look.echoes, place, value)
        if value == look.base.get(place):
            moved = look.edited.pop(place, _NOTHING) is not _NOTHING or moved
        elif place not in look.base and place not in flow.place_fields:
            look.base[place] = value  # the map has this flow speak of it only now
        elif ours or (look.edited.get(place, _NOTHING) == value and not _is_over(draft, target, flow, place)):
            continue
        elif place in flow.if_empty:  # what they put there is theirs, and no edit
            moved = True
            look.base[place] = value
            look.edited.pop(place, None)
        else:
            moved = True
            _edited(draft, flow, place, want, look, value)
    if look.echoes != target.echoes and not moved and not draft.changes:
        draft.fate = Fate.ECHO
    known = (target.base, target.edited, target.rounds, target.echoes)
    if target.missing or (look.base, look.edited, look.rounds, look.echoes) != known:
        draft.targets[flow.id] = replace(
            target, base=look.base, edited=look.edited, rounds=look.rounds, echoes=look.echoes,
            intended=_rebased(target, look.base), missing=False,
        )  # fmt: skip


def _field(flow: FlowPlan, place: str) -> str:
    """Whose place it is. What a flow only speaks of has its field behind the sign."""
    return flow.place_fields[place] if place in flow.place_fields else place.removeprefix("=")


def _is_over(draft: Draft, target: TargetState, flow: FlowPlan, place: str) -> bool:
    """Whether an edit was left because of a fight that is over: it is put back after all."""
    field = draft.object.fields[_field(flow, place)]
    return field.name in target.rounds and rule_of(field, target.rounds, draft.now) is IfEdited.RESTORE


def _rebased(target: TargetState, base: dict[str, Json]) -> Places | None:
    """What is pending, on the new base: a place that no pending action writes stands where the target stands now."""
    if target.intended is None or target.base is None:
        return None
    old = target.base
    return {p: base.get(p, v) if old.get(p, _NOTHING) == v else v for p, v in target.intended.items()}


_NOTHING: Json = object()


def _edited(draft: Draft, flow: FlowPlan, place: str, want: Places, look: _Look, value: Json) -> None:
    field = _field(flow, place)
    base, edited = look.base, look.edited
    owner = want.get(place, base.get(place))
    owner_moved = owner != base.get(place)
    if owner_moved and owner == value:
        base[place] = value
        edited.pop(place, None)
        draft.steps.append(f"conflict: {field} was changed there to what the owner says")
        return
    rule, fight = _rule(draft, flow, place, look, owner_moved=owner_moved)
    if rule is IfEdited.REVIEW:
        edited[place] = value
        put_back = f"{FIGHT}: {field} was put back {MAX_ROUNDS} times in {flow.system}"
        why = put_back if fight else f"{field} was changed in {flow.system}"
        draft.reviews.append(ReviewItem(flow=flow.id, field=field, why=why, value={place.removeprefix("="): value}))
        draft.steps.append(f"conflict: {field} was changed there; a person chooses")
    elif owner_moved or rule is IfEdited.RESTORE:
        base[place] = value
        edited.pop(place, None)
        _lose(draft, flow, place, "owner" if owner_moved else "restore", owner, value)
    else:
        edited[place] = value
        _lose(draft, flow, place, "report", owner, value)


def _rule(draft: Draft, flow: FlowPlan, place: str, look: _Look, *, owner_moved: bool) -> tuple[IfEdited, bool]:
    """What the edit leads to, and whether a fight says so. What is never written there cannot be put back."""
    field = draft.object.fields[_field(flow, place)]
    if field.if_edited is not IfEdited.RESTORE:
        return field.if_edited, False
    if place not in flow.place_fields:
        return IfEdited.REPORT, False
    if not owner_moved or is_fight(look.rounds, field.name, draft.now):
        look.rounds = edited_again(look.rounds, field.name, draft.now)
    rule = rule_of(field, look.rounds, draft.now)
    return rule, rule is IfEdited.REVIEW


def _lose(draft: Draft, flow: FlowPlan, place: str, rule: str, winner: Json, loser: Json) -> None:
    field, shown_at = _field(flow, place), place.removeprefix("=")
    state = draft.changes.get(field) or draft.known.fields.get(field)
    draft.conflicts.append(
        Conflict(
            field=field, flow=flow.id, rule=rule, winner={shown_at: winner}, loser={shown_at: loser},
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
