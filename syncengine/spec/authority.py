"""authority.yaml: write sets, the only place that permits writing."""

from typing import Annotated, Literal

from pydantic import Field

from syncengine.spec.flow import SpelledName
from syncengine.spec.literal import NO_WILDCARD, FieldName, Name, Names
from syncengine.spec.shape import Shape
from syncengine.vocabulary import Phase

May = Literal["create", "update"]
Powers = Annotated[tuple[May, ...], Field(strict=False), NO_WILDCARD]


class Grant(Shape):
    """One line: may create and update this object in this flow, these fields."""

    may: Powers = Field(description="What may be done.", examples=[["create", "update"]])
    object: Annotated[FieldName, NO_WILDCARD] = Field(description="The object.", examples=["invoice"])
    flow: Annotated[Name, NO_WILDCARD] = Field(
        alias="in", description="The flow that is written.", examples=["salesforce"]
    )
    fields: Annotated[tuple[SpelledName, ...], Field(strict=False), NO_WILDCARD] = Field(
        description="The fields that may be written.", examples=[["status", "total"]]
    )


class WriteSet(Shape):
    """What may be written together: the unit of promotion, pause and rollback."""

    owner: Name = Field(description="The team that owns it.", examples=["revops"])
    approved_by: Annotated[Names, Field(min_length=1)] = Field(
        description="The roles that approved it.", examples=[["cfo"]]
    )
    ceiling: Annotated[Literal["observe", "controlled"], Field()] = Field(
        default="observe",
        description="The highest phase that the map permits; the ledger holds the actual one.",
        examples=["controlled"],
    )
    grants: Annotated[tuple[Grant, ...], Field(strict=False, min_length=1)] = Field(
        description="What is granted, one line each.",
        examples=[[{"may": ["create"], "object": "invoice", "in": "salesforce", "fields": ["status"]}]],
    )

    @property
    def highest(self) -> Phase:
        return Phase(self.ceiling)
