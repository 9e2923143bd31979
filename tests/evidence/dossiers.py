"""Facts for traces: one invoice that went from a billing event into a CRM and an ERP."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syncengine.evidence.view import PlanView
from syncengine.model.dossier import (
    ActionFacts,
    AttemptFacts,
    ConflictFacts,
    Dossier,
    Hit,
    HoldFacts,
    InputFacts,
    LinkFacts,
    ReviewFacts,
)
from syncengine.model.record import FieldState, Record
from syncengine.vocabulary import (
    SENSITIVITY_CLASSES,
    ActionKind,
    ActionState,
    AttemptState,
    Fate,
    InboxState,
    InputKind,
    Mask,
    Trust,
)

T0 = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

VIEW = PlanView(
    places={
        ("invoice.crm", "Status__c"): ("status", "internal"),
        ("invoice.crm", "Email__c"): ("email", "pii"),
        ("invoice.crm", "Account__c"): ("account", "internal"),
        ("invoice.erp", "state"): ("status", "internal"),
    },
    fields={("invoice", "status"): "internal", ("invoice", "total"): "financial", ("invoice", "email"): "pii"},
    needs={("invoice.crm", "kyb", "kyb_status"): "internal"},
    classes=SENSITIVITY_CLASSES,
    cells={"internal": Mask.CLEAR, "financial": Mask.CLEAR, "pii": Mask.MASKED},
)

RECORD = Record(
    id=1,
    revision=3,
    object="invoice",
    entity="e" * 32,
    birth=("invoice.billing", "in_1"),
    fields={
        "status": FieldState(value="paid", seq=12),
        "total": FieldState(value={"currency": "EUR", "minor": 4900}, seq=11),
        "email": FieldState(value="anna@example.org", seq=11),
    },
)


def event(seq: int, **changes: Any) -> InputFacts:
    facts = InputFacts(
        seq=seq,
        kind=InputKind.DELIVERY,
        system="billing",
        event_id=f"evt_{seq}",
        type="invoice.paid",
        at=T0,
        received_at=T0 + timedelta(seconds=seq),
        trust=Trust.CAPTURED,
        state=InboxState.DONE,
        fate=Fate.SETTLED,
        why="",
        record=1,
        file="inbox/march.jsonl",
        line=seq,
        repeats=0,
        body=b'{"data": {"secret_note": "never shown"}}',
    )
    return replace(facts, **changes)


def attempt(number: int = 1, **changes: Any) -> AttemptFacts:
    facts = AttemptFacts(
        id=70 + number,
        action=7,
        number=number,
        state=AttemptState.CONFIRMED,
        sent_at=T0 + timedelta(minutes=1),
        settled_at=T0 + timedelta(minutes=1, seconds=1),
        via="answer",
        detail="",
        request={"unmapped": "never shown"},
        before={"Status__c": "Open", "Email__c": "bert@example.org"},
        after=None,
    )
    return replace(facts, **changes)


def action(**changes: Any) -> ActionFacts:
    facts = ActionFacts(
        id=7,
        key="shop:abc",
        kind=ActionKind.UPDATE,
        flow="invoice.crm",
        record=1,
        sequence=2,
        state=ActionState.CONFIRMED,
        why="",
        cause=12,
        write_set="crm-invoices",
        plan="p1",
        content={"Status__c": "Paid", "Email__c": "anna@example.org"},
        replaced_by=0,
        decided_at=T0 + timedelta(seconds=30),
        attempts=(attempt(),),
    )
    return replace(facts, **changes)


def hold(**changes: Any) -> HoldFacts:
    facts = HoldFacts(
        action=7,
        record=1,
        flow="invoice.crm",
        gate="kyb",
        need="kyb_status",
        status="pending",
        next="Ask compliance.",
        since=T0,
        released_at=None,
        released_by="",
    )
    return replace(facts, **changes)


def conflict(**changes: Any) -> ConflictFacts:
    facts = ConflictFacts(
        record=1, flow="invoice.crm", field="status", rule="owner wins", at=T0, winner="paid", loser="void"
    )
    return replace(facts, **changes)


def review(**changes: Any) -> ReviewFacts:
    return replace(ReviewFacts(record=1, flow="invoice.crm", field="status", why="an unknown word", at=T0), **changes)


def link(flow: str, id: str) -> LinkFacts:  # noqa: A002
    return LinkFacts(flow=flow, id=id, record=1, since=T0)


def dossier(**parts: Any) -> Dossier:
    whole = Dossier(
        records=(RECORD,),
        links=(link("invoice.billing", "in_1"), link("invoice.crm", "17"), link("invoice.erp", "INV-9")),
        inputs=(event(11), event(12)),
        actions=(action(),),
        holds=(),
        conflicts=(),
        reviews=(),
    )
    return replace(whole, **parts)


EVENT_HIT = Hit(what="input", label="billing event evt_12", records=(1,), inputs=(12,))
CRM_HIT = Hit(what="link", label="invoice.crm 17", records=(1,), inputs=())
