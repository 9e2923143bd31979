"""Events of Stripe as the stage takes them."""

from typing import Any


def customer(event: str, at: int = 0, *, id: str = "cus_1", name: str = "Acme", kyb: str = "passed") -> dict[str, Any]:  # noqa: A002
    record = {"object": "customer", "id": id, "name": name, "email": None, "metadata": {"kyb": kyb}}
    return {"event": event, "type": "customer.updated", "at": at, "object": record}


def invoice(event: str, at: int = 10, *, id: str = "in_1", status: str = "open", total: int = 100) -> dict[str, Any]:  # noqa: A002
    record = {"object": "invoice", "id": id, "customer": "cus_1", "number": "N-1", "status": status, "total": total,
              "currency": "eur", "description": None}  # fmt: skip
    return {"event": event, "type": "invoice.updated", "at": at, "object": record}
