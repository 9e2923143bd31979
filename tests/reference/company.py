"""A small company that has worked without the engine so far: a CRM and an ERP in SQLite, and what Stripe announces.

The tables are made from the map itself: one column a place, the key of a flow unique.
"""

import json
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from syncengine.spec.loader import load_map
from syncengine.spec.map import MapSpec

MAPPINGS = Path(__file__).parents[2] / "mappings"
ENVIRONMENT = """
starts_at: ceiling
stripe: {environment: local, drop_folder: ../inbox, snapshots: ../snapshots}
crm: {environment: local, address: "sqlite:///../crm.db"}
erp: {environment: local, address: "sqlite:///../erp.db"}
"""


def settle_in(folder: Path) -> Path:
    """The reference map with a local environment, both databases and an empty drop folder. Returns the map's folder."""
    maps = folder / "mappings"
    shutil.copytree(MAPPINGS, maps)
    (maps / "environments" / "local.yaml").write_text(ENVIRONMENT, encoding="utf-8")
    for name in ("inbox", "snapshots"):
        (folder / name).mkdir()
    spec, _ = load_map(MAPPINGS)
    assert spec is not None
    for system in ("crm", "erp"):
        with closing(sqlite3.connect(folder / f"{system}.db")) as connection:
            connection.executescript("\n".join(_tables(spec, system)))
    return maps


def _tables(spec: MapSpec, system: str) -> Sequence[str]:
    made = []
    for subject in spec.objects.values():
        for name, flow in subject.flows.items():
            if subject.system_of(name) != system:
                continue
            places = [place for spelling in flow.fields.values() for place in spelling.places]
            key = [flow.key] if flow.key else []
            columns = dict.fromkeys([*places, *flow.on_create, *([flow.version] if flow.version else [])])
            said = [*(f'"{k}" TEXT UNIQUE' for k in key), *(f'"{c}"' for c in columns if c not in key)]
            made.append(f'CREATE TABLE "{flow.record}" (id INTEGER PRIMARY KEY, {", ".join(said)});')
    return made


def insert(database: Path, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        for row in rows:
            names, marks = ", ".join(f'"{n}"' for n in row), ", ".join("?" for _ in row)
            connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(row.values()))


def rows(database: Path, table: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY id')]


def event(number: int, type_: str, content: Mapping[str, Any], *, created: int) -> str:
    """One captured line of Stripe's."""
    body = {
        "id": f"evt_{number:04}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": created,
        "livemode": False,
        "type": type_,
        "data": {"object": content},
    }
    return json.dumps({"headers": {}, "body": json.dumps(body), "received_at": "2026-11-20T12:00:00Z"})


def customer(id_: str, **said: Any) -> dict[str, Any]:
    return {
        "id": id_, "object": "customer", "name": None, "email": None, "address": None, "delinquent": False,
        "metadata": {}, "tax_ids": {"object": "list", "data": [], "has_more": False}, **said,
    }  # fmt: skip


def invoice(id_: str, customer_id: str, **said: Any) -> dict[str, Any]:
    return {
        "id": id_, "object": "invoice", "number": f"N-{id_[-1]}", "customer": customer_id, "parent": None,
        "status": "open", "total": 11900, "amount_due": 11900, "currency": "eur", "attempt_count": 0, "due_date": None,
        "status_transitions": {"finalized_at": 1_763_600_000, "paid_at": None}, **said,
    }  # fmt: skip


def connected(id_: str, crm_id: str, *, enabled: bool) -> dict[str, Any]:
    return {
        "id": id_, "object": "account", "business_type": "company", "payouts_enabled": enabled,
        "details_submitted": True, "metadata": {"crm_id": crm_id},
        "requirements": {"currently_due": [], "past_due": [], "pending_verification": ["x"], "disabled_reason": None},
    }  # fmt: skip
