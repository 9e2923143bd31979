"""The base of every mapping in a map file: closed, strict, frozen."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Shape(BaseModel):
    """Unknown keys are refused, values are never turned into another type, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def meaning(self) -> dict[str, Any]:
        """Plain JSON data under the keys of the language, defaults filled in."""
        return self.model_dump(mode="json", by_alias=True)


def wrong(message: str, *, remedy: str = "", rule: str = "language/value", key: str = "") -> PydanticCustomError:
    """A mistake that a validator raises. `key` names the key below the value that the finding should point at."""
    shown: dict[str, Any] = {"message": message, "remedy": remedy, "rule": rule, "key": key}
    return PydanticCustomError("map", "{message}", shown)
