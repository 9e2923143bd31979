"""What does the owner make of an entity that we created there? Its word counts from then on, so it is asked at once."""

from typing import Final

from syncengine.decide.draft import Draft
from syncengine.model.decision import Decision, Link
from syncengine.model.record import TargetState

WHY: Final = "it was created for its owner, whose word counts from now on"


def ask_owner(draft: Draft) -> Decision | None:
    for name in draft.object.flows:
        flow, target = draft.plan.flows[name], draft.known.targets.get(name, TargetState())
        told = flow is draft.flow or flow.pushed or name in draft.known.sources
        if flow.once and flow.schedule is not None and target.base is not None and target.id and not told:
            draft.wants.append((Link(flow=name, id=target.id), WHY))
    return None
