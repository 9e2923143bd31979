"""The chain around an id, as a support agent reads it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from syncengine.evidence.trace import trace
from syncengine.evidence.wording import tell
from syncengine.vocabulary import HELD_ON, ActionKind, ActionState, AttemptState, Fate, InboxState, InputKind, Trust
from tests.evidence.dossiers import (
    CRM_HIT,
    EVENT_HIT,
    T0,
    VIEW,
    action,
    attempt,
    conflict,
    dossier,
    event,
    hold,
    link,
    review,
)


def text(**parts: Any) -> str:
    return tell(trace(dossier(**parts), [EVENT_HIT], VIEW))


def test_a_whole_story_reads_from_the_event_to_the_write() -> None:
    assert tell(trace(dossier(inputs=(event(12),)), [EVENT_HIT, CRM_HIT], VIEW)) == """\
billing event evt_12  (input)
invoice.crm 17  (link)

invoice eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee
  known as  invoice.billing  in_1   since 2026-03-01T09:30:00Z
            invoice.crm      17     since 2026-03-01T09:30:00Z   <- asked for
            invoice.erp      INV-9  since 2026-03-01T09:30:00Z

  2026-03-01T09:30:12Z  billing: invoice.paid  evt_12   <- asked for
    happened   2026-03-01T09:30:00Z
    came from  a captured file, inbox/march.jsonl line 12
    outcome    applied
    fields     status  = paid
    update in invoice.crm: confirmed
      wrote    Status__c  Open -> Paid
               Email__c   b•••(16) -> a•••(16)
      attempt 1: confirmed, sent 2026-03-01T09:31:00Z, settled 2026-03-01T09:31:01Z
      decided 2026-03-01T09:30:30Z, write set crm-invoices, key shop:abc"""


def test_repeats_are_told_as_already_processed() -> None:
    assert "came once more, already processed" in text(inputs=(event(12, repeats=1),))
    assert "came 3 times more, already processed" in text(inputs=(event(12, repeats=3),))


def test_a_reading_is_told_with_the_events_that_waited_for_it() -> None:
    reading = event(12, kind=InputKind.READING, event_id="reading_1", trust=Trust.READ, file=None, line=None)
    said = text(inputs=(event(11, fate=Fate.STALE, answered_by=12), reading))
    assert "billing: read back  reading_1" in said
    assert "a reading that we asked for" in said
    assert "settled    what could not be ordered: evt_11 waited for it" in said
    assert "older than what was known, so it changed nothing; it waited for reading_1" in said


def test_every_fate_has_words_of_its_own() -> None:
    said = {text(inputs=(event(12, fate=fate),)).partition("outcome    ")[2].partition("\n")[0] for fate in Fate}
    assert len(said) == len(Fate)


def test_what_is_not_judged_yet_says_so() -> None:
    assert "outcome    not judged yet" in text(inputs=(event(12, fate=None, state=InboxState.DUE),))


def test_the_reason_of_an_outcome_is_told() -> None:
    assert "could not be applied: its mode does not fit" in text(
        inputs=(event(12, fate=Fate.FAILED, why="its mode does not fit"),)
    )


def test_a_creation_shows_what_it_wrote() -> None:
    created = action(kind=ActionKind.CREATE, attempts=(attempt(before=None),))
    assert "wrote    Status__c  = Paid" in text(actions=(created,))


def test_an_action_without_an_attempt_shows_what_it_will_write() -> None:
    assert "writes   Status__c  -> Paid" in text(actions=(action(state=ActionState.READY, attempts=()),))


def test_an_attempt_that_a_probe_settled_says_so() -> None:
    lost = attempt(state=AttemptState.ABSENT, via="probe", detail="the row is not there")
    again = attempt(2)
    said = text(actions=(action(attempts=(lost, again)),))
    assert "attempt 1: absent, found out by looking at the target, sent" in said
    assert "(the row is not there)" in said
    assert "attempt 2: confirmed, sent" in said


def test_a_dead_lettered_action_gives_its_reason() -> None:
    dead = action(state=ActionState.DEAD_LETTERED, why="the target refused it", attempts=())
    assert "update in invoice.crm: dead-lettered (the target refused it)" in text(actions=(dead,))


def test_a_hold_says_who_said_so_and_what_to_do_next_until_it_is_released() -> None:
    held = action(state=ActionState.HELD, attempts=())
    open_hold = text(actions=(held,), holds=(hold(said_by="account.crm acc_1 (evt_8)"),))
    assert (
        """  what gates said
    2026-03-01T09:30:00Z  invoice.crm is held by the gate kyb: kyb_status is pending
      on the word of  account.crm acc_1 (evt_8)
      next            Ask compliance."""
        in open_hold
    )
    assert "held by the gate kyb: kyb_status is pending, since 2026-03-01T09:30:00Z\n" in open_hold
    released = text(actions=(held,), holds=(hold(released_at=T0, released_by="every need passes; kyb by evt_9"),))
    assert "released  2026-03-01T09:30:00Z, every need passes; kyb by evt_9" in released
    assert "since 2026-03-01T09:30:00Z until 2026-03-01T09:30:00Z" in released
    assert "Ask compliance" not in released


def test_a_hold_that_gave_way_to_another_one_is_no_answer_to_why() -> None:
    held = action(state=ActionState.SUPERSEDED, attempts=())
    said = text(actions=(held,), holds=(hold(released_at=T0, released_by=HELD_ON),))
    assert "what gates said" not in said
    assert "held by the gate kyb" in said


def test_a_superseded_action_names_its_successor_instead_of_what_it_never_wrote() -> None:
    old = action(id=6, key="shop:old", state=ActionState.SUPERSEDED, replaced_by=7, attempts=())
    said = text(actions=(old,))
    assert "a newer decision took its place: 7" in said
    assert "Status__c" not in said
    assert "a newer decision took its place: shop:abc" in text(actions=(old, action()))


def test_times_are_told_to_the_second() -> None:
    late = action(decided_at=T0 + timedelta(microseconds=1_250_001))
    assert "decided 2026-03-01T09:30:01Z," in text(actions=(late,))


def test_erased_values_are_said_to_be_erased() -> None:
    assert "its values were erased" in text(actions=(action(content=None),))


def test_conflicts_and_reviews_come_last() -> None:
    said = text(conflicts=(conflict(),), reviews=(review(),))
    assert "status in invoice.crm: paid won over void (owner wins); both are kept" in said
    assert "status in invoice.crm: an unknown word" in said


def test_an_event_of_no_record_stands_by_itself() -> None:
    assert "Not about a known record" in text(inputs=(event(40, record=0, fate=Fate.UNMAPPED),))
    assert "Not about a known record" not in text()


def test_nothing_of_theirs_acts_on_the_terminal() -> None:
    evil = "x\x1b[2J\u202e\r\n"
    said = text(
        inputs=(event(12, type=evil, event_id=evil, why=evil, file=evil),),
        links=(link("invoice.crm", evil),),
        actions=(action(why=evil, content={"Status__c": evil}, attempts=(attempt(detail=evil),)),),
        holds=(hold(next=evil),),
    )
    assert said.replace("\n", "").isprintable()


def test_what_a_write_means_is_said_beside_it() -> None:
    view = replace(VIEW, consequences={"invoice.crm": ("contacts_customer", "moves_money")})
    story = trace(dossier(inputs=(event(12),)), [EVENT_HIT], view)
    assert "update in invoice.crm: confirmed; reaches a customer; moves money" in tell(story)
    assert story.records[0].inputs[0].actions[0].consequences == ("contacts_customer", "moves_money")
