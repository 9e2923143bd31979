"""systems.yaml: the inventory."""

from typing import Annotated, Literal

from pydantic import Field

from syncengine.spec.literal import NO_WILDCARD, Name, SensitivityClass
from syncengine.spec.shape import Shape

SystemKind = Literal["billing", "crm", "support", "erp", "compliance", "warehouse", "vault", "messages"]


class System(Shape):
    """One system of the inventory."""

    kind: SystemKind = Field(description="What the system is for.", examples=["billing"])
    connector: Name = Field(description="The registered connector that speaks to it.", examples=["stripe"])
    owner: Name = Field(description="The team that owns it.", examples=["finance-systems"])
    version: str = Field(
        default="", description="The API version to speak; the connector's own when left out.", examples=["2025-03-31"]
    )
    cleared_for: Annotated[tuple[SensitivityClass, ...], Field(strict=False), NO_WILDCARD] = Field(
        default=(),
        description="Classes whose values may reach this system or come from it; nothing when left out.",
        examples=[["public", "internal"]],
    )
