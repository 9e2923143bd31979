"""How one flow spells one field: the place in their record, and what is special about it."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from syncengine.spec.expression import MAX_LENGTH
from syncengine.spec.literal import Name, PlacePath, Zone
from syncengine.spec.shape import Shape, wrong
from syncengine.spec.words import WordTable

ADDRESS_PARTS: Final = ("street", "line2", "city", "region", "postal_code", "country")
_BESIDE: Final = {
    "reading": frozenset[str](),
    "from": frozenset({"words", "ids_of", "since_at", "until_at"}),
    "to": frozenset({"currency_at", "unit", "only_if_empty"}),
}
"""What a form that is no plain place takes beside it."""

ExpressionText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH, pattern=r"\S")]


class Words(Shape):
    """A table by name, or written in place: exactly one of the two."""

    name: Name | None = Field(default=None, description="A table of words.yaml.", examples=["invoice_status"])
    table: WordTable | None = Field(
        default=None, description="A table that only this spelling uses.", examples=[{"open": "Open"}]
    )

    @model_validator(mode="before")
    @classmethod
    def _either(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else {"table": value}

    @classmethod
    def written(cls, mapping: dict[str, Any]) -> dict[str, Any]:
        keys = mapping["properties"]
        return {"anyOf": [{**keys["name"], "title": "Name of a table"}, {**keys["table"], "title": "Table in place"}]}


class Spelling(Shape):
    """Written as a place alone, as `{at: …}` with more, as `{reading: …}`, as `{from: …}`, or part by part."""

    at: PlacePath | None = Field(default=None, description="The place in their record.", examples=["Status__c"])
    words: Words | None = Field(
        default=None, description="In the words of a table (its name, or the table).", examples=["invoice_status"]
    )
    currency_at: PlacePath | None = Field(
        default=None, description="Where the currency of the money stands.", examples=["CurrencyIsoCode"]
    )
    unit: Literal["minor", "major"] | None = Field(
        default=None, description="How they count money, where the connector does not say.", examples=["minor"]
    )
    since_at: PlacePath | None = Field(
        default=None, description="Of a verification: where the moment of the check stands.", examples=["checked_at"]
    )
    until_at: PlacePath | None = Field(
        default=None, description="Of a verification: where the end of its validity stands.", examples=["valid_until"]
    )
    as_: Literal["date"] | None = Field(
        default=None, alias="as", description="A moment written as a local date; write only.", examples=["date"]
    )
    zone: Zone | None = Field(
        default=None, description="Of the local date; the project's when left out.", examples=["Europe/Berlin"]
    )
    ids_of: Name | None = Field(
        default=None,
        description="The flow of the other object whose ids stand here; the one named as this system when left out.",
        examples=["salesforce"],
    )
    reading: Name | None = Field(
        default=None, description="A conversion that the connector ships; read only.", examples=["kyb"]
    )
    from_: ExpressionText | None = Field(
        default=None,
        alias="from",
        description="Computed from their record, which it calls theirs; read only.",
        examples=["theirs.active ? 'open' : 'closed'"],
    )
    to: ExpressionText | None = Field(
        default=None,
        description="What stands at the place is computed from our fields; write only.",
        examples=["upper(name)"],
    )
    only_if_empty: bool = Field(
        default=False,
        description="Written only while nothing stands there; what they hold is theirs.",
        examples=[True],
    )
    parts: dict[Literal["street", "line2", "city", "region", "postal_code", "country"], PlacePath] | None = Field(
        default=None, description="An address, part by part.", examples=[{"city": "BillingCity"}]
    )

    @classmethod
    def written(cls, mapping: dict[str, Any]) -> dict[str, Any]:
        """A place alone, or a mapping of one of four forms: `at` with more, `reading`, `from`, the parts of an address
        (which the model keeps under `parts`, and an author writes side by side).
        """
        keys = {key: held for key, held in mapping["properties"].items() if key != "parts"}
        part = keys["at"]
        parts = {name: {**part, "description": f"Where the {name} stands."} for name in ADDRESS_PARTS}
        forms = (
            ("Place with more", "at", {key: keys[key] for key in keys if key not in ("reading", "from")}),
            ("Reading of the connector", "reading", {"reading": keys["reading"]}),
            ("Computed from their record", "from", {key: keys[key] for key in ("from", *sorted(_BESIDE["from"]))}),
        )
        return {
            "anyOf": [
                {**keys["at"], "title": "Place alone"},
                *({**mapping, "title": t, "required": [key], "properties": shown} for t, key, shown in forms),
                {
                    **mapping,
                    "title": "Address, part by part",
                    "properties": {**parts, "only_if_empty": keys["only_if_empty"]},
                    "anyOf": [{"required": [name]} for name in ADDRESS_PARTS],
                },
            ]
        }

    @model_validator(mode="before")
    @classmethod
    def _form(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"at": value}
        if not isinstance(value, dict):
            return value
        if "parts" in value:
            raise wrong("`parts` is not a key", remedy="Write the parts of the address side by side.", key="parts")
        parts = {key: place for key, place in value.items() if key in ADDRESS_PARTS}
        if parts and set(value) <= {*ADDRESS_PARTS, "only_if_empty"}:
            return {"parts": parts, **{key: value[key] for key in value if key not in parts}}
        return value

    @model_validator(mode="after")
    def _one_form(self) -> "Spelling":
        if self.parts is not None or self.is_place:
            return self
        if self.to is not None and (self.at, self.reading, self.from_) == (None, None, None):
            raise wrong("`to` names no place", remedy="Write {at: PLACE, to: …}.", key="to")
        if [self.at, self.reading, self.from_].count(None) != 2:  # noqa: PLR2004 - one of three is given
            message = "a spelling names a place, a reading, or an expression `from` their record"
            raise wrong(message, remedy="Write one of `at`, `reading` and `from`.")
        form = next((key for key, held in self._forms() if held is not None), "at")
        strange = [] if form == "at" else [key for key in self._beside() if key not in _BESIDE[form]]
        if strange:
            shown = {"reading": "a reading", "from": "`from`", "to": "`to`"}[form]
            raise wrong(f"{shown} has no `{strange[0]}`", remedy="Remove it.", key=strange[0])
        if self.zone is not None and self.as_ is None:
            raise wrong("`zone` belongs to `as: date`", remedy="Remove it, or add `as: date`.", key="zone")
        return self

    def _forms(self) -> tuple[tuple[str, str | None], ...]:
        return (("reading", self.reading), ("from", self.from_), ("to", self.to))

    def _beside(self) -> list[str]:
        """The keys that say more about the form, as far as they are given."""
        money = (("currency_at", self.currency_at), ("unit", self.unit))
        dated = (("since_at", self.since_at), ("until_at", self.until_at))
        known = (("words", self.words), *money, *dated, ("as", self.as_), ("zone", self.zone), ("ids_of", self.ids_of))
        to = () if self.reading is None and self.from_ is None else (("to", self.to),)
        given = ("only_if_empty",) if "only_if_empty" in self.model_fields_set else ()
        return [*(key for key, held in (*known, *to) if held is not None), *given]

    @property
    def is_place(self) -> bool:
        """Whether it is a place of theirs and nothing else, as most are."""
        return self.model_fields_set == {"at"}

    @property
    def places(self) -> tuple[str, ...]:
        """Every place of theirs that it touches; none for a reading, and for `from` only those of the moments."""
        if self.parts is not None:
            return tuple(self.parts.values())
        places = (self.at, self.currency_at, self.since_at, self.until_at)
        return tuple(place for place in places if place is not None)

    @property
    def read_only(self) -> bool:
        return self.reading is not None or self.from_ is not None

    @property
    def write_only(self) -> bool:
        return self.as_ is not None or self.to is not None
