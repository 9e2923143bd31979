"""gates.yaml: what must be verified before a grant may be used."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from syncengine.spec.literal import NO_WILDCARD, Duration, FieldName, Name, Sentence
from syncengine.spec.shape import Shape, wrong


def parse_statuses(value: Any) -> tuple[str, ...]:
    """One status or several; which of them may pass is a rule's business. Raises PydanticCustomError."""
    statuses = [value] if isinstance(value, str) else value
    if not isinstance(statuses, list) or not statuses or not all(isinstance(s, str) for s in statuses):
        raise wrong("`or` names a status", remedy="Write `or: not_applicable`, or remove it.")
    return tuple(statuses)


Statuses = Annotated[
    tuple[str, ...],
    Field(strict=False),
    BeforeValidator(parse_statuses),
    WithJsonSchema({"type": ["string", "array"], "minItems": 1, "items": {"type": "string"}}),
]


class Stops(Shape):
    """A grant without fields."""

    may: Annotated[tuple[Literal["create"], ...], Field(strict=False), NO_WILDCARD] = Field(
        description="What it stops.", examples=[["create"]]
    )
    object: Annotated[FieldName, NO_WILDCARD] = Field(description="The object that is stopped.", examples=["payout"])
    flow: Annotated[Name, NO_WILDCARD] = Field(alias="in", description="The flow that is stopped.", examples=["stripe"])


class Need(Shape):
    """Passes when the field is verified; every other status, an empty field and a stale one hold the write."""

    when: Sentence | None = Field(
        default=None,
        description="Asked unless this is certainly false; over fields of the object that is asked.",
        examples=["legal_form == 'company'"],
    )
    or_: Statuses = Field(
        default=(), alias="or", description="A status that passes besides verified.", examples=["not_applicable"]
    )
    max_age: Duration | None = Field(
        default=None, description="A status that stands longer counts as expired.", examples=["90d"]
    )
    next: Sentence = Field(
        description="The next action, shown with the hold.", examples=["Ask the payee to finish identity verification."]
    )
    because: Sentence | None = Field(
        default=None,
        description="Why nothing is asked where `when` is false, if no other need asks there.",
        examples=["Companies are paid under a contract that legal has checked."],
    )

    @model_validator(mode="after")
    def _condition(self) -> "Need":
        if self.because is not None and self.when is None:
            raise wrong("`because` explains a `when`, and there is none", remedy="Remove `because`.", key="because")
        return self


class Gate(Shape):
    """What it stops, and what must be verified before that may pass."""

    owner: Name = Field(description="The team that owns it.", examples=["compliance"])
    stops: Stops = Field(
        description="The grant that it stops.", examples=[{"may": ["create"], "object": "payout", "in": "stripe"}]
    )
    about: Name = Field(
        description="The ref field of the stopped object whose record is asked, or self.", examples=["payee", "self"]
    )
    needs: dict[FieldName, Need] = Field(
        min_length=1,
        description="Verification fields that must be verified.",
        examples=[{"kyc": {"next": "Ask the payee to finish identity verification."}}],
    )
