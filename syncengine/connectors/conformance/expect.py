"""How a check says that an adapter breaks a rule."""

from collections.abc import Callable


class NonconformingError(AssertionError):
    """An adapter breaks a rule."""


def expect(condition: bool, message: str) -> None:
    if not condition:
        raise NonconformingError(message)


def expect_raises(kind: type[Exception], act: Callable[[], object]) -> None:
    try:
        act()
    except kind:
        return
    except Exception as error:  # whatever else comes out is the finding
        raise NonconformingError(f"{type(error).__name__} was raised instead of {kind.__name__}") from error
    raise NonconformingError(f"{kind.__name__} was not raised")
