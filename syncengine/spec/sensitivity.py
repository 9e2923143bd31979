"""sensitivity.yaml: the classes of values, and how each view shows them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field, model_validator

from syncengine.spec.literal import Name, Names
from syncengine.spec.shape import Shape, wrong
from syncengine.vocabulary import SENSITIVITY_CLASSES, Mask

Cell = Literal["clear", "masked", "hashed", "last4", "first6_last4"]
Cells = dict[Name, Cell]
Views: TypeAlias = Mapping[str, Mapping[str, Mask]]
"""By view and class. A class that a view does not name is withheld there."""

NEEDED: Final = ("public", "internal", "pii")
"""Classes that types and refs have by themselves."""
_OURS: Final = dict.fromkeys(("public", "internal", "financial"), Mask.CLEAR)
STANDARD_VIEWS: Final[Views] = {
    "logs": _OURS,
    "events": {**_OURS, "pii": Mask.MASKED, "account_number": Mask.LAST4},
    "exports": {**_OURS, "pii": Mask.HASHED, "account_number": Mask.LAST4},
    "support": {"public": Mask.CLEAR, "internal": Mask.CLEAR, "pii": Mask.MASKED, "account_number": Mask.LAST4},
    "finance": {**_OURS, "pii": Mask.CLEAR, "account_number": Mask.LAST4},
    "compliance": {**_OURS, "pii": Mask.CLEAR, "account_number": Mask.FIRST6_LAST4},
}
"""What the views show where a map says nothing of views."""


class Sensitivity(Shape):
    """What is left out is standard: the six classes, or the views of a map that names none."""

    classes: Annotated[Names, Field(min_length=1)] = Field(
        default=SENSITIVITY_CLASSES,
        description="The classes of values, from least to most sensitive; public, internal and pii are among them.",
        examples=[["public", "internal", "financial", "pii", "health"]],
    )
    views: dict[Name, Cells] | None = Field(
        default=None,
        description="Per view and class, how values are shown; a class that a view does not name is withheld in it.",
        examples=[{"logs": {"public": "clear", "internal": "clear"}, "support": {"pii": "masked"}}],
    )

    @model_validator(mode="after")
    def _classes_in_order(self) -> "Sensitivity":
        if len(set(self.classes)) < len(self.classes):
            raise wrong("a class stands twice in the list", remedy="Remove one of them.", key="classes")
        missing = [name for name in NEEDED if name not in self.classes]
        if missing:
            message = f"`classes` does not name {' and '.join(missing)}, which types and refs have by themselves"
            raise wrong(message, remedy=f"Add {' and '.join(missing)}.", key="classes")
        if [name for name in self.classes if name in NEEDED] != list(NEEDED):
            message = "public is less sensitive than internal, and internal less than pii"
            raise wrong(message, remedy="Write them in this order.", key="classes")
        return self

    @property
    def shown(self) -> Views:
        """Every view there is, completed. A standard view that a map with views does not name shows nothing."""
        if self.views is None:
            return {
                view: {name: mask for name, mask in cells.items() if name in self.classes}
                for view, cells in STANDARD_VIEWS.items()
            }
        named = {view: {name: Mask(cell) for name, cell in cells.items()} for view, cells in self.views.items()}
        return {**{view: {} for view in STANDARD_VIEWS}, **named}

    def meaning(self) -> dict[str, Any]:
        """What is left out means the same as what is written out."""
        return {"classes": list(self.classes), "views": {view: dict(cells) for view, cells in self.shown.items()}}
