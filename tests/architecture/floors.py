"""The floors of the house, as data, and what breaks them: each break is one sentence with its place.

Everything is read from the syntax tree, so that imports for typing, inside functions and by name (`import_module`, or a
table of module names) count like all others.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

PACKAGE: Final = "syncengine"

FLOORS: Final[tuple[frozenset[str], ...]] = (
    frozenset({"errors", "clock", "canonical", "vocabulary"}),
    frozenset({"model"}),
    frozenset({"spec"}),
    frozenset({"check"}),
    frozenset({"plan"}),
    frozenset({"decide", "store", "connectors", "evidence"}),
    frozenset({"engine"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
"""Bottom to top. What stands on one floor does not know its neighbours."""

LEDGER_WINGS: Final = frozenset({"store", "connectors", "evidence"})
"""They know the nouns (floors 0 and 1), and nothing of specs, findings and plans."""

_PLAIN: Final = frozenset({"collections", "dataclasses", "datetime", "decimal", "enum", "functools", "typing"})
_SHAPING: Final = frozenset({"contextlib", "itertools", "math", "operator", "re", "string", "unicodedata"})

PURE: Final[Mapping[str, frozenset[str]]] = {
    "model": _PLAIN | {"msgspec"},
    "check": _PLAIN | _SHAPING | {"difflib", "zoneinfo", "cronsim"},
    "plan": _PLAIN | _SHAPING | {"zoneinfo", "cronsim"},
    "decide": _PLAIN | _SHAPING,
}
"""All that a pure floor may import besides its own house. Time zones are data; nothing here opens or draws lots."""

PURE_FROM_CLOCK: Final = frozenset({"to_text", "from_text"})
IMPURE_CALLS: Final = frozenset({"open", "print", "input", "eval", "exec", "__import__", "compile"})
NOW: Final = frozenset({"now", "utcnow", "today", "time", "sleep", "monotonic", "perf_counter"})
NOW_OF: Final = frozenset({"datetime", "date", "time", "datetime.datetime", "datetime.date"})

THIRD_PARTY: Final[Mapping[str, tuple[str, ...]]] = {
    "yaml": ("spec",),
    "pydantic": ("spec",),
    "pydantic_core": ("spec",),
    "sqlalchemy": ("store", "connectors.sql"),
    "alembic": ("store",),
    "psycopg": ("store",),
    "httpx": ("connectors",),
    "tenacity": ("connectors",),
    "msgspec": ("canonical", "model"),
    "cronsim": ("spec", "check", "plan", "engine"),
    "click": ("cli",),
}
"""Where each library may be imported. A library that is not listed may be imported nowhere."""

NAMES_OF_NOTHING: Final = re.compile(r"(utils?|helpers?|commons?|managers?|services?|misc)$")
LONGEST_FUNCTION: Final = 60
_MODULE_NAME: Final = re.compile(rf"{PACKAGE}(\.\w+)+$")


@dataclass(frozen=True, slots=True)
class Import:
    """`target` is the whole dotted name of what is imported, as far as it can be a module; `names` what is taken."""

    target: str
    names: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Module:
    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @property
    def home(self) -> str:
        """The package or module right below the root: "cli" for syncengine.cli.main."""
        return self.name.split(".")[1] if "." in self.name else ""

    def is_in(self, place: str) -> bool:
        return f"{self.name}.".startswith(f"{PACKAGE}.{place}.")


@dataclass(frozen=True)
class House:
    """Every module below one folder."""

    root: Path

    @cached_property
    def modules(self) -> dict[str, Module]:
        found: dict[str, Module] = {}
        for path in sorted(self.root.rglob("*.py")):
            parts = path.relative_to(self.root.parent).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = Module(name, path)
        return found

    def imports(self, module: Module) -> Iterator[Import]:
        by_name = any("import_module" in ast.dump(n) for n in ast.walk(module.tree) if isinstance(n, ast.ImportFrom))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                yield from (Import(alias.name, (), node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from self._from(module, node)
            elif by_name and isinstance(node, ast.Constant) and _MODULE_NAME.match(str(node.value)):
                yield Import(str(node.value), (), node.lineno)

    def _from(self, module: Module, node: ast.ImportFrom) -> Iterator[Import]:
        base = node.module or ""
        if node.level:
            is_package = module.path.name == "__init__.py"
            parts = module.name.split(".")
            above = ".".join(parts[: len(parts) - node.level + is_package])
            base = f"{above}.{base}".rstrip(".")
        submodules = [alias.name for alias in node.names if f"{base}.{alias.name}" in self.modules]
        names = tuple(alias.name for alias in node.names if alias.name not in submodules)
        yield from (Import(f"{base}.{name}", (), node.lineno) for name in submodules)
        if names:
            yield Import(base, names, node.lineno)


def breaks(root: Path) -> list[str]:
    """Every break in the package below `root`, in the order of its files."""
    house = House(root)
    found: list[str] = []
    for module in house.modules.values():
        found += _names(module)
        found += _directions(house, module)
        found += _libraries(house, module)
        found += _purity(house, module)
        found += _world(module)
        found += _permits(module)
        found += _long_functions(module)
    return found + _cycles(house)


def _floor(home: str) -> int | None:
    return next((n for n, names in enumerate(FLOORS) if home in names), None)


def _at(module: Module, line: int) -> str:
    return f"{module.name}:{line}"


def _names(module: Module) -> Iterator[str]:
    if module.name == PACKAGE:
        return
    if _floor(module.home) is None:
        yield f"{module.name}: {module.home} stands on no floor"
    if any(NAMES_OF_NOTHING.search(part) for part in module.name.split(".")):
        yield f"{module.name}: a file is named after the one noun or verb it holds"


def _directions(house: House, module: Module) -> Iterator[str]:
    here = _floor(module.home)
    for found in house.imports(module):
        if not f"{found.target}.".startswith(f"{PACKAGE}."):
            continue
        home = found.target.split(".")[1] if "." in found.target else ""
        there = _floor(home)
        if home in ("", module.home):
            continue
        if here is None or there is None or there >= here:
            yield f"{_at(module, found.line)}: {module.home or PACKAGE} may not import {found.target}"
        elif module.home in LEDGER_WINGS and there > 1:
            yield f"{_at(module, found.line)}: {module.home} knows nothing of {home}"


def _libraries(house: House, module: Module) -> Iterator[str]:
    for found in house.imports(module):
        top = found.target.split(".")[0]
        if top == PACKAGE or top in sys.stdlib_module_names:
            continue
        if not any(module.is_in(place) for place in THIRD_PARTY.get(top, ())):
            yield f"{_at(module, found.line)}: {top} may not be imported here"


def _purity(house: House, module: Module) -> Iterator[str]:
    if module.home not in PURE:
        return
    for found in house.imports(module):
        top = found.target.split(".")[0]
        if top != PACKAGE and top not in PURE[module.home]:
            yield f"{_at(module, found.line)}: {module.home} is pure and may not import {found.target}"
        if found.target == f"{PACKAGE}.clock" and not (found.names and PURE_FROM_CLOCK.issuperset(found.names)):
            yield f"{_at(module, found.line)}: {module.home} is pure and has no clock"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            yield f"{_at(module, node.lineno)}: {module.home} is pure and may not call {node.func.id}"


def _world(module: Module) -> Iterator[str]:
    """Time reaches everything but the clock as an argument."""
    if module.home == "clock":
        return
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Attribute) and node.attr in NOW):
            continue
        if ast.unparse(node.value) in NOW_OF:
            yield f"{_at(module, node.lineno)}: only the clock may ask for {ast.unparse(node)}"


def _permits(module: Module) -> Iterator[str]:
    if module.is_in("store"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rsplit(".", 1)[-1] == "Permit":
            yield f"{_at(module, node.lineno)}: only the store makes a Permit"
        if isinstance(node, ast.alias) and node.name == "Permit" and node.asname not in (None, "Permit"):
            yield f"{_at(module, node.lineno)}: a Permit goes by its own name"


def _long_functions(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{_at(module, node.lineno)}: {node.name} has {lines} lines; {LONGEST_FUNCTION} are the most"


def _cycles(house: House) -> list[str]:
    """Modules that can be reached from themselves."""
    graph = {
        name: {i.target for i in house.imports(module) if i.target in house.modules} - {name}
        for name, module in house.modules.items()
    }
    reach = {name: _reachable(graph, name) for name in graph}
    knots = {name: ", ".join(_knot(reach, name)) for name in graph if name in reach[name]}
    return [f"{name}: imports itself by way of {others}" for name, others in knots.items()]


def _reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += graph[name]
    return seen


def _knot(reach: Mapping[str, set[str]], name: str) -> list[str]:
    return sorted(other for other in reach[name] if other != name and name in reach[other])
