"""decide(input, state, plan, now) -> Decision: a fold over a visible tuple of steps."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from syncengine.decide.draft import Draft
from syncengine.decide.state import State
from syncengine.decide.steps.actions import act
from syncengine.decide.steps.answer import ask_owner
from syncengine.decide.steps.birth import take_birth
from syncengine.decide.steps.candidates import propose, propose_later
from syncengine.decide.steps.conflict import compare_targets
from syncengine.decide.steps.correlate import correlate
from syncengine.decide.steps.gates import ask_gates
from syncengine.decide.steps.identity import identify
from syncengine.decide.steps.map import read_fields
from syncengine.decide.steps.matched import follow_key, remember_shown
from syncengine.decide.steps.moves import follow_moves
from syncengine.decide.steps.nothing_left import drop_what_stands
from syncengine.decide.steps.order import put_in_order
from syncengine.decide.steps.ownership import take_owned
from syncengine.decide.steps.phase import observe_only
from syncengine.decide.steps.repeat import is_repeat
from syncengine.model.decision import Decision
from syncengine.model.event import Input
from syncengine.plan.plan import Plan
from syncengine.vocabulary import InputKind

Step = Callable[[Draft], Decision | None]
"""One question. An answer ends the judgement; None passes the draft on."""

ABOUT_A_SNAPSHOT: Final[tuple[Step, ...]] = (
    is_repeat,  # did this very input already take effect?
    read_fields,  # what does it say, in our words?
    identify,  # which entity is it about?
    put_in_order,  # is it newer than what we know?
    follow_moves,  # is it a move that the map lists?
    take_owned,  # which of it is the owner's word?
    take_birth,  # what does a birth elsewhere say first?
    remember_shown,  # what is read for matching alone?
    compare_targets,  # did somebody else change what is not theirs?
    follow_key,  # whose key does a record carry that was matched?
)
ABOUT_THE_FLOWS: Final[tuple[Step, ...]] = (
    ask_owner,  # has its owner spoken of what we created there?
    correlate,  # is it there already, under an id that we do not know?
    propose,  # what should each flow show now?
    drop_what_stands,  # is anything of it not there yet?
    ask_gates,  # may it be done?
    observe_only,  # is it live, or only shown in the sandbox view?
    act,  # the actions
    propose_later,  # and what should the others show, the holds among it?
    drop_what_stands,
    observe_only,
    act,
)


def decide(question: Input, state: State, plan: Plan, now: datetime) -> Decision:
    """The judgement of one input on one entity's state. Pure: the same arguments give the same answer, and nothing
    that is passed in is changed. `evolve` gives the state after it.
    """
    if question.kind is InputKind.RECHECK:
        assert state.record is not None, "a recheck is about a known record"
        draft = Draft(
            input=question, state=state, plan=plan, now=now, flow=None,
            object=plan.objects[state.record.object], record=state.record,
        )  # fmt: skip
        steps = ABOUT_THE_FLOWS
    else:
        flow = plan.flows[question.flow]
        draft = Draft(
            input=question, state=state, plan=plan, now=now, flow=flow,
            object=plan.objects[flow.object], record=state.record,
        )  # fmt: skip
        steps = ABOUT_A_SNAPSHOT + ABOUT_THE_FLOWS
    for step in steps:
        answer = step(draft)
        if answer is not None:
            return answer
    return draft.settle(draft.fate, "settled")
