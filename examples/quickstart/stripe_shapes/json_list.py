"""Stripe's JSON, and its way to write a list."""

from typing import Any

Json = dict[str, Any]


def listed(url: str, data: list[Json]) -> Json:
    return {"object": "list", "data": data, "has_more": False, "total_count": len(data), "url": url}
