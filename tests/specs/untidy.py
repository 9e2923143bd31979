"""Maps written badly, by a strategy: any indentation, any style, comments, empty lines and broken lines anywhere."""

from typing import Any, TypeVar

from hypothesis import strategies as st

WORDS = ("a", "draft", "Past due", "it's", 'say "x"', "ä😀", "x, y", "[b]", "{c}", "a#b", "two\nlines", "end\n", "- d",
         "x: y", "NO", "12", "", " lead", "a\n\nb", "env:KEY", "10:02", "back\\slash", "true", "\n\n x\n")  # fmt: skip
COMMENTS = ("# one", "#two", "# a: b", "# [x", "#", "# 'q", "# - z")
KEYS = ("may", "object", "grants", "fields", "owner", "cleared_for", "because", "a", "bb", "ccc", "a key", "x#y")

SCALARS = st.sampled_from([*WORDS, 0, -7, True, False])
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=14,
)
ROOTS = st.dictionaries(st.sampled_from(KEYS), DATA, min_size=1, max_size=5)


@st.composite
def untidy(draw: st.DrawFn) -> str:
    """The text of a map that may look like anything; not all of it is YAML."""
    lines = _Messy(draw).block(draw(ROOTS), draw(st.integers(0, 1)))
    return "\n".join(lines) + draw(st.sampled_from(["\n", "", "\n\n\n", "\n# last\n", "  \n"]))


T = TypeVar("T")


class _Messy:
    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def one_of(self, *choices: T) -> T:
        return self.draw(st.sampled_from(choices))

    def noise(self, indent: int) -> list[str]:
        """Comments and empty lines, now and then."""
        comment = " " * self.one_of(0, indent, indent + 3) + self.one_of(*COMMENTS)
        nothing: list[str] = []
        both = [comment, "", comment]
        return self.one_of(nothing, nothing, nothing, [""], ["   ", ""], [comment], ["", comment], both)

    def tail(self) -> str:
        return self.one_of("", "", "", "  ", "  # tail", " " * 9 + "#far")

    def block(self, data: Any, indent: int) -> list[str]:
        lines: list[str] = []
        pad = " " * indent
        entries = list(data.items()) if isinstance(data, dict) else [(None, item) for item in data]
        for key, value in entries:
            lines += self.noise(indent)
            head = pad + "-" if key is None else pad + self.key(key) + self.one_of("", "", " ") + ":"
            lines += self.below(head, value, indent, listed=key is None)
        return lines

    def key(self, key: str) -> str:
        return key if "#" not in key and self.draw(st.booleans()) else f'"{key}"'

    def below(self, head: str, value: Any, indent: int, *, listed: bool) -> list[str]:
        gap = self.one_of(" ", " ", "    ")
        if isinstance(value, dict | list) and value and self.draw(st.booleans()):
            deeper = indent + self.one_of(1, 2, 4)
            if not listed and isinstance(value, list) and self.draw(st.booleans()):
                deeper = indent
            if listed and self.draw(st.booleans()):
                width = len(head) + len(gap)
                inner = self.block(value, width)
                if inner[0].startswith(" " * width) and inner[0][width:width + 1] not in ("#", " ", ""):
                    return [head + gap + inner[0][width:], *inner[1:]]
            return [head + self.tail(), *self.block(value, deeper)]
        if isinstance(value, str) and value and self.one_of(False, False, True):
            return self.block_text(head + gap, value, indent)
        text = self.flow(value, indent + 1, at_key=True)
        before = self.one_of("", "", "\n" + " " * (indent + 1))
        return (head + (before or gap) + text + self.tail()).split("\n")

    def block_text(self, head: str, value: str, indent: int) -> list[str]:
        lines = value.split("\n")
        mark = "|+" if value.endswith("\n\n") else "|" if value.endswith("\n") else "|-"
        deeper = self.one_of(1, 2, 3)
        if lines[0].startswith(" ") or not lines[0]:
            mark = mark[0] + str(deeper) + mark[1:]
        body = lines[:-1] if value.endswith("\n") else lines
        pad = " " * (indent + deeper)
        return [head + mark + self.one_of("", " # text"), *(pad + line if line else "" for line in body)]

    def flow(self, value: Any, indent: int, *, at_key: bool = False) -> str:
        if not isinstance(value, dict | list):
            return self.scalar(value, indent, at_key=at_key)
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        if isinstance(value, dict):
            items = [(f"{self.key(key)}:{self.one_of(' ', '   ')}", item) for key, item in value.items()]
        else:
            items = [("", item) for item in value]
        broken = self.one_of(False, False, True)
        parts = [key + self.flow(item, indent) for key, item in items]
        text = opening + self.space(indent, broken=broken)
        for number, part in enumerate(parts, 1):
            comma = self.one_of(",", " ,") if number < len(parts) else self.one_of("", ",")
            text += part + self.one_of("", " ") + comma
            text += self.space(indent, broken=broken) or " "
        return text + closing

    def space(self, indent: int, *, broken: bool) -> str:
        if not broken:
            return self.one_of("", " ", "  ")
        return self.one_of("", " # in\n", "\n", "\n\n", "\n# own\n") + " " * (indent + self.one_of(0, 2))

    def scalar(self, value: Any, indent: int, *, at_key: bool) -> str:
        if not isinstance(value, str):
            return str(value).lower()
        quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        if " " in value.strip() and self.draw(st.booleans()) and "\n" not in value:
            return ("'" + value.replace("'", "''") + "'").replace(" ", self.one_of(" ", "\n" + " " * indent), 1)
        plain = value.replace(" ", "").isalnum() and value.strip() == value and value not in ("NO", "12", "true", "")
        if plain and self.draw(st.booleans()):
            return value.replace(" ", self.one_of(" ", "\n" + " " * (indent + 1)) if at_key else " ")
        return quoted
