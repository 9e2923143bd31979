"""What a billing provider does with one customer: signs up, bills, collects, retries, refunds, cancels."""

from calendar_times import DAY, HOUR, months_later
from company import PLANS, Charge, Company, Customer, Invoice, Line, Payment, Subscription

TERM = 30 * DAY


def subscribe(
    company: Company, customer: Customer, at: int, plan: str, quantity: int, *, collection: str = "charge_automatically"
) -> Subscription:
    """By card: everything in one second, first invoice paid. By invoice: active at once, the invoice comes later."""
    by_card = collection == "charge_automatically"
    subscription = company.start(
        Subscription(
            id=company.name("sub_1"),
            item=company.name("si_"),
            created=at,
            customer=customer.id,
            plan=plan,
            currency=customer.currency,
            quantity=quantity,
            status="incomplete" if by_card else "active",
            period_start=at,
            period_end=months_later(at, 1),
            collection=collection,
        ),
        "customer.subscription.created",
    )
    if not by_card:
        return subscription
    invoice = bill(company, subscription, at, "subscription_create")
    invoice = finalize(company, invoice, at)
    collect(company, invoice, at)
    return company.change(
        subscription, at, "customer.subscription.updated", status="active", latest_invoice=invoice.id
    )


def seats(subscription: Subscription) -> Line:
    plan = PLANS[subscription.plan, subscription.currency]
    return Line(
        text=f"{subscription.quantity} x {plan.name} (monthly)",
        amount=plan.amount * subscription.quantity,
        price=plan.price,
        quantity=subscription.quantity,
    )


def bill(
    company: Company, subscription: Subscription, at: int, reason: str, lines: tuple[Line, ...] = ()
) -> Invoice:
    return company.start(
        Invoice(
            id=company.name("in_1"),
            created=at,
            customer=subscription.customer,
            subscription=None if reason == "manual" else subscription.id,
            reason=reason,
            currency=subscription.currency,
            lines=lines or (seats(subscription),),
            period_start=subscription.period_start,
            period_end=subscription.period_end,
            collection=subscription.collection,
            next_attempt=at + HOUR if reason == "subscription_cycle" else None,
        ),
        "invoice.created",
    )


def finalize(company: Company, invoice: Invoice, at: int) -> Invoice:
    numbered = sum(1 for i in company.every(Invoice) if i.customer == invoice.customer and i.number)
    prefix = invoice.customer[-8:].upper()
    return company.change(
        invoice,
        at,
        "invoice.finalized",
        status="open",
        number=f"{prefix}-{numbered + 1:04}",
        finalized_at=at,
        next_attempt=None,
        due_at=at + TERM if invoice.collection == "send_invoice" else None,
    )


def collect(company: Company, invoice: Invoice, at: int, payment: Payment | None = None) -> Payment:
    """A try that works. Pass the payment of an earlier try to go on with it."""
    payment = payment or intent(company, invoice, at)
    charge = company.start(charge_for(company, payment, at, "succeeded"), "charge.succeeded")
    payment = company.change(
        payment, at, "payment_intent.succeeded", status="succeeded", failure=None, latest_charge=charge.id
    )
    company.change(
        invoice,
        at,
        "invoice.paid",
        "invoice.payment_succeeded",
        status="paid",
        amount_paid=invoice.total,
        attempts=invoice.attempts + 1,
        next_attempt=None,
        paid_at=at,
    )
    return payment


def fail(
    company: Company,
    invoice: Invoice,
    at: int,
    failure: str,
    payment: Payment | None = None,
    *,
    again: int | None = None,
) -> tuple[Invoice, Payment]:
    """A try that fails; the next one comes at `again`."""
    payment = payment or intent(company, invoice, at)
    charge = company.start(charge_for(company, payment, at, "failed", failure), "charge.failed")
    payment = company.change(
        payment, at, "payment_intent.payment_failed", failure=failure, latest_charge=charge.id
    )
    invoice = company.change(
        invoice, at, "invoice.payment_failed", attempts=invoice.attempts + 1, next_attempt=again
    )
    return invoice, payment


def intent(company: Company, invoice: Invoice, at: int) -> Payment:
    payment = Payment(
        id=company.name("pi_3"),
        created=at,
        customer=invoice.customer,
        invoice=invoice.id,
        amount=invoice.total,
        currency=invoice.currency,
    )
    return company.start(payment)


def charge_for(company: Company, payment: Payment, at: int, status: str, failure: str | None = None) -> Charge:
    return Charge(
        id=company.name("ch_3"),
        created=at,
        customer=payment.customer,
        payment=payment.id,
        amount=payment.amount,
        currency=payment.currency,
        status=status,
        failure=failure,
    )


def payment_of(company: Company, invoice: str | None) -> Payment:
    return next(p for p in company.every(Payment) if p.invoice == invoice)


def refund(company: Company, payment: Payment, at: int, amount: int) -> Charge:
    charge = company.things[payment.latest_charge or ""]
    assert isinstance(charge, Charge)
    return company.change(charge, at, "charge.refunded", refunded=charge.refunded + amount)


def renew(company: Company, subscription: Subscription) -> tuple[Subscription, Invoice]:
    """The next period begins; its invoice is a draft for an hour, then open."""
    at = subscription.period_end
    moved = company.change(
        subscription,
        at,
        "customer.subscription.updated",
        period_start=at,
        period_end=months_later(at, 1),
    )
    invoice = bill(company, moved, at + 4, "subscription_cycle")
    return moved, finalize(company, invoice, at + HOUR + 11)
