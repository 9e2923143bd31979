"""Asking an adapter: whatever it raises beyond its two kinds of error is a bug of its own, and about what was asked."""

from collections.abc import Callable
from typing import TypeVar

from syncengine.errors import PermanentError, SyncengineError, TemporaryError

T = TypeVar("T")


def ask(system: str, question: Callable[[], T]) -> T:
    """The answer. A bug becomes a PermanentError that names it: one record that an adapter cannot stand must not keep
    all others from being worked on, in this run and in every later one. Its message may hold values, so it is left out.
    """
    try:
        return question()
    except (TemporaryError, PermanentError, SyncengineError):
        raise
    except Exception as error:
        raise PermanentError(f"a bug in the connector of {system}: {type(error).__name__}") from error
