"""objects/NAME.yaml: one object, its fields and its flows."""

from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from syncengine.spec.flow import Flow
from syncengine.spec.literal import NOT_IDLE, FieldName, Name, Names, SensitivityClass, Sentence, second
from syncengine.spec.shape import Shape, wrong
from syncengine.spec.words import Word
from syncengine.vocabulary import FieldType, IfEdited

# fmt: off
TypeName = Literal[
    "text", "integer", "decimal", "boolean", "date", "timestamp", "money", "country", "currency", "language", "email",
    "phone", "web_domain", "vat_number", "person_name", "address", "verification",
]
# fmt: on
WordList = Annotated[tuple[Word, ...], Field(strict=False)]
Edited = Annotated[IfEdited, Field(strict=False)]


def _listed(value: Any) -> Any:
    """A rule of one field may be written as its name alone. Raises PydanticCustomError."""
    if not isinstance(value, list):
        return value
    rules = [[rule] if isinstance(rule, str) else rule for rule in value]
    for index, rule in enumerate(rules):
        if rule == []:
            raise wrong("this rule compares nothing", remedy="Name a field, or remove it.", key=index)
        if isinstance(rule, list) and second(rule) is not None:
            raise wrong("a field stands twice in this rule", remedy="Remove one of them.", key=index)
    twice = second([sorted(map(str, rule)) if isinstance(rule, list) else rule for rule in rules])
    if twice is not None:
        raise wrong("this rule stands here twice", remedy="Remove one of them.", key=twice)
    return rules


Rule = Annotated[tuple[FieldName, ...], Field(strict=False)]
_RULE_NAME: Final = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$"}
Rules = Annotated[
    tuple[Rule, ...],
    BeforeValidator(_listed),
    NOT_IDLE,
    Field(strict=False),
    WithJsonSchema(
        {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"anyOf": [_RULE_NAME, {"type": "array", "minItems": 1, "items": _RULE_NAME}]},
        }
    ),
]


class FieldSpec(Shape):
    """Exactly one of `type`, `one_of` and `ref`."""

    type: TypeName | None = Field(default=None, description="The type of its values.", examples=["money"])
    one_of: Annotated[WordList, Field(min_length=1)] | None = Field(
        default=None, description="A closed list of words.", examples=[["draft", "open", "paid"]]
    )
    ref: FieldName | None = Field(default=None, description="Another object.", examples=["account"])
    klass: SensitivityClass | None = Field(
        default=None, alias="class", description="Its sensitivity class; the object's when left out.", examples=["pii"]
    )
    owner: Name | None = Field(
        default=None,
        description="The system that owns the fact, where it is not the system of record.",
        examples=["erp"],
    )
    because: Sentence | None = Field(
        default=None, description="Why this is an exception.", examples=["Posting is the ERP's act."]
    )
    approved_by: Name | None = Field(
        default=None, description="The role that approved the exception.", examples=["controller"]
    )
    optional: bool = Field(default=False, description="Whether it may be empty.", examples=[True])
    fixed: bool = Field(
        default=False,
        description="Set once by its owner; a later change by the owner goes to review, and the old value stays.",
        examples=[True],
    )
    moves: Annotated[dict[Word, WordList], NOT_IDLE] = Field(
        default={}, description="Legal moves between the words of a closed list.", examples=[{"draft": ["open"]}]
    )
    if_edited: Edited | None = Field(
        default=None,
        description="What a change by a non-owner leads to; the object's when left out.",
        examples=["restore"],
    )
    urgent: Annotated[Names, NOT_IDLE] = Field(
        default=(),
        description="Flows that pass this field on at once, whatever their schedule says.",
        examples=[["salesforce"]],
    )

    @model_validator(mode="after")
    def _one_type(self) -> "FieldSpec":
        said = [key for key in ("type", "one_of", "ref") if getattr(self, key) is not None]
        if not said:
            raise wrong("a field needs a type", remedy="Write one of `type`, `one_of` and `ref`.")
        if len(said) > 1:
            raise wrong(
                f"a field has one of `type`, `one_of` and `ref`, not {' and '.join(said)}",
                remedy=f"Remove `{said[1]}`.",
                key=said[1],
            )
        if self.moves and self.one_of is None:
            raise wrong("only a closed list has moves", remedy="Remove `moves`, or use `one_of`.", key="moves")
        if self.moves and self.fixed:
            raise wrong("a fixed field never moves", remedy="Remove `fixed` or `moves`.", key="moves")
        return self

    @model_validator(mode="after")
    def _known_words(self) -> "FieldSpec":
        words = self.one_of or ()
        if len(set(words)) != len(words):
            raise wrong("a word stands twice in the list", remedy="Remove one of them.", key="one_of")
        for start, ends in self.moves.items():
            unknown = [word for word in (start, *ends) if word not in words]
            if unknown:
                raise wrong(f"`moves` names {unknown[0]}, which is not in the list", remedy="Correct it.", key="moves")
            if start in ends or len(set(ends)) != len(ends):
                message = f"`moves` leads from {start} to itself, or to one word twice"
                raise wrong(message, remedy="Name each other word once.", key="moves")
        return self

    @classmethod
    def written(cls, mapping: dict[str, Any]) -> dict[str, Any]:
        return {**mapping, "oneOf": [{"required": [key]} for key in ("type", "one_of", "ref")]}

    @cached_property
    def field_type(self) -> FieldType:
        if self.one_of is not None:
            return FieldType.ONE_OF
        return FieldType.REF if self.type is None else FieldType(self.type)


class ObjectSpec(Shape):
    object: FieldName = Field(description="Its name; equals the file's name.", examples=["invoice"])
    truth: Sentence = Field(
        description="One sentence: who owns, who only displays; it names every system with a flow.",
        examples=["Stripe owns invoices; Salesforce only displays them."],
    )
    kind: Literal["financial", "commercial", "operational"] = Field(
        description="Financial objects ask for approvals by finance roles.", examples=["financial"]
    )
    klass: SensitivityClass = Field(alias="class", description="The least class of its fields.", examples=["financial"])
    system_of_record: Name = Field(description="The one system that owns it.", examples=["stripe"])
    owner: Name = Field(description="The team that owns this file.", examples=["finance-systems"])
    born_in: Annotated[Names, NOT_IDLE] = Field(
        default=(),
        description="Flows in which a new entity may come into existence; the system of record's when left out.",
        examples=[["stripe"]],
    )
    matched_by: Rules = Field(
        default=(),
        description="For records older than the first sync: fields, or lists of fields, whose values say that two"
        " records are of one entity; tried in order.",
        examples=[["vat_number", "email", ["name", "country"]]],
    )
    if_edited: Edited = Field(
        default=IfEdited.REPORT, description="What a change by a non-owner leads to.", examples=["report"]
    )
    when_gone: Literal["keep"] = Field(
        default="keep", description="What happens in targets when the system of record loses it.", examples=["keep"]
    )
    fields: dict[FieldName, FieldSpec] = Field(
        min_length=1, description="Its fields.", examples=[{"total": {"type": "money"}}]
    )
    flows: dict[Name, Flow] = Field(
        min_length=1,
        description="Its flows, one a system normally.",
        examples=[{"stripe": {"record": "invoices", "fields": {"status": "status"}}}],
    )

    def system_of(self, flow: str) -> str:
        """The system of one of its flows."""
        return self.flows[flow].system or flow

    def owner_of(self, field: str) -> str:
        """The system that owns one of its fields."""
        return self.fields[field].owner or self.system_of_record

    @property
    def birth_flows(self) -> tuple[str, ...]:
        """`born_in`, or the flow of the system of record: the one named like it, or else the first."""
        if self.born_in:
            return self.born_in
        own = [name for name in self.flows if self.system_of(name) == self.system_of_record]
        named = [name for name in own if name == self.system_of_record]
        return tuple((named or own)[:1])
