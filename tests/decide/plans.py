"""Plans built by hand from small closures, so that the laws can be read without knowing how maps are compiled.

Billing owns accounts and invoices; its charges add what was refunded. The CRM shows invoices, the ERP books them behind
a gate that asks for the account's check.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syncengine.model.event import Snapshot, Version
from syncengine.model.value import Json, Places, Value
from syncengine.plan.fields import reachable
from syncengine.plan.plan import (
    ABSENT,
    Absent,
    FieldPlan,
    FlowPlan,
    GatePlan,
    NeedPlan,
    ObjectPlan,
    Plan,
    ReadSpelling,
    SystemPlan,
    UnreadableError,
    WriteSpelling,
)
from syncengine.vocabulary import FieldType, IfEdited, Phase

T0 = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)

MOVES = {"draft": ("open",), "open": ("paid", "void"), "paid": ("refunded",)}
WORDS = {"draft": "Draft", "open": "Open", "paid": "Paid", "void": "Void", "refunded": "Refunded"}

BILLING, CHARGE, CRM, ERP = "invoice.billing", "invoice.charge", "invoice.crm", "invoice.erp"
ACCOUNT, ACCOUNT_CRM = "account.billing", "account.crm"


def at(seconds: float, *, sequence: int | None = None, resolution: timedelta = SECOND) -> Version:
    return Version(at=T0 + timedelta(seconds=seconds), resolution=resolution, sequence=sequence)


def shown(
    seconds: float, content: Mapping[str, Json], *, record: str = "invoices", id: str = "in_1", **more: Any  # noqa: A002
) -> Snapshot:  # fmt: skip
    """A snapshot of their record as an event of that second shows it."""
    return Snapshot(record=record, id=id, version=at(seconds), content=content, **more)


def _text(raw: Json) -> Value:
    return raw or None


def _whole(raw: Json) -> Value:
    if isinstance(raw, str) and not raw.isdigit():
        raise UnreadableError("text where a number is wanted")
    return int(raw)


def _word(raw: Json) -> Value:
    if raw not in WORDS:
        raise UnreadableError("a word outside the closed list", review=True)
    return raw


def _status(raw: Json) -> Value:
    known = ("verified", "pending", "revoked", "not_applicable")
    return raw if isinstance(raw, Mapping) else {"status": raw if raw in known else "in_review"}


def _account(raw: Json) -> Value:
    return {"flow": ACCOUNT, "id": raw}


def reads(field: str, place: str, convert: Callable[[Json], Value] = _text) -> ReadSpelling:
    def read(content: Mapping[str, Json]) -> Value | Absent:
        raw = content.get(place, ABSENT)
        return raw if raw is None or raw is ABSENT else convert(raw)

    return ReadSpelling(field=field, places=(place,), read=read)


def _seats(content: Mapping[str, Json]) -> Value | Absent:
    items = content.get("items")
    return ABSENT if items is None else sum(item["quantity"] for item in items)


def writes(field: str, place: str, spell: Callable[[Value], Json] = lambda value: value) -> WriteSpelling:
    def write(value: Value) -> Places:
        return {place: None if value is None else spell(value)}

    return WriteSpelling(field=field, places=(place,), write=write)


def _their_word(value: Value) -> Json:
    if value not in WORDS:
        raise UnreadableError(f"their words have none for {value!r}")
    return WORDS[value]


def _in_crm(value: Value) -> Json:
    return {**value, "in": ACCOUNT_CRM}


def _same(raw: Json) -> Json:
    return raw


def field(name: str, kind: FieldType = FieldType.TEXT, flow: str = BILLING, **more: Any) -> FieldPlan:
    return FieldPlan(name=name, type=kind, owner="billing", flow=flow, klass="internal", **more)


def flow(id: str, system: str, record: str, **more: Any) -> FlowPlan:  # noqa: A002
    given: dict[str, Any] = {
        "key": "", "born": False, "reads": (), "shows": (), "granted": frozenset(), "may_create": False,
        "may_update": False, "write_set": "", "ceiling": Phase.OBSERVE, "on_create": {}, "gates": (), **more,
    }  # fmt: skip
    shows: tuple[WriteSpelling, ...] = given["shows"]
    given.setdefault("normal", {place: _same for spelling in shows for place in spelling.places})
    given.setdefault("place_fields", {place: spelling.field for spelling in shows for place in spelling.places})
    object_name, _, name = id.partition(".")
    return FlowPlan(id=id, name=name, object=object_name, system=system, record=record, **given)


def gate(**need: Any) -> GatePlan:
    given = {"field": "kyc", "passes": frozenset({"verified"}), "next": "Ask for the papers.", **need}
    return GatePlan(name="booking", about="account", needs=(NeedPlan(**given),))


def make_plan(
    *,
    if_edited: IfEdited = IfEdited.REPORT,
    moves: Mapping[str, tuple[str, ...]] = MOVES,
    gates: tuple[GatePlan, ...] = (gate(),),
    ceiling: Phase = Phase.CONTROLLED,
) -> Plan:
    flows = _flows(gates, ceiling)
    invoice = [
        field("number", optional=True, if_edited=if_edited),
        field("status", FieldType.ONE_OF, words=tuple(WORDS), later=reachable(moves), if_edited=if_edited),
        field("total", FieldType.INTEGER, if_edited=if_edited),
        field("note", optional=True, if_edited=if_edited),
        field("seats", FieldType.INTEGER, optional=True, if_edited=if_edited),
        field("account", FieldType.REF, optional=True, ref="account", if_edited=if_edited),
        field("refunded", FieldType.INTEGER, CHARGE, optional=True, if_edited=if_edited),
    ]
    account = [
        field("name", flow=ACCOUNT, if_edited=if_edited),
        field("kyc", FieldType.VERIFICATION, ACCOUNT),
    ]
    return Plan(
        project="northwind",
        digest="0" * 64,
        systems={n: SystemPlan(name=n, kind=n, connector="memory", owner="finance") for n in ("billing", "crm", "erp")},
        objects={
            "invoice": _object("invoice", invoice, (BILLING, CHARGE, CRM, ERP)),
            "account": _object("account", account, (ACCOUNT, ACCOUNT_CRM)),
        },
        flows={f.id: f for f in flows},
        readers={(f.system, f.record): f.id for f in flows},
    )


def _object(name: str, fields: list[FieldPlan], flows: tuple[str, ...]) -> ObjectPlan:
    return ObjectPlan(
        name=name, kind="financial", system_of_record="billing", fields={f.name: f for f in fields}, flows=flows,
        born_in=flows[:1],
    )  # fmt: skip


def _flows(gates: tuple[GatePlan, ...], ceiling: Phase) -> tuple[FlowPlan, ...]:
    return (
        flow(
            BILLING,
            "billing",
            "invoices",
            born=True,
            reads=(
                reads("number", "number"),
                reads("status", "status", _word),
                reads("total", "total", _whole),
                reads("note", "note"),
                ReadSpelling(field="seats", places=(), read=_seats),
                reads("account", "customer", _account),
            ),
            refs=("account",),
        ),
        flow(
            CHARGE,
            "billing",
            "charges",
            key="invoice",
            reads=(reads("refunded", "amount_refunded", _whole),),
            only_read=lambda theirs: theirs.get("status") == "succeeded",
        ),
        flow(
            CRM,
            "crm",
            "bills",
            key="billing_id",
            shows=(
                writes("number", "name"),
                writes("status", "state", _their_word),
                writes("total", "total"),
                writes("note", "note"),
                writes("seats", "seats"),
                writes("account", "account_id", _in_crm),
                writes("refunded", "refunded"),
            ),
            granted=frozenset({"number", "status", "total", "note", "seats", "account"}),
            may_create=True,
            may_update=True,
            write_set="crm-view",
            ceiling=ceiling,
            on_create={"source": "billing"},
            pushed=True,
        ),
        flow(
            ERP,
            "erp",
            "postings",
            key="reference",
            shows=(writes("total", "amount"), writes("refunded", "refunded")),
            granted=frozenset({"total", "refunded"}),
            may_create=True,
            may_update=True,
            write_set="erp-export",
            ceiling=ceiling,
            gates=gates,
            only_create=lambda values: values.get("status") in ("open", "paid"),
        ),
        flow(
            ACCOUNT,
            "billing",
            "customers",
            born=True,
            reads=(reads("name", "name"), reads("kyc", "kyc", _status)),
        ),
        flow(
            ACCOUNT_CRM,
            "crm",
            "accounts",
            key="billing_id",
            shows=(writes("name", "name"),),
            granted=frozenset({"name"}),
            may_create=True,
            may_update=True,
            write_set="crm-view",
            ceiling=ceiling,
        ),
    )


def changed(plan: Plan, flow_id: str, **fields: Any) -> Plan:
    """The same plan with one flow changed."""
    return replace(plan, flows={**plan.flows, flow_id: replace(plan.flows[flow_id], **fields)})


BUILT_IN = {
    "hold.open": ("on_hold", FieldType.BOOLEAN),
    "hold.reason": ("hold_reason", FieldType.TEXT),
    "hold.since": ("hold_since", FieldType.TIMESTAMP),
    "hold.next_action": ("hold_next", FieldType.TEXT),
    "hold.gate": ("hold_gate", FieldType.TEXT),
    "id_in.billing": ("id_in_billing", FieldType.TEXT),
    "id_in.erp": ("id_in_erp", FieldType.TEXT),
}
"""What the CRM shows of an invoice that the engine itself knows; of an account only the holds."""


def showing_plan(*, granted: bool = True, if_edited: IfEdited = IfEdited.REPORT, **more: Any) -> Plan:
    """The plan whose CRM shows what the gates hold, and the ids of invoices elsewhere."""
    plan = make_plan(if_edited=if_edited, **more)
    holds = [name for name in BUILT_IN if name.startswith("hold.")]
    flows = {**plan.flows, CRM: _showing(plan.flows[CRM], list(BUILT_IN), granted=granted)}
    flows[ACCOUNT_CRM] = _showing(plan.flows[ACCOUNT_CRM], holds, granted=granted)
    objects = {name: _known(subject, BUILT_IN, if_edited) for name, subject in plan.objects.items()}
    objects["account"] = _known(plan.objects["account"], holds, if_edited)
    return replace(plan, flows=flows, objects=objects)


def _showing(shown_in: FlowPlan, names: list[str], *, granted: bool) -> FlowPlan:
    shows = (*shown_in.shows, *(writes(name, BUILT_IN[name][0]) for name in names))
    return replace(
        shown_in,
        shows=shows,
        granted=shown_in.granted | (set(names) if granted else set()),
        normal={place: _same for spelling in shows for place in spelling.places},
        place_fields={place: spelling.field for spelling in shows for place in spelling.places},
    )


def _known(subject: ObjectPlan, names: Iterable[str], if_edited: IfEdited) -> ObjectPlan:
    known = {n: field(n, BUILT_IN[n][1], flow="", optional=True, if_edited=if_edited) for n in names}
    return replace(subject, fields={**subject.fields, **known})
