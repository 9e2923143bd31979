"""A flow: one object in one system."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from syncengine.spec.literal import Constant, Cron, Duration, Name, PlacePath, Sentence, Zone
from syncengine.spec.shape import Shape, wrong
from syncengine.spec.spelling import Spelling

SpelledName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}(\.[a-z][a-z0-9_-]{0,63})?$")]
"""A field of the object, or a built-in one such as hold.open."""


class Fresh(Shape):
    expected: Duration = Field(description="How old a value may normally be.", examples=["30s"])
    incident: Duration = Field(description="The age from which it is an incident.", examples=["10m"])
    look_at: Sentence = Field(
        description="Where a person sees the value meanwhile.", examples=["Stripe Dashboard, Invoices"]
    )

    @model_validator(mode="after")
    def _ordered(self) -> "Fresh":
        if self.incident <= self.expected:
            raise wrong("incident is not longer than expected", remedy="Make it longer.", key="incident")
        return self


class Sync(Shape):
    """Written as `realtime`, as `each_run`, or as a schedule."""

    each_run: bool = Field(default=False, description="Whenever a run begins.", examples=[True])
    cron: Cron | None = Field(default=None, description="When to look for changes.", examples=["*/30 * * * *"])
    zone: Zone | None = Field(
        default=None, description="Of the cron expression; the project's when left out.", examples=["Europe/Berlin"]
    )

    @model_validator(mode="before")
    @classmethod
    def _form(cls, value: Any) -> Any:
        remedy = 'Write `realtime`, `each_run`, or {cron: "*/30 * * * *"}.'
        if value in ("realtime", "each_run"):
            return {"each_run": True} if value == "each_run" else {}
        if isinstance(value, str):
            raise wrong("`sync` is realtime, each_run, or a mapping with `cron`", remedy=remedy)
        if isinstance(value, dict) and "each_run" in value:
            raise wrong("`each_run` stands alone", remedy="Write `sync: each_run`.", key="each_run")
        if isinstance(value, dict) and value.get("cron") is None:
            raise wrong("a schedule needs `cron`", remedy=remedy)
        return value

    @classmethod
    def written(cls, mapping: dict[str, Any]) -> dict[str, Any]:
        at_once = {"title": "At once", "description": "As soon as their system tells.", "const": "realtime"}
        each_run = {"title": "Each run", "description": "Asked whenever a run begins.", "const": "each_run"}
        keys = {key: held for key, held in mapping["properties"].items() if key != "each_run"}
        schedule = {**mapping, "title": "Schedule", "properties": keys, "required": ["cron"]}
        return {"anyOf": [at_once, each_run, schedule]}

    @property
    def realtime(self) -> bool:
        return self.cron is None and not self.each_run


class Flow(Shape):
    """One object in one system: where its records are, and how they spell its fields."""

    system: Name | None = Field(
        default=None, description="The system; the flow's own name when left out.", examples=["stripe"]
    )
    record: PlacePath = Field(description="The connector's name of the record type.", examples=["invoices"])
    key: PlacePath | None = Field(
        default=None,
        description="Where their record holds the id that the entity was born with; needed to create.",
        examples=["Stripe_Id__c"],
    )
    only: Sentence | None = Field(
        default=None,
        description="Which entities are created there; in a flow without a grant: which of their records count.",
        examples=["status in ['open', 'paid']"],
    )
    on_create: dict[PlacePath, Constant] = Field(
        default={}, description="Constants set at creation only.", examples=[{"type": "out"}]
    )
    sync: Sync = Field(
        default=Sync.model_validate("realtime"),
        description="realtime, each_run (for systems that announce nothing), or a schedule.",
        examples=["realtime", "each_run", {"cron": "*/30 * * * *"}],
        json_schema_extra={"default": "realtime"},
    )
    version: PlacePath | None = Field(
        default=None,
        description="The place of their record's version or time of change, where the connector cannot know it.",
        examples=["updated_at"],
    )
    fields: dict[SpelledName, Spelling] = Field(
        min_length=1, description="Ours: theirs.", examples=[{"status": "Status__c"}]
    )
    fresh: Fresh | None = Field(
        default=None,
        description="The consistency contract; every flow needs one.",
        examples=[{"expected": "30s", "incident": "10m", "look_at": "Stripe Dashboard, Invoices"}],
    )
    purpose: Sentence | None = Field(
        default=None,
        description="Why this is written, and what an error there means; needed with a grant.",
        examples=["Collections calls rest on it; late means chasing a paid invoice."],
    )
    essential: bool = Field(
        default=False,
        description="What is written here has to go on during an incident; every other flow may be frozen.",
        examples=[True],
    )
    contacts_customer: bool = Field(
        default=False,
        description="What is written here reaches a customer: a message, a case, a reminder.",
        examples=[True],
    )
    moves_money: bool = Field(
        default=False,
        description="What is created here moves money, also where the connector does not know it.",
        examples=[True],
    )
