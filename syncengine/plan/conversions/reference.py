"""Refs: another record, by an id that its own system uses."""

from syncengine.model.value import Json, Value
from syncengine.plan.conversion import Conversion, Dialect
from syncengine.plan.conversions.text import text


def reference(flow: str, dialect: Dialect) -> Conversion:
    """`flow` is the flow id whose ids stand at the place. Another flow's ids are left to be translated into them."""
    identify = text(dialect).read

    def read(raw: Json) -> dict[str, str] | None:
        found = identify(raw)
        return None if found is None else {"flow": flow, "id": found}

    def write(value: Value) -> dict[str, str]:
        return {"flow": value["flow"], "id": value["id"], "in": flow}

    return Conversion(read=read, write=write)
