"""Customers."""

from company import Customer

from stripe_shapes.json_list import Json


def customer(it: Customer) -> Json:
    return {
        "id": it.id,
        "object": "customer",
        "address": {
            "city": it.city, "country": it.country, "line1": it.street, "line2": None,
            "postal_code": it.postal_code, "state": None,
        },
        "balance": 0,
        "created": it.created,
        "currency": it.currency,
        "default_source": None,
        "delinquent": it.delinquent,
        "description": it.note,
        "discount": None,
        "email": it.email,
        "invoice_prefix": it.id[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None, "default_payment_method": f"pm_1{it.id[4:]}", "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {"kyb": it.kyb},
        "name": it.name,
        "phone": it.phone,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": it.tax_exempt,
        "test_clock": None,
    }  # fmt: skip
