"""What a gate stops can be created through another flow of the same system and record type, where nothing asks as much.

Why: a gate with a second door beside it holds nobody back; the same payout simply leaves the other way.
Remedy: put a gate with the same needs before the other flow, or take its grant away. A need is the same only with the
same `when` or none, with nothing in `or` that passes there alone, and with no longer `max_age`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from syncengine.check.cases import structure
from syncengine.check.context import AUTHORITY_FILE, Context, FlowView, GateView
from syncengine.check.reads import readable
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.gates import Need
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
  needs:
    kyc: {when: "legal_form == 'individual'", or: not_applicable, max_age: 90d, next: Ask the payee for a document.,
          because: Companies are paid under a contract that legal has checked.}
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
  needs:
    vat: {next: Correct the VAT number.}
    kyc: {when: "legal_form == 'individual'", or: not_applicable, max_age: 90d, next: Ask the payee for a document.,
          because: Companies are paid under a contract that legal has checked.}
"""


def check(context: Context) -> Iterator[Finding]:
    for view in context.grants:
        flow = context.flow_ids.get(view.flow_id)
        if flow is None or "create" not in view.grant.may:
            continue
        before = _gates(context, flow)
        for gate in context.gates:
            stopped = context.flow_ids.get(f"{gate.gate.stops.object}.{gate.gate.stops.flow}")
            if stopped is None or gate.about is None or not _same_record(flow, stopped):
                continue
            message = _missing(flow, gate, before)
            if message:
                path = (*view.path, "in")
                remedy = f"Put a gate with the same needs before {flow.id}, or remove the grant."
                yield found(ID, message, remedy, context.spec.place(AUTHORITY_FILE, path), path)
                break


def _missing(flow: FlowView, gate: GateView, before: Sequence[GateView]) -> str:
    """What the gates before a flow do not ask of what another gate does; "" where they ask it all."""
    record = f"{flow.spec.record} of {flow.system_name} are created here"
    asked = {name: [g.gate.needs[name] for g in before if name in g.gate.needs and _same_about(g, gate)]
             for name in gate.gate.needs}  # fmt: skip
    missing = [name for name, needs in asked.items() if not needs]
    if missing:
        return f"{record} without {', '.join(missing)}, which the gate {gate.name} asks for"
    weaker = [n for n, needs in asked.items() if not any(_as_strict(need, gate.gate.needs[n]) for need in needs)]
    return f"{record} with less than the gate {gate.name} asks for: {', '.join(weaker)}" if weaker else ""


def _same_about(one: GateView, other: GateView) -> bool:
    """Whether they ask the same record: of one object, by the same ref."""
    if one.gate.stops.object == other.gate.stops.object:
        return one.gate.about == other.gate.about
    return one.about is not None and other.about is not None and one.about.object == other.about.object


def _as_strict(one: Need, other: Need) -> bool:
    """Whether nothing passes one need that the other would hold."""
    if one.when is not None and _condition(one) != _condition(other):
        return False
    lasts = other.max_age is None or (one.max_age is not None and one.max_age <= other.max_age)
    return lasts and set(one.or_) <= set(other.or_)


def _condition(need: Need) -> object:
    """What `when` means, however it is spaced; its text where it cannot be read."""
    expression = readable(need.when)
    return need.when if expression is None else structure(expression.root)


def _gates(context: Context, flow: FlowView) -> list[GateView]:
    return [g for g in context.gates if f"{g.gate.stops.object}.{g.gate.stops.flow}" == flow.id]


def _same_record(flow: FlowView, stopped: FlowView) -> bool:
    one, other = ((f.system_name, f.spec.record) for f in (flow, stopped))
    return flow.id != stopped.id and one == other and stopped.may_create
