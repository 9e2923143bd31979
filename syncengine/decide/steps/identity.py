"""Which entity is it about? A new one comes into existence only where the object is born; elsewhere an unknown record
waits until it is known, and is never adopted.
"""

from syncengine.decide.draft import Draft
from syncengine.decide.steps.matched import contest
from syncengine.model.decision import Decision, Link, ReviewItem
from syncengine.model.matching import Chosen, PairMark
from syncengine.model.record import Record, replace
from syncengine.plan.lookups import identify as identity_of
from syncengine.plan.matching import our_keys, their_keys
from syncengine.plan.plan import FlowPlan
from syncengine.vocabulary import Fate, InputKind, PairState


def identify(draft: Draft) -> Decision | None:
    flow, snapshot = draft.flow, draft.snapshot
    assert flow is not None
    if draft.record is None:
        identity = identity_of(draft.plan, flow, snapshot)
        if not identity.born or identity.entity is None or identity.birth is None or snapshot.gone:
            return draft.settle(Fate.UNLINKED, "identity: nobody knows this record yet")
        draft.record = Record(object=flow.object, entity=identity.entity, birth=identity.birth)
        draft.links.append(Link(flow=flow.id, id=snapshot.id))
        draft.steps.append("identity: born here")
        return None
    return _linked(draft, flow, draft.record)


def _linked(draft: Draft, flow: FlowPlan, record: Record) -> Decision | None:
    if draft.state.chosen is not None:
        return _matched(draft, flow, record, draft.state.chosen)
    source, target = record.sources.get(flow.id), record.targets.get(flow.id)
    ours = (source.id if source is not None else "") or (target.id if target is not None and not target.missing else "")
    theirs = draft.snapshot.id
    if ours and theirs and ours != theirs:
        why = f"{theirs} carries the key of a record that is already linked to {ours}"
        if target is not None and target.unkeyed:
            draft.targets[flow.id] = contest(draft, flow, target, theirs, f"{theirs} carries our key")
            doubt = PairMark(entity=record.entity, flow=flow.id, state=PairState.REVIEW, suspects=(ours, theirs))
            draft.pairs.append(doubt)
        else:
            draft.reviews.append(ReviewItem(flow=flow.id, field="", why=why))
        return draft.settle(Fate.SETTLED, "identity: several of their records carry one key")
    if not ours and theirs:
        draft.links.append(Link(flow=flow.id, id=theirs))
        draft.steps.append("identity: found by its key")
        if flow.shows:
            draft.targets[flow.id] = replace(draft.target(flow.id), id=theirs)
    return None


def _matched(draft: Draft, flow: FlowPlan, record: Record, chosen: Chosen) -> Decision | None:
    """Their record was matched with this one when it was compared last. It is linked if both still say what they said
    then, and where we write, only by a reading of what stands there now. Our key is written there only by a grant that
    creates; under another one the record stays known by its own id.
    """
    target = draft.target(flow.id)
    known_there = flow.id in record.sources or bool(target.id)
    late = flow.writes and draft.input.kind is not InputKind.READING
    if known_there or late or not draft.snapshot.complete or not _says_the_same(draft, flow, record, chosen):
        return draft.settle(Fate.UNLINKED, "identity: nobody knows this record yet")
    draft.links.append(Link(flow=flow.id, id=draft.snapshot.id))
    draft.steps.append("identity: it says the same as ours, and nobody else does")
    unkeyed = bool(flow.key) and flow.keys_matched
    draft.targets[flow.id] = replace(target, id=draft.snapshot.id, unkeyed=unkeyed, alone=False, asked="")
    return None


def _says_the_same(draft: Draft, flow: FlowPlan, record: Record, chosen: Chosen) -> bool:
    """One word that moved may lead to somebody else, by a stronger rule than the one that is left."""
    theirs = their_keys(draft.object, flow, draft.snapshot, draft.state.secret)
    ours = our_keys(draft.object, record, draft.state.secret)
    return bool(theirs) and (dict(theirs), dict(ours)) == (dict(chosen.theirs), dict(chosen.ours))
