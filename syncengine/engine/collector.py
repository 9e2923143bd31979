"""The garbage collector while an engine works.

A claim makes some hundred thousand objects that live until its commit and refer to each other in no circle. Collected
as often as Python does by default, they are walked again and again for nothing: a seventh of all time.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_THRESHOLDS: Final = (200_000, 20, 20)
"""Objects made, and younger collections done, between two collections. Circles are still found, only later."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """What stands when it is entered (modules, the plan) is not looked at again until it is left."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
