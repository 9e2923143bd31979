"""The chain around an id, as data."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from syncengine.evidence.story import Story, to_json
from syncengine.evidence.trace import trace
from syncengine.evidence.view import PlanView
from syncengine.model.dossier import Hit
from syncengine.model.record import replace as record_with
from syncengine.vocabulary import ActionState, Fate, InputKind, Trust
from tests.evidence.dossiers import (
    CRM_HIT,
    EVENT_HIT,
    RECORD,
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


def told(**parts: Any) -> Story:
    return trace(dossier(**parts), [EVENT_HIT], VIEW)


def test_an_event_leads_forward_to_every_target() -> None:
    erp = action(id=8, key="shop:erp", flow="invoice.erp", content={"state": "paid"}, attempts=())
    story = trace(dossier(actions=(action(), erp)), [EVENT_HIT], VIEW)
    asked = next(entry for entry in story.records[0].inputs if entry.asked)
    assert asked.event_id == "evt_12"
    assert [done.flow for done in asked.actions] == ["invoice.crm", "invoice.erp"]
    assert [(known.flow, known.id) for known in story.records[0].known_as][1:] == [
        ("invoice.crm", "17"),
        ("invoice.erp", "INV-9"),
    ]


def test_a_targets_own_id_leads_back_to_the_event() -> None:
    (record,) = trace(dossier(), [CRM_HIT], VIEW).records
    assert [known.id for known in record.known_as if known.asked] == ["17"]
    (cause,) = [entry for entry in record.inputs if entry.actions]
    assert (cause.event_id, cause.file, cause.line) == ("evt_12", "inbox/march.jsonl", 12)


def test_a_record_settled_by_a_reading_leads_to_the_reading_and_to_the_events_that_waited() -> None:
    reading = event(12, kind=InputKind.READING, event_id="reading_1", trust=Trust.READ)
    waited = event(11, fate=Fate.STALE, answered_by=12)
    first, second = told(inputs=(waited, reading)).records[0].inputs
    assert first.answered_by == "reading_1"
    assert second.answers == ("evt_11",)
    assert [done.key for done in second.actions] == ["shop:abc"]


def test_an_input_names_the_fields_whose_present_value_it_brought() -> None:
    first, second = told().records[0].inputs
    assert [(entry.field, entry.value.text) for entry in first.fields] == [
        ("total", "49.00 EUR"),
        ("email", "a•••(16)"),
    ]
    assert [(entry.field, entry.value.text) for entry in second.fields] == [("status", "paid")]


def test_a_change_has_both_sides_masked_by_the_class_of_its_field() -> None:
    status, email = told().records[0].inputs[1].actions[0].changes
    assert (status.place, status.field, status.after.text) == ("Status__c", "status", "Paid")
    assert status.before is not None
    assert (status.before.text, status.before.masked) == ("Open", False)
    assert email.before is not None
    assert (email.before.text, email.after.text) == ("b•••(16)", "a•••(16)")
    assert email.after == replace(email.after, value=None, masked=True)


def test_a_confirmed_change_shows_what_the_target_made_of_it() -> None:
    done = action(attempts=(attempt(after={"Status__c": "PAID"}),))
    status, _ = told(actions=(done,)).records[0].inputs[1].actions[0].changes
    assert status.after.text == "PAID"


def test_a_change_that_is_not_confirmed_shows_what_was_intended() -> None:
    doubtful = action(state=ActionState.UNKNOWN, attempts=(attempt(after={"Status__c": "PAID"}),))
    status, _ = told(actions=(doubtful,)).records[0].inputs[1].actions[0].changes
    assert status.after.text == "Paid"


def test_a_creation_has_no_before() -> None:
    created = action(attempts=(attempt(before=None),))
    assert [c.before for c in told(actions=(created,)).records[0].inputs[1].actions[0].changes] == [None, None]


def test_without_a_map_every_value_is_masked_and_the_structure_stays() -> None:
    story = trace(dossier(), [EVENT_HIT], PlanView())
    (done,) = story.records[0].inputs[1].actions
    assert {change.after.text for change in done.changes} == {"•••"}
    assert [change.place for change in done.changes] == ["Status__c", "Email__c"]
    assert {entry.value.text for entry in story.records[0].inputs[0].fields} == {"•••"}


def test_a_ref_shows_the_record_that_it_leads_to_where_its_class_is_shown() -> None:
    ref = {"flow": "account.billing", "id": "cus_1", "in": "account.crm"}
    linked = action(content={"Account__c": ref}, state=ActionState.WAITING, attempts=())
    shown = [
        trace(dossier(actions=(linked,)), [EVENT_HIT], view).records[0].inputs[1].actions[0].changes[0].after.text
        for view in (VIEW, PlanView())
    ]
    assert shown == ["account.billing cus_1", "•••"]


def test_raw_content_is_never_told() -> None:
    whole = json.dumps(to_json(told()))
    assert "never shown" not in whole
    assert "secret_note" not in whole


def test_holds_stand_with_the_action_that_they_stop() -> None:
    held = action(state=ActionState.HELD, attempts=())
    story = told(actions=(held,), holds=(hold(), hold(action=99)))
    (done,) = story.records[0].inputs[1].actions
    assert [(stop.gate, stop.next) for stop in done.holds] == [("kyb", "Ask compliance.")]
    assert len(story.records[0].holds) == 1


def test_a_superseded_action_names_the_one_that_took_its_place() -> None:
    old = action(id=6, key="shop:old", state=ActionState.SUPERSEDED, replaced_by=7, attempts=())
    first, second = told(actions=(old, action())).records[0].inputs[1].actions
    assert (first.superseded_by, second.superseded_by) == ("shop:abc", "")


def test_a_conflict_keeps_both_values() -> None:
    (kept,) = told(conflicts=(conflict(),)).records[0].conflicts
    assert (kept.winner.text, kept.loser.text, kept.rule) == ("paid", "void", "owner wins")


def test_a_conflict_over_personal_data_is_masked() -> None:
    lost = conflict(field="email", winner="anna@example.org", loser="bert@example.org")
    (kept,) = told(conflicts=(lost,)).records[0].conflicts
    assert (kept.winner.masked, kept.loser.masked) == (True, True)


def test_a_conflict_over_a_place_that_others_share_is_masked_by_the_most_sensitive_of_them() -> None:
    lost = conflict(winner={"Email__c": "anna@example.org"}, loser={"Email__c": "bert@example.org"})
    (kept,) = told(conflicts=(lost,)).records[0].conflicts
    assert (kept.winner.masked, kept.loser.masked) == (True, True)


def test_the_status_that_holds_is_shown_by_the_class_of_what_the_gate_asks() -> None:
    held = action(state=ActionState.HELD, attempts=())
    shown = [
        trace(dossier(actions=(held,), holds=(hold(),)), [EVENT_HIT], view).records[0].inputs[1].actions[0].holds[0]
        for view in (VIEW, replace(VIEW, needs={("invoice.crm", "kyb", "kyb_status"): "restricted"}), PlanView())
    ]
    assert [stop.status for stop in shown] == ["pending", "•••", "•••"]


def test_reviews_are_told() -> None:
    (entry,) = told(reviews=(review(),)).records[0].reviews
    assert (entry.why, entry.value) == ("an unknown word", None)


def test_what_a_review_is_about_is_shown_by_the_class_of_its_field() -> None:
    moved = review(value={"from": "paid", "to": "open"})
    edited = review(field="email", value={"Email__c": "bert@example.org"})
    strange = review(field="", value="bert@example.org")
    values = [entry.value for entry in told(reviews=(moved, edited, strange)).records[0].reviews]
    assert [value and value.text for value in values] == ["from paid, to open", "•••", "•••"]


def test_an_action_decided_by_an_event_about_another_record_is_told_with_both() -> None:
    account = record_with(RECORD, id=2, object="account", entity="a" * 32, fields={})
    story = told(records=(RECORD, account), inputs=(event(11), event(12, record=2)))
    invoice, other = story.records
    assert [done.key for done in invoice.actions] == ["shop:abc"]
    assert [done.key for done in other.inputs[0].actions] == ["shop:abc"]


def test_an_event_about_no_known_record_is_told_by_itself() -> None:
    lost = event(40, record=0, fate=Fate.UNMAPPED)
    story = trace(dossier(records=(), links=(), actions=(), inputs=(lost,)), [EVENT_HIT], VIEW)
    assert [entry.event_id for entry in story.inputs] == ["evt_40"]


def test_each_hit_names_the_entities_that_it_leads_to() -> None:
    story = trace(dossier(), [EVENT_HIT, Hit(what="link", label="case.crm 17", records=(), inputs=())], VIEW)
    assert [(hit.label, hit.records) for hit in story.hits] == [
        ("billing event evt_12", (RECORD.entity,)),
        ("case.crm 17", ()),
    ]


def test_an_action_that_was_asked_for_by_its_key_is_marked() -> None:
    hit = Hit(what="action", label="action shop:abc", records=(1,), inputs=())
    assert trace(dossier(), [hit], VIEW).records[0].inputs[1].actions[0].asked


def test_json_has_stable_keys_and_times_in_utc() -> None:
    whole = to_json(told())
    assert list(whole) == ["hits", "records", "inputs"]
    (done,) = whole["records"][0]["inputs"][1]["actions"]
    assert done["attempts"][0]["sent_at"] == "2026-03-01T09:31:00Z"
    assert done["changes"][0]["before"] == {"text": "Open", "value": "Open", "masked": False}
    assert done["id"] == "7"


def test_an_amount_in_json_has_its_major_and_its_minor_units() -> None:
    total = to_json(told())["records"][0]["inputs"][0]["fields"][0]
    assert total["value"]["value"] == {"amount": "49.00", "currency": "EUR", "minor": 4900}


def test_an_unsettled_record_says_what_it_awaits() -> None:
    from syncengine.model.event import Version
    from syncengine.model.record import SourceState

    version = Version(at=T0, resolution=timedelta(seconds=1))
    unsettled = SourceState(id="in_1", version=version, spelled={}, unsettled="two states of one second")
    record = record_with(RECORD, sources={"invoice.billing": unsettled})
    assert told(records=(record,)).records[0].unsettled == ("invoice.billing: two states of one second",)


def test_links_of_other_records_stay_with_them() -> None:
    story = told(links=(link("invoice.crm", "17"), replace(link("invoice.crm", "18"), record=2)))
    assert [known.id for known in story.records[0].known_as] == ["17"]
