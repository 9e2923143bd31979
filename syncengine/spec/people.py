"""people.yaml: who owns, who approves, who answers for what."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from syncengine.spec.literal import Name, Names, Sentence
from syncengine.spec.shape import Shape, wrong

Person = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\S+$")]
Persons = Annotated[tuple[Person, ...], Field(strict=False)]


class Team(Shape):
    """Written as its address alone, or as a mapping that also lists its people."""

    address: Person = Field(description="Where the team is reached.", examples=["revops@northwind.example"])
    people: Persons = Field(
        default=(),
        description="Who is in the team; an exception approved only by them is reported.",
        examples=[["dev@northwind.example"]],
    )

    @model_validator(mode="before")
    @classmethod
    def _from_address(cls, value: Any) -> Any:
        return {"address": value} if isinstance(value, str) else value

    @classmethod
    def written(cls, mapping: dict[str, Any]) -> dict[str, Any]:
        address = {**mapping["properties"]["address"], "title": "Address alone"}
        return {"anyOf": [address, {**mapping, "title": "Address and people"}]}


class AnswersFor(Shape):
    tax: Person | None = Field(default=None, description="Who answers for tax.", examples=["ben@northwind.example"])
    reporting: Person | None = Field(
        default=None, description="Who answers for financial reporting.", examples=["chloe@northwind.example"]
    )
    payouts: Person | None = Field(
        default=None, description="Who answers for payouts.", examples=["ana@northwind.example"]
    )


class Approval(Shape):
    """Who has to agree, and how many."""

    roles: Annotated[Names, Field(min_length=1)] = Field(
        description="From whom; every role listed must be among the approvers when `people` allows.",
        examples=[["compliance-officer"]],
    )
    people: Annotated[int, Field(ge=1, le=10)] = Field(
        default=2,
        description="How many different people; whoever asked never counts. 1 needs `because`.",
        examples=[2],
    )
    because: Sentence | None = Field(
        default=None, description="Why one person is enough.", examples=["No money moves in a merge."]
    )

    @model_validator(mode="after")
    def _explained(self) -> "Approval":
        if self.people == 1 and self.because is None:
            raise wrong(
                "an approval by one person needs a reason",
                remedy="Add `because`, or ask two people.",
                rule="approval/one-person",
                key="people",
            )
        return self


class People(Shape):
    teams: dict[Name, Team] = Field(
        min_length=1, description="Owners are teams.", examples=[{"revops": "revops@northwind.example"}]
    )
    roles: dict[Name, Annotated[Persons, Field(min_length=1)]] = Field(
        min_length=1, description="Approvers are roles.", examples=[{"cfo": ["ana@northwind.example"]}]
    )
    finance_roles: Names = Field(
        default=(),
        description="The roles that may approve exceptions on financial objects.",
        examples=[["cfo", "controller"]],
    )
    answers_for: AnswersFor = Field(
        default=AnswersFor(),
        description="Who answers for tax, reporting and payouts.",
        examples=[{"tax": "ben@northwind.example"}],
    )
    approvals: dict[Name, Approval] = Field(
        default={}, description="Approval policies, by name.", examples=[{"release-hold": {"roles": ["cfo"]}}]
    )
