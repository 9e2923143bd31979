"""How one flow spells one field: the place in their record, and what is special about it."""

from typing import Any, Final, Literal

from pydantic import Field, model_validator

from syncengine.spec.literal import Name, PlacePath, Zone
from syncengine.spec.shape import Shape, wrong
from syncengine.spec.words import WordTable

ADDRESS_PARTS: Final = ("street", "line2", "city", "region", "postal_code", "country")
FORMS: Final = ("at", "words", "currency_at", "unit", "as", "zone", "ids_of", "reading")


class Words(Shape):
    """A table by name, or written in place: exactly one of the two."""

    name: Name | None = Field(default=None, description="A table of words.yaml.", examples=["invoice_status"])
    table: WordTable | None = Field(default=None, description="A table that only this spelling uses.")

    @model_validator(mode="before")
    @classmethod
    def _either(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else {"table": value}


class Spelling(Shape):
    """Written as a place alone, as `{at: …}` with more, as `{reading: …}`, or as the parts of an address."""

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
    parts: dict[Literal["street", "line2", "city", "region", "postal_code", "country"], PlacePath] | None = Field(
        default=None, description="An address, part by part.", examples=[{"city": "BillingCity"}]
    )

    @model_validator(mode="before")
    @classmethod
    def _form(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"at": value}
        if not isinstance(value, dict):
            return value
        if "parts" in value:
            raise wrong("`parts` is not a key", remedy="Write the parts of the address side by side.", key="parts")
        if value and all(key in ADDRESS_PARTS for key in value):
            return {"parts": value}
        return value

    @model_validator(mode="after")
    def _one_form(self) -> "Spelling":
        if self.parts is not None:
            return self
        if (self.at is None) == (self.reading is None):
            raise wrong("a spelling names a place or a reading", remedy="Write `at`, or `reading`, and not both.")
        special = [key for key, held in self._specials() if held is not None]
        if self.reading is not None and special:
            raise wrong(f"a reading has no `{special[0]}`", remedy="Remove it.", key=special[0])
        if self.zone is not None and self.as_ is None:
            raise wrong("`zone` belongs to `as: date`", remedy="Remove it, or add `as: date`.", key="zone")
        return self

    def _specials(self) -> tuple[tuple[str, Any], ...]:
        money = (("currency_at", self.currency_at), ("unit", self.unit))
        return (("words", self.words), *money, ("as", self.as_), ("zone", self.zone), ("ids_of", self.ids_of))

    @property
    def places(self) -> tuple[str, ...]:
        """Every place of theirs that it touches; none for a reading."""
        if self.parts is not None:
            return tuple(self.parts.values())
        return tuple(place for place in (self.at, self.currency_at) if place is not None)

    @property
    def read_only(self) -> bool:
        return self.reading is not None

    @property
    def write_only(self) -> bool:
        return self.as_ is not None
