"""A small checked map, built by hand: invoices of a billing system, shown in a CRM and exported to an ERP's tables."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from syncengine.check.checked import (
    Checked,
    CheckedField,
    CheckedFlow,
    CheckedGate,
    CheckedGrant,
    CheckedNeed,
    CheckedObject,
    CheckedSpelling,
    CheckedSystem,
)
from syncengine.model.capability import Description, RecordType
from syncengine.spec.flow import Fresh
from syncengine.spec.parse import parse
from syncengine.spec.sensitivity import STANDARD_VIEWS
from syncengine.spec.spelling import Spelling
from syncengine.spec.systems import System
from syncengine.vocabulary import SENSITIVITY_CLASSES, FieldType, IfEdited, Phase, VerificationStatus

BILLING = Description(
    connector="stripe",
    kinds=("billing",),
    money="minor",
    time="unix",
    records={
        "invoices": RecordType(name="invoices", push=True),
        "customers": RecordType(name="customers", push=True, readings={"kyc": "how far a person was verified"}),
    },
)
TABLES = Description(connector="sql", kinds=("crm", "erp"), time="native")
FRESH = Fresh.model_validate({"expected": "30s", "incident": "10m", "look_at": "Dashboard"})

SYSTEMS = {
    name: CheckedSystem(
        name=name,
        spec=System.model_validate({"kind": kind, "connector": description.connector, "owner": "finance"}),
        description=description,
    )
    for name, kind, description in (("stripe", "billing", BILLING), ("crm", "crm", TABLES), ("erp", "erp", TABLES))
}


def field(name: str, field_type: FieldType, flow: str = "invoice.stripe", **given: Any) -> CheckedField:
    return CheckedField(
        **{
            "name": name,
            "type": field_type,
            "owner": flow.partition(".")[2],
            "flow": flow,
            "klass": "internal",
            "optional": False,
            "words": (),
            "ref": "",
            "moves": {},
            "if_edited": IfEdited.REPORT,
            **given,
        }
    )


def spelling(of: CheckedField, written: object, **given: Any) -> CheckedSpelling:
    return CheckedSpelling(field=of, spec=Spelling.model_validate(written), **given)


def flow(name: str, of: str, system: str, record: str, **given: Any) -> CheckedFlow:
    return CheckedFlow(
        **{
            "id": f"{of}.{name}",
            "name": name,
            "object": of,
            "system": SYSTEMS[system],
            "record": SYSTEMS[system].description.record(record),
            "key": "",
            "born": False,
            "reads": (),
            "shows": (),
            "grant": None,
            "gates": (),
            "fresh": FRESH,
            **given,
        }
    )


ACCOUNT_NAME = field("name", FieldType.TEXT, "account.crm")
KYC = field("kyc", FieldType.VERIFICATION, "account.stripe")
LEGAL_FORM = field("legal_form", FieldType.ONE_OF, "account.stripe", words=("individual", "company"))

NUMBER = field("number", FieldType.TEXT)
ACCOUNT = field("account", FieldType.REF, ref="account")
STATUS = field(
    "status",
    FieldType.ONE_OF,
    words=("draft", "open", "paid", "void", "lost"),
    moves={"draft": ("open",), "open": ("paid", "lost", "void"), "lost": ("paid",)},
)
TOTAL = field("total", FieldType.MONEY, klass="financial")
DUE_AT = field("due_at", FieldType.TIMESTAMP, optional=True)
POSTED = field("posted", FieldType.BOOLEAN, "invoice.erp", owner="erp")
WORDS = {"draft": ("Draft",), "open": ("Open",), "paid": ("Paid",), "void": ("Void",), "lost": ("Written Off",)}

GATE = CheckedGate(
    name="export",
    owner="compliance",
    about="account",
    about_object="account",
    needs=(
        CheckedNeed(
            field="kyc",
            passes=(VerificationStatus.VERIFIED,),
            next="Ask for the identity.",
            when=parse("legal_form == 'individual'"),
            max_age=timedelta(days=90),
        ),
    ),
)


def account_flows() -> Mapping[str, CheckedFlow]:
    stripe = flow(
        "stripe",
        "account",
        "stripe",
        "customers",
        key="metadata.crm_id",
        reads=(spelling(KYC, {"reading": "kyc"}), spelling(LEGAL_FORM, "legal.form")),
    )
    crm = flow("crm", "account", "crm", "accounts", born=True, reads=(spelling(ACCOUNT_NAME, "name"),))
    return {"stripe": stripe, "crm": crm}


def invoice_flows() -> Mapping[str, CheckedFlow]:
    stripe = flow(
        "stripe",
        "invoice",
        "stripe",
        "invoices",
        born=True,
        reads=(
            spelling(NUMBER, "number"),
            spelling(ACCOUNT, "customer", ref_flow="account.stripe"),
            spelling(STATUS, "status"),
            spelling(TOTAL, {"at": "total", "currency_at": "currency"}, unit="minor"),
            spelling(DUE_AT, "due.date"),
        ),
    )
    crm = flow(
        "crm",
        "invoice",
        "crm",
        "invoices",
        key="stripe_id",
        shows=(
            spelling(NUMBER, "name"),
            spelling(ACCOUNT, "account_id", ref_flow="account.crm"),
            spelling(STATUS, {"at": "status", "words": "invoice_status"}, table=WORDS),
            spelling(TOTAL, {"at": "total", "currency_at": "currency"}, unit="major"),
            spelling(DUE_AT, {"at": "due_on", "as": "date"}, zone="Europe/Berlin"),
        ),
        on_create={"source": "billing", "rank": 1, "active": True},
        grant=CheckedGrant(
            write_set="crm-view",
            ceiling=Phase.CONTROLLED,
            may_create=True,
            may_update=True,
            fields=("account", "status", "total", "due_at"),
        ),
        only_create=parse("status in ['open', 'paid'] and has(number)"),
    )
    erp = flow(
        "erp",
        "invoice",
        "erp",
        "bills",
        key="reference",
        reads=(spelling(POSTED, "posted"),),
        shows=(spelling(TOTAL, {"at": "amount", "currency_at": "currency"}, unit="major"),),
        gates=(GATE,),
        only_read=parse("theirs.kind == 'out' and theirs.valid == true"),
        cron="*/30 * * * *",
        version="changed_at",
    )
    return {"stripe": stripe, "crm": crm, "erp": erp}


def of_object(name: str, fields: tuple[CheckedField, ...], flows: Mapping[str, CheckedFlow]) -> CheckedObject:
    born = tuple(f.id for f in flows.values() if f.born)
    return CheckedObject(
        name=name,
        kind="financial",
        system_of_record=born[0].partition(".")[2],
        owner="finance",
        fields={f.name: f for f in fields},
        flows=flows,
        born_in=born,
    )


def checked(meaning: Mapping[str, object] | None = None) -> Checked:
    accounts = of_object("account", (ACCOUNT_NAME, KYC, LEGAL_FORM), account_flows())
    invoices = of_object("invoice", (NUMBER, ACCOUNT, STATUS, TOTAL, DUE_AT, POSTED), invoice_flows())
    objects = {"account": accounts, "invoice": invoices}
    return Checked(
        project="northwind",
        time_zone="Europe/Berlin",
        max_receive_count=5,
        first_wait=timedelta(seconds=10),
        longest_wait=timedelta(minutes=5),
        systems=SYSTEMS,
        objects=objects,
        flows={f.id: f for o in objects.values() for f in o.flows.values()},
        gates={GATE.name: GATE},
        classes=SENSITIVITY_CLASSES,
        views=STANDARD_VIEWS,
        meaning={"project": {"name": "northwind"}} if meaning is None else meaning,
    )


def with_flow(base: Checked, changed: CheckedFlow) -> Checked:
    subject = base.objects[changed.object]
    flows = {**subject.flows, changed.name: changed}
    objects = {**base.objects, subject.name: replace(subject, flows=flows)}
    return replace(base, objects=objects, flows={**base.flows, changed.id: changed})


def kyc_of(content: Mapping[str, Any]) -> object:
    """Stands for a conversion that a connector ships."""
    return {"status": content["verification"]["status"], "since": content["verification"].get("at")}


READINGS = {("stripe", "customers", "kyc"): kyc_of}
