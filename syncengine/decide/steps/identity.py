"""Which entity is it about? A new one comes into existence only where the object is born; elsewhere an unknown record
waits until it is known, and is never adopted.
"""

from syncengine.decide.draft import Draft
from syncengine.model.decision import Decision, Link, ReviewItem
from syncengine.model.record import Record, replace
from syncengine.plan.lookups import identify as identity_of
from syncengine.plan.plan import FlowPlan
from syncengine.vocabulary import Fate


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
    source, target = record.sources.get(flow.id), record.targets.get(flow.id)
    ours = (source.id if source is not None else "") or (target.id if target is not None and not target.missing else "")
    theirs = draft.snapshot.id
    if ours and theirs and ours != theirs:
        why = f"{theirs} carries the key of a record that is already linked to {ours}"
        draft.reviews.append(ReviewItem(flow=flow.id, field="", why=why))
        return draft.settle(Fate.SETTLED, "identity: several of their records carry one key")
    if not ours and theirs:
        draft.links.append(Link(flow=flow.id, id=theirs))
        draft.steps.append("identity: found by its key")
        if flow.shows:
            draft.targets[flow.id] = replace(draft.target(flow.id), id=theirs)
    return None
