"""What is sold: products and prices."""

from company import Plan

from stripe_shapes.json_list import Json


def product(plan: Plan, created: int) -> Json:
    return {
        "id": plan.product, "object": "product", "active": True, "attributes": [], "created": created,
        "default_price": None, "description": None, "images": [], "livemode": False, "marketing_features": [],
        "metadata": {}, "name": plan.name, "package_dimensions": None, "shippable": None,
        "statement_descriptor": None, "tax_code": None, "type": "service", "unit_label": "seat", "updated": created,
        "url": None,
    }  # fmt: skip


def price(plan: Plan) -> Json:
    return {
        "id": plan.price, "object": "price", "active": True, "billing_scheme": "per_unit", "created": 1767225600,
        "currency": plan.currency, "custom_unit_amount": None, "livemode": False,
        "lookup_key": f"{plan.key}_{plan.currency}", "metadata": {}, "nickname": None, "product": plan.product,
        "recurring": {
            "interval": "month", "interval_count": 1, "meter": None, "trial_period_days": None,
            "usage_type": "licensed",
        },
        "tax_behavior": "exclusive", "tiers_mode": None, "transform_quantity": None, "type": "recurring",
        "unit_amount": plan.amount, "unit_amount_decimal": str(plan.amount),
    }  # fmt: skip
