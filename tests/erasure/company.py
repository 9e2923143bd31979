"""A small company of several customers whose every value names whom it belongs to, and a search for it in whatever is
kept.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from syncengine.engine.erase import Report, erase
from syncengine.engine.view import view_of
from syncengine.evidence.trace import trace
from syncengine.evidence.verify import verify
from syncengine.evidence.wording import tell
from tests.scenarios.stage import Stage

CLEAR = "events"


def mark(number: int) -> str:
    """Stands in every value of a customer, and of nobody else."""
    return f"zq{'abcdefgh'[number]}-owned-value"


def customer(number: int, **said: Any) -> dict[str, Any]:
    own = mark(number)
    return {
        "object": "customer", "id": f"cus_{number}", "name": f"Ünique {own} GmbH", "email": f"{own}@example.com",
        "metadata": {"kyb": "passed", "note": f'"{own}" <\u2028>'}, **said,
    }  # fmt: skip


def invoice(number: int, place: int, **said: Any) -> dict[str, Any]:
    return {
        "object": "invoice", "id": f"in_{number}_{place}", "customer": f"cus_{number}", "status": "open",
        "number": f"{mark(number)}-{place}", "total": 4100 + place, "currency": "eur",
        "description": f"memo of {mark(number)}", **said,
    }  # fmt: skip


def payment(number: int, place: int, **said: Any) -> dict[str, Any]:
    return {
        "object": "payment_intent", "id": f"pi_{number}_{place}", "customer": f"cus_{number}", "status": "succeeded",
        "description": mark(number), **said,
    }  # fmt: skip


def unknown(number: int, place: int) -> dict[str, Any]:
    return {"object": "gizmo", "id": f"giz_{number}_{place}", "holder": {"who": f"cus_{number}"}, "says": mark(number)}


def grandchild(number: int, place: int) -> dict[str, Any]:
    """Says only what it hangs on."""
    id_ = f"dp_{number}_{place}"
    return {"object": "dispute_of_gizmo", "id": id_, "charge": f"giz_{number}_{place}", "why": mark(number)}


def about_two(one: int, other: int) -> dict[str, Any]:
    said = {"from": f"cus_{one}", "into": customer(other), "was": mark(one)}
    return {"object": "merge", "id": f"mrg_{one}_{other}", **said}


def event(name: str, at: int, shown: dict[str, Any]) -> dict[str, Any]:
    return {"event": name, "type": f"{shown['object']}.updated", "at": at, "object": shown}


def life(number: int) -> list[dict[str, Any]]:
    """What happens with one customer."""
    shown = [
        customer(number), invoice(number, 1), invoice(number, 2, status="draft"), payment(number, 1),
        unknown(number, 1), grandchild(number, 1), customer(number, name=f"New {mark(number)}"),
        invoice(number, 2, status="open"), invoice(number, 1, status="paid"),
    ]  # fmt: skip
    return [event(f"evt_{number}_{n}", 60 * n + number, each) for n, each in enumerate(shown, 1)]


def forms(text: str) -> Iterator[bytes]:
    """A text as it may be written down somewhere."""
    yield text.encode()
    yield json.dumps(text)[1:-1].encode()
    yield json.dumps(text, ensure_ascii=False)[1:-1].encode()
    yield text.encode().hex().encode()
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    for shift, whole in enumerate((0, 2, 3)):  # wherever a group of three bytes begins
        yield base64.b64encode(b"\x00" * shift + text.encode())[whole:-4]


def found(texts: Iterable[str], kept: bytes) -> list[str]:
    return [text for text in texts if any(form in kept for form in forms(text) if form)]


def kept_in(folder: Path) -> bytes:
    """Every byte of every file in a folder."""
    return b"\x00".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def laid_open(stage: Stage) -> str:
    """All that a ledger tells: traces of everything in a view that shows all, its dump and its trail."""
    store = stage.store
    records = range(1, 1 + len(store.dump()["records"]))
    inputs = range(1, 500)
    story = trace(store.dossier(list(records), list(inputs)), (), view(stage))
    trail = "".join(entry.body.decode() for entry in store.entries())
    return tell(story) + json.dumps(store.dump(), ensure_ascii=False) + trail


def view(stage: Stage) -> Any:
    with stage.open_world() as world:
        return view_of(world.plan, CLEAR, stage.store.secret())


def told_of(stage: Stage, number: int) -> str:
    """The trace of a customer, without what says that a delivery about several was erased."""
    store = stage.store
    hits = store.find(f"cus_{number}")
    ids = [hit.records[0] for hit in hits if hit.what == "link"][:1]
    text = tell(trace(store.dossier(ids, []), hits, view(stage)))
    return re.sub(r"\n +what it said was erased by entry \d+", "", text)


def forget(stage: Stage, subject: str, reason: str = "request 17") -> Report:
    return erase(stage.store, stage.clock, subject, actor="ana", reason=reason)


def whole(stage: Stage) -> tuple[str, ...]:
    return verify(stage.store.book()).places
