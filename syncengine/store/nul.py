"""The one character that PostgreSQL cannot keep in a text, and how it is kept all the same.

No delivery holds it: it is refused before. An id in somebody's database, or the words of a target, may. Such a text is
spelled in another way on its way in, between two marks, and as it was on its way out. One that begins with the first
mark by itself is spelled too.
"""

from typing import Any, Final

import psycopg
from psycopg.adapt import Buffer, Loader
from psycopg.types.string import TextLoader

_NUL: Final = "\0"
_SIGN: Final = "\uffff"
_OPEN: Final = "\uffff\ufffe"
_CLOSE: Final = "\ufffe\uffff"
_SPELLED: Final = {_NUL: f"{_SIGN}0", _SIGN: f"{_SIGN}1"}


def spelled(text: str) -> str:
    """A text without the character, the same for equal texts."""
    inner = "".join(_SPELLED.get(character, character) for character in text)
    return f"{_OPEN}{inner}{_CLOSE}"


def read(text: str) -> str:
    """What `spelled` was given."""
    inner = text.removeprefix(_OPEN).removesuffix(_CLOSE)
    return inner.replace(_SPELLED[_NUL], _NUL).replace(_SPELLED[_SIGN], _SIGN)


class NulCursor(psycopg.Cursor[Any]):
    """The driver refuses the character before it asks the server anything: then the same is asked once more, with
    nothing lost.
    """

    def execute(self, query: Any, params: Any = None, **how: Any) -> "NulCursor":
        values = params.values() if isinstance(params, dict) else params or ()
        if any(isinstance(value, str) and value.startswith(_OPEN) for value in values):
            params = without(params)
        try:
            return super().execute(query, params, **how)
        except psycopg.DataError:
            again = without(params)
            if again == params:
                raise
            return super().execute(query, again, **how)


def without(given: Any) -> Any:
    """Parameters as they can be kept, however deep texts are in them."""
    if isinstance(given, str):
        return spelled(given) if _NUL in given or given.startswith(_OPEN) else given
    if isinstance(given, dict):
        return {name: without(value) for name, value in given.items()}
    if isinstance(given, (list, tuple)):
        return type(given)(without(value) for value in given)
    return given


class NulLoader(TextLoader):
    """Gives a text back as it was before it was spelled."""

    def load(self, data: Buffer) -> str:
        text = str(data, "utf-8")
        return text if text[:1] != _SIGN or text[:2] != _OPEN else read(text)


def settle_in(connection: "psycopg.Connection[Any]") -> None:
    loader: type[Loader] = NulLoader
    for kind in ("text", "varchar", "name"):
        connection.adapters.register_loader(kind, loader)
    connection.cursor_factory = NulCursor


__all__ = ["NulCursor", "NulLoader", "read", "settle_in", "spelled", "without"]
