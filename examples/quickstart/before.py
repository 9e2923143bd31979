"""What people kept in the CRM and the ERP before anything was synchronised: some of the customers, under ids and in
spellings of their own, with what compliance found out about them; and the payouts that finance asks for.
"""

from datetime import UTC, datetime
from random import Random

from calendar_times import DAY, HOUR
from company import Check, Company, Customer, KnownAccount, PayoutRequest

KNOWN = 5
FIRST_REQUEST = 7001
MANAGERS = ("Kim", "Luisa", "Milan")
CLERKS = ("nadia", "otto")
TROUBLES = (
    ("kyc", "pending", 6),
    ("kyc", "passed", 500),  # too long ago
    ("aml", "review", 9),
    ("aml", "open", None),
    ("vat", "failed", 21),
)
"""What stands between a payee and its money: the check, its status, and how many days ago that was found out."""


def look_back(company: Company) -> None:
    """Half of the customers, and five at most, are in the CRM already. All of them are paid something in the course of
    the year: they bring in new customers. One of them does not get it yet.
    """
    rng = company.rng
    checked = [c for c in company.every(Customer) if c.kyb == "passed"]
    known = rng.sample(checked, min(KNOWN, (len(checked) + 1) // 2))
    blocked = rng.choice(known)
    for customer in sorted(known, key=lambda c: c.created):
        company.known.append(_account(company, customer, rng, trouble=customer is blocked))
        company.requests.extend(_requests(customer, rng, 1 if customer is blocked else rng.randrange(1, 3)))
    company.requests.sort(key=lambda r: r.requested_at)
    for number, request in enumerate(company.requests, FIRST_REQUEST):
        request.number = number


def _account(company: Company, customer: Customer, rng: Random, *, trouble: bool) -> KnownAccount:
    checks = {
        "kyc": Check(status="passed", days_ago=rng.randrange(20, 60)),
        "aml": Check(status="passed", days_ago=rng.randrange(2, 30)),
        "vat": Check(status="passed", days_ago=rng.randrange(10, 50)),
    }
    if customer.country in ("CH", "GB", "JP"):  # no VAT number of the EU
        checks["vat"] = Check(status="n/a", days_ago=checks["kyc"].days_ago)
    if trouble:
        name, status, days_ago = rng.choice(TROUBLES)
        checks[name] = Check(status=status, days_ago=days_ago)
    told = {c.after.email for c in company.changes if isinstance(c.after, Customer) and c.after.id == customer.id}
    by_email = len(told) == 1 and rng.random() < 0.5  # e-mails that change are no means to find anybody
    return KnownAccount(
        id=company.name("acc_", 10),
        customer=customer.id,
        name=f"{customer.name.split()[0]} (partner)" if by_email else _by_hand(customer.name, rng),
        email=rng.choice((customer.email.upper(), customer.email.title())) if by_email else None,
        country=None if by_email else customer.country.lower(),
        account_manager=rng.choice(MANAGERS),
        notes="with us since the fair",
        checks=checks,
    )


def _by_hand(name: str, rng: Random) -> str:
    """The same name as people write it: case, blanks, punctuation."""
    words = [rng.choice((word, word.upper(), word.lower())) for word in name.split()]
    return rng.choice(("  ", " , ", " - ")).join(words)


def _requests(customer: Customer, rng: Random, times: int) -> list[PayoutRequest]:
    asked = (customer.created + rng.randrange(30, 45) * DAY + rng.randrange(9) * HOUR for _ in range(times))
    return [
        PayoutRequest(
            payee=customer.id,
            amount=rng.randrange(8_000, 190_000),
            currency=customer.currency,
            requested_at=at,
            requested_by=rng.choice(CLERKS),
        )
        for at in asked
    ]


def rows(company: Company) -> dict[str, dict[str, list[dict[str, object]]]]:
    """As rows of their tables, by system and table. `..._days_ago` counts from the day on which the rows are made."""
    return {
        "crm": {"accounts": [_row(account) for account in company.known]},
        "erp": {"payout_request": [_request(request) for request in company.requests]},
    }


def _row(it: KnownAccount) -> dict[str, object]:
    checks: dict[str, object] = {}
    for name, check in it.checks.items():
        checks |= {f"{name}_status": check.status, f"{name}_checked_days_ago": check.days_ago}
    return {
        "id": it.id, "name": it.name, "email": it.email, "country": it.country, "notes": it.notes,
        "customer_since": "2024-01-01T00:00:00Z", "account_manager": it.account_manager, **checks,
    }  # fmt: skip


def _request(it: PayoutRequest) -> dict[str, object]:
    return {
        "request_no": it.number, "payee": it.payee, "amount_minor": it.amount, "currency": it.currency.upper(),
        "requested_on": datetime.fromtimestamp(it.requested_at, UTC).strftime("%Y-%m-%d"),
        "requested_by": it.requested_by,
    }  # fmt: skip
