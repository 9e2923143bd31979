"""Damage of four kinds: to bytes, to the marks and words of YAML, to the data, and to the folder. Each by a seed."""

import random
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import yaml

from tests.mutants.corpus import corpus

Files = dict[str, bytes]

SPLINTERS: Final = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", "é".encode(), b"\r", b"\r\n", b"\t",
    b"\x1b[31m", "\u2028".encode(), "\u202e".encode(), b"\xc2\x85", b"\x7f", b" ", b"\n", b"\n\n", b"  ", b"'", b'"',
    b"\\", b"%", b"`",
)  # fmt: skip
MARKS: Final = (
    "{", "}", "[", "]", ",", ":", ": ", "- ", "? ", "|", ">-", "|2", "&a ", "*a", "!!int ", "!x ", "<<: ", "---\n",
    "...\n", "%YAML 1.1\n---\n", "#", " # x", "~", "null", "yes", "NO", "on", "010", "1e3", "10:02", "2026-01-01",
    ".inf", "1_000", "true", "-1", "''", '""', '"\\0"', '"\\ud800"', "*", "all", "theirs.a == 1", "env:X", "sk_live_1",
    "hold.open", "id_in.crm", "*/5 * * * *", "5 decades", "Europe/Nowhere",
)  # fmt: skip
JUNK: Final[tuple[Any, ...]] = (
    "", " ", "x", "all", "*", "self", "theirs", "hold", "a" * 600, "x y", "é😀", "theirs.a == 1", "a and", "has(",
    "status in []", "{account}", "{", 0, -1, 10**17, 1.5, True, None, [], {}, ["x"], ["x", "x"], [[]], {"a": "b"},
    {"at": "a"}, {"from": "x"}, {"to": "status"}, {"cron": "* * * * *"}, {"x": {"y": {"z": []}}},
)  # fmt: skip
_TOKEN: Final = re.compile(r"\s+|[\w.-]+|.", re.DOTALL)


class Mutant(NamedTuple):
    """`base` names the map that it was; `seed` makes it again."""

    seed: int
    kind: str
    base: str
    files: Mapping[str, bytes]
    touched: tuple[str, ...]


def mutant(seed: int) -> Mutant:
    chance = random.Random(seed)
    base = chance.choice(sorted(corpus()))
    files = dict(corpus()[base])
    kind = chance.choice(sorted(KINDS))
    before = dict(files)
    KINDS[kind](files, chance)
    touched = tuple(sorted(name for name in {*before, *files} if before.get(name) != files.get(name)))
    return Mutant(seed, kind, base, files, touched)


def bytes_(files: Files, chance: random.Random) -> None:
    name = chance.choice(sorted(files))
    raw = files[name]
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(raw) + 1), chance.choice((0, 0, 1, 1, 2, 40))
        new = chance.choice((b"", chance.choice(SPLINTERS), chance.randbytes(chance.randint(1, 3)), raw[at : at + 50]))
        raw = raw[:at] + new + raw[at + length :]
    files[name] = raw[: chance.randrange(len(raw))] if raw and chance.random() < 0.05 else raw


def tokens(files: Files, chance: random.Random) -> None:
    name = chance.choice(sorted(files))
    parts = _TOKEN.findall(files[name].decode())
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(parts) or 1)
        change = chance.choice((_drop, _double, _swap, _strange, _moved))
        change(parts, at, chance)
    files[name] = "".join(parts).encode("utf-8", "surrogatepass")


def _drop(parts: list[str], at: int, chance: random.Random) -> None:
    del parts[at : at + chance.choice((1, 1, 2, 8))]


def _double(parts: list[str], at: int, chance: random.Random) -> None:
    parts[at:at] = parts[at : at + chance.choice((1, 2, 20))] * chance.choice((1, 1, 1, 30))


def _swap(parts: list[str], at: int, chance: random.Random) -> None:
    if parts:
        other = chance.randrange(len(parts))
        parts[at], parts[other] = parts[other], parts[at]


def _strange(parts: list[str], at: int, chance: random.Random) -> None:
    parts[at : at + chance.choice((0, 1))] = [chance.choice(MARKS)]


def _moved(parts: list[str], at: int, chance: random.Random) -> None:
    """A line goes somewhere else, or to another depth."""
    lines = "".join(parts).split("\n")
    line = lines.pop(chance.randrange(len(lines)))
    again = chance.choice((line, " " + line, "  " + line, line.lstrip(), line[1:]))
    lines.insert(chance.randrange(len(lines) + 1), again)
    parts[:] = _TOKEN.findall("\n".join(lines))


def data(files: Files, chance: random.Random) -> None:
    for name in chance.sample(sorted(files), chance.choice((1, 1, 2))):
        held = yaml.safe_load(files[name])
        for _ in range(chance.choice((1, 1, 2, 4))):
            paths = _paths(held)[1:]
            if paths:
                _damage(held, paths, chance)
                held = _apart(held)
        flow = chance.choice((None, False, True))
        files[name] = yaml.dump(held, Dumper=_Plain, sort_keys=False, default_flow_style=flow).encode()


class _Plain(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Without anchors: what stands twice is written twice."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _apart(node: Any) -> Any:
    """A copy in which nothing is shared, so that a change changes one place."""
    if isinstance(node, dict):
        return {key: _apart(item) for key, item in node.items()}
    return [_apart(item) for item in node] if isinstance(node, list) else node


def _paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(p for key, child in below for p in _paths(child, (*path, key)))]


def _at(node: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        node = node[step]
    return node


def _damage(held: Any, paths: list[tuple[Any, ...]], chance: random.Random) -> None:
    path, other = chance.choice(paths), chance.choice(paths)
    parent, last = _at(held, path[:-1]), path[-1]
    change = chance.choice(("replace", "remove", "add", "rename", "copy", "wide", "deep", "word"))
    value = parent[last]
    if change == "remove":
        del parent[last]
    elif change == "add" and isinstance(parent, dict):
        parent[chance.choice([str(p[-1]) for p in paths])] = chance.choice(JUNK)
    elif change == "rename" and isinstance(parent, dict):
        renamed = str(last)[:-1] if chance.random() < 0.5 else str(other[-1])
        held_before = dict(parent)
        parent.clear()
        parent.update({(renamed if key == last else key): item for key, item in held_before.items()})
    elif change == "copy":
        parent[last] = _apart(_at(held, other))
    elif change == "wide":
        parent[last] = _wide(value, chance.choice((20, 200, 1500)))
    elif change == "deep":
        for _ in range(chance.choice((3, 40))):
            value = chance.choice(([value], {"a": value}))
        parent[last] = value
    elif change == "word" and isinstance(value, str):
        parent[last] = chance.choice((value.upper(), value + "x", value[:-1], value + " " + value, f"'{value}"))
    else:
        parent[last] = chance.choice(JUNK)


def _wide(value: Any, times: int) -> Any:
    if isinstance(value, list):
        return [*value, *(f"w{number}" for number in range(times))]
    if isinstance(value, dict) and value:
        model = next(reversed(value.values()))
        return {**value, **{f"w{number}": model for number in range(times)}}
    return str(value) * times if isinstance(value, str) else [value] * times


def folder(files: Files, chance: random.Random) -> None:
    """Files are lost, double, renamed, strange, exchanged, or from another map."""
    name, other = chance.choice(sorted(files)), chance.choice(sorted(files))
    stranger = corpus()[chance.choice(sorted(corpus()))]
    change = chance.choice(("lost", "double", "renamed", "strange", "exchanged", "foreign", "empty"))
    if change == "lost":
        del files[name]
    elif change in ("double", "renamed"):
        files[name.removesuffix(".yaml") + chance.choice(("_2.yaml", ".yml", "é.yaml", "-x.yaml"))] = files[name]
        if change == "renamed":
            del files[name]
    elif change == "strange":
        files[chance.choice(("notes.txt", "objects/x", "facts.yaml", "environments/x.yaml"))] = files[name]
    elif change == "exchanged":
        files[name], files[other] = files[other], files[name]
    elif change == "foreign":
        pick = chance.choice(sorted(stranger))
        files[pick] = stranger[pick]
    else:
        files[name] = chance.choice((b"", b"\n", b"# nothing\n", b"{}\n", b"[]\n", b"x\n"))


KINDS: Final[Mapping[str, Callable[[Files, random.Random], None]]] = {
    "bytes": bytes_,
    "tokens": tokens,
    "data": data,
    "folder": folder,
}
