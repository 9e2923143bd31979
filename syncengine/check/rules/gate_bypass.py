"""What a gate stops can be created through another flow of the same system and record type that the gate does not see.

Why: a gate with a second door beside it holds nobody back; the same payout simply leaves the other way.
Remedy: put a gate with the same needs before the other flow, or take its grant away.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import AUTHORITY_FILE, Context, FlowView, GateView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "gate/bypass"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/payout.yaml
flows:
  billing_express:
    system: billing
    record: payouts
    purpose: The payee gets the money at once.
    key: metadata.express_request
    fields: {payee: express_destination, amount: {at: express_amount, currency_at: express_currency}}
    fresh: {expected: 60s, incident: 15m, look_at: Billing dashboard}
# authority.yaml
payout-release:
  grants:
    - {may: [create], object: payout, in: billing, fields: [payee, amount]}
    - {may: [create], object: payout, in: billing_express, fields: [payee, amount]}
    - {may: [update], object: payout, in: crm, fields: [hold.open, hold.reason, hold.next_action]}
# gates.yaml
payout-express:
  owner: compliance
  stops: {may: [create], object: payout, in: billing_express}
  about: payee
  needs: {kyc: {next: Ask the payee for a document.}}
"""
FAILS: Final = """
# objects/payout.yaml
flows:
  billing_express:
    system: billing
    record: payouts
    purpose: The payee gets the money at once.
    key: metadata.express_request
    fields: {payee: express_destination, amount: {at: express_amount, currency_at: express_currency}}
    fresh: {expected: 60s, incident: 15m, look_at: Billing dashboard}
# objects/account.yaml
fields: {vat: {type: verification, optional: true}}
flows: {billing: {fields: {vat: {at: metadata.vat, words: {verified: valid, rejected: invalid}}}}}
# authority.yaml
payout-release:
  grants:
    - {may: [create], object: payout, in: billing, fields: [payee, amount]}
    - {may: [create], object: payout, in: billing_express, fields: [payee, amount]}
    - {may: [update], object: payout, in: crm, fields: [hold.open, hold.reason, hold.next_action]}
# gates.yaml
payout-express:
  owner: compliance
  stops: {may: [create], object: payout, in: billing_express}
  about: payee
  needs: {vat: {next: Correct the VAT number.}, kyc: {next: Ask the payee for a document.}}
"""


def check(context: Context) -> Iterator[Finding]:
    for view in context.grants:
        flow = context.flow_ids.get(view.flow_id)
        if flow is None or "create" not in view.grant.may:
            continue
        asked = {need for gate in _gates(context, flow) for need in _needs(gate)}
        for gate in context.gates:
            stopped = context.flow_ids.get(f"{gate.gate.stops.object}.{gate.gate.stops.flow}")
            missing = [field for about, field in _needs(gate) if (about, field) not in asked]
            if stopped is None or not missing or not _same_record(flow, stopped):
                continue
            path = (*view.path, "in")
            record = f"{flow.spec.record} of {flow.system_name}"
            message = f"{record} are created here without {', '.join(missing)}, which the gate {gate.name} asks for"
            remedy = f"Put a gate with the same needs before {flow.id}, or remove the grant."
            yield found(ID, message, remedy, context.spec.place(AUTHORITY_FILE, path), path)
            break


def _gates(context: Context, flow: FlowView) -> list[GateView]:
    return [g for g in context.gates if f"{g.gate.stops.object}.{g.gate.stops.flow}" == flow.id]


def _needs(view: GateView) -> list[tuple[str, str]]:
    """Fields that are asked, each with its object."""
    return [] if view.about is None else [(view.about.object, name) for name in view.gate.needs]


def _same_record(flow: FlowView, stopped: FlowView) -> bool:
    one, other = ((f.system_name, f.spec.record) for f in (flow, stopped))
    return flow.id != stopped.id and one == other and stopped.may_create
