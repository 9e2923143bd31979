"""A view shows more than it may: account numbers otherwise than by their ends, or personal data clear where nobody has
asked for it.

Why: `logs` go wherever logs go, and `events` is what `trace` shows to whoever names no view; a whole account number
helps only whoever wants to use it.
Remedy: write `last4` or `first6_last4` for account numbers, and a mask for personal data; or leave the class out.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Mask, Severity

ID: Final = "privacy/view-too-clear"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## sensitivity.yaml
views:
  logs: {internal: clear, pii: masked}
  finance: {internal: clear, financial: clear, pii: clear, account_number: last4}
"""
FAILS: Final = """
## sensitivity.yaml
views:
  logs: {internal: clear, financial: clear, pii: clear}
"""
ENDS: Final = (Mask.LAST4, Mask.FIRST6_LAST4)
UNASKED: Final = ("logs", "events")
_NUMBERS: Final = "account_number"


def check(context: Context) -> Iterator[Finding]:
    for view, cells in (context.spec.sensitivity.views or {}).items():
        for klass, mask in cells.items():
            too_clear = _too_clear(context, view, klass, Mask(mask))
            if too_clear:
                path = ("views", view, klass)
                yield found(ID, *too_clear, context.spec.place("sensitivity.yaml", path), path)


def _too_clear(context: Context, view: str, klass: str, mask: Mask) -> tuple[str, str] | None:
    """The message and the remedy."""
    if klass == _NUMBERS and mask not in ENDS:
        remedy = "Write `last4` or `first6_last4`, or leave the class out."
        return f"the view {view} shows account numbers {mask}", remedy
    unasked = view in UNASKED and mask is Mask.CLEAR and klass in context.classes
    if unasked and not context.below(klass, "pii"):
        said = "logs go where nobody looks after them" if view == "logs" else "it is what `trace` shows unasked"
        return f"the view {view} shows {klass} clear: {said}", "Write `masked` or `hashed`, or leave the class out."
    return None
