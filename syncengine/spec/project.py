"""project.yaml: what the map is called, and what holds for all of it."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from syncengine.spec.literal import Duration, Name, Zone
from syncengine.spec.shape import Shape, wrong


class Deliveries(Shape):
    max_receive_count: int = Field(
        default=5,
        ge=1,
        le=20,
        description="Failed attempts of one message before it is a dead letter. What only waits does not count.",
        examples=[5],
    )
    first_wait: Duration = Field(
        default=timedelta(seconds=30),
        description="How long to wait after the first temporary failure of a delivery.",
        examples=["30s"],
    )
    longest_wait: Duration = Field(
        default=timedelta(minutes=15),
        description="The wait doubles with each further failure, with jitter, up to this.",
        examples=["15m"],
    )

    @model_validator(mode="after")
    def _ordered(self) -> "Deliveries":
        if self.longest_wait < self.first_wait:
            raise wrong("longest_wait is shorter than first_wait", remedy="Make it longer.", key="longest_wait")
        return self


class Project(Shape):
    language: Literal[1] = Field(description="Version of the map language.", examples=[1])
    name: Name = Field(
        description="Appears in the audit trail and in idempotency keys; changing it is a breaking change.",
        examples=["northwind-quote-to-cash"],
    )
    time_zone: Zone = Field(
        description="For every cron expression and every local date without a zone of its own.",
        examples=["Europe/Berlin"],
    )
    deliveries: Deliveries = Field(
        default=Deliveries(),
        description="How patiently deliveries are repeated.",
        examples=[{"max_receive_count": 5, "first_wait": "30s", "longest_wait": "15m"}],
    )
