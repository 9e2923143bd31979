"""The base of every mapping in a map file: closed, strict, frozen."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError


class Shape(BaseModel):
    """Unknown keys are refused, values are never turned into another type, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    def meaning(self) -> dict[str, Any]:
        """Plain JSON data under the keys of the language, defaults filled in."""
        return self.model_dump(mode="json", by_alias=True)

    @classmethod
    def written(cls, mapping: dict[str, Any]) -> dict[str, Any]:
        """The JSON Schema of what an author may write, from that of the mapping with all keys of the model.

        A shape that takes its input apart before it is read says here which forms it takes.
        """
        return mapping

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler, /) -> dict[str, Any]:
        mapping = handler.resolve_ref_schema(handler(core_schema))
        title = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__.removesuffix("Spec")).capitalize()
        return cls.written({**mapping, "title": title})


def wrong(message: str, *, remedy: str = "", rule: str = "language/value", key: str | int = "") -> PydanticCustomError:
    """A mistake that a validator raises. `key` is the key below the value, or the item of it, that it is about."""
    shown: dict[str, Any] = {"message": message, "remedy": remedy, "rule": rule, "key": key}
    return PydanticCustomError("map", "{message}", shown)
