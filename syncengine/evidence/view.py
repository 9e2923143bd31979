"""One view on a map: which class stands where, and how the view shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncengine.evidence.mask import show
from syncengine.model.value import Json, amount
from syncengine.vocabulary import Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A value as it may be seen: in words, and as data (None when it is masked or empty)."""

    text: str
    value: Json
    masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """What evidence asks of a map: (flow id, place) -> (field, class), (object, field) -> class, and the class of what
    a gate asks, by (flow id, gate, field). `classes` come from least to most sensitive; `cells` is how the view shows
    each, `key` the ledger's. `consequences` are what writes mean, and `systems` where
    they go, by flow id.

    What is missing is withheld, so that an empty view shows the structure of a story and no value of it.
    """

    places: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    fields: Mapping[tuple[str, str], str] = field(default_factory=dict)
    needs: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    consequences: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    systems: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    cells: Mapping[str, Mask] = field(default_factory=dict)
    key: bytes = field(default=b"", repr=False)

    def place(self, flow: str, place: str) -> tuple[str, str]:
        return self.places.get((flow, place), ("", ""))

    def highest(self, *classes: str) -> str:
        """The most sensitive of some classes; an unknown one is more sensitive than all."""
        return max(classes, key=lambda name: self.classes.index(name) if name in self.classes else len(self.classes))

    def class_of(self, object_name: str, flow: str, field: str, value: Json) -> str:
        """The class of a value of a field, and of its places where it stands with them: others may stand there too."""
        klass = self.fields.get((object_name, field), "")
        if not isinstance(value, Mapping):
            return klass
        return self.highest(klass, *(self.places[flow, at][1] for at in value if (flow, at) in self.places))

    def seen(self, value: Json, klass: str) -> Seen:
        """A value behind its mask ("" is an unknown class)."""
        mask = self.cells.get(klass, Mask.WITHHELD)
        shown = value is None or mask is Mask.CLEAR
        return Seen(text=show(value, mask, self.key), value=_data(value) if shown else None, masked=not shown)


def _data(value: Json) -> Json:
    if isinstance(value, dict) and value.keys() == {"currency", "minor"}:
        return {"amount": amount(value), **value}
    return value
