"""Where many tests begin: an invoice that stands in the CRM, and what a CRM says of it."""

from collections.abc import Mapping
from typing import Any

from syncengine.model.decision import Decision, Settled
from syncengine.model.event import Snapshot
from syncengine.model.record import Record, TargetState
from syncengine.model.value import Json
from syncengine.plan.plan import Plan
from tests.decide.driver import Driver
from tests.decide.plans import ACCOUNT, BILLING, CRM, ERP, at, make_plan, shown

BILL: Mapping[str, Json] = {"number": None, "status": "open", "total": 1, "note": "a", "items": [{"quantity": 1}]}
KYC: Mapping[str, Json] = {"status": "verified", "since": "2025-12-31T00:00:00Z"}


def bill(seconds: float, *, id: str = "in_1", **changes: Json) -> Snapshot:  # noqa: A002
    return shown(seconds, {**BILL, **changes}, id=id)


def customer(seconds: float, **changes: Json) -> Snapshot:
    return shown(seconds, {"name": "Acme", "kyc": KYC, **changes}, record="customers", id="cus_1")


def charge(seconds: float, *, id: str = "ch_1", **changes: Json) -> Snapshot:  # noqa: A002
    return shown(seconds, {"invoice": "in_1", "status": "succeeded", **changes}, record="charges", id=id)


def seen_in_crm(seconds: float, *, complete: bool = False, gone: bool = False, **places: Json) -> Snapshot:
    content = {} if gone else {"billing_id": "in_1", **places}
    return Snapshot(
        record="bills", id="crm-in_1", version=at(seconds), content=content, complete=complete, gone=gone
    )  # fmt: skip


def standing(plan: Plan | None = None, **changes: Json) -> Driver:
    """An invoice that was written to the CRM, and whose write was confirmed."""
    driver = Driver(make_plan() if plan is None else plan)
    driver.deliver(bill(0, **changes), "evt_0")
    driver.settle()
    return driver


def with_account(kyc: Any = KYC, plan: Plan | None = None, **changes: Json) -> Driver:
    """An account whose check says `kyc`, and an invoice of it."""
    driver = Driver(make_plan() if plan is None else plan)
    driver.deliver(customer(0, kyc=kyc), "evt_c")
    driver.deliver(bill(0, customer="cus_1", **changes), "evt_0")
    return driver


def settled(decision: Decision) -> Settled:
    assert isinstance(decision, Settled)
    return decision


def outcome(decision: Decision, flow: str) -> str:
    return next(o.result.value for o in settled(decision).flows if o.flow == flow)


def crm(driver: Driver) -> TargetState:
    return driver.record(BILLING, "in_1").targets[CRM]


def erp(driver: Driver) -> TargetState:
    return driver.record(BILLING, "in_1").targets[ERP]


def invoice(driver: Driver) -> Record:
    return driver.record(BILLING, "in_1")


def account(driver: Driver) -> Record:
    return driver.record(ACCOUNT, "cus_1")
