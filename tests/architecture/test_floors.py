"""The house stands as it was drawn; and the drawing is enforced: each planted break is found."""

from pathlib import Path

import pytest

import syncengine
from tests.architecture.floors import House, breaks

ROOT = Path(syncengine.__file__).parent


def test_every_module_keeps_to_its_floor() -> None:
    assert breaks(ROOT) == []


def test_every_module_was_looked_at() -> None:
    files = {path.relative_to(ROOT.parent) for path in ROOT.rglob("*.py")}
    assert len(House(ROOT).modules) == len(files) > 30


def plant(tmp_path: Path, **files: str) -> list[str]:
    """The breaks in a small house; "cli__main" is the file syncengine/cli/main.py."""
    root = tmp_path / "syncengine"
    for name in ("__init__", *files):
        path = root / (name.replace("__", "/") if not name.startswith("__") else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".py").write_text(files.get(name, ""), encoding="utf-8")
    return breaks(root)


def test_a_sound_house_has_no_breaks(tmp_path: Path) -> None:
    assert not plant(
        tmp_path,
        errors="import dataclasses\n",
        model__event="from syncengine.errors import Place\nfrom syncengine.clock import to_text\n",
        clock="import time\nfrom datetime import UTC, datetime\nmoment = datetime.now(UTC)\n",
        store__sql="import sqlalchemy\nfrom syncengine.model.permit import Permit\npermit = Permit(1)\n",
        model__permit="class Permit: ...\n",
        connectors__sql__write="import sqlalchemy\n",
        cli__main="from syncengine import errors\nfrom syncengine.store import sql\nimport click\n",
        __main__="from syncengine.cli import main\n",
    )


BROKEN = {
    "an import that goes up": (
        {"model__event": "from syncengine.engine.run import go\n", "engine__run": ""},
        "model may not import syncengine.engine.run",
    ),
    "an import that goes up for typing only": (
        {
            "plan__plan": "import typing\nif typing.TYPE_CHECKING:\n    from syncengine.decide import judge\n",
            "decide__judge": "",
        },
        "plan may not import syncengine.decide.judge",
    ),
    "an import that goes up inside a function": (
        {"spec__parse": "def f():\n    import syncengine.check.rule\n", "check__rule": ""},
        "spec may not import syncengine.check.rule",
    ),
    "an import that goes up by a name in a table": (
        {
            "store__open": "from importlib import import_module\nTABLE = {'x': 'syncengine.engine.run'}\n",
            "engine__run": "",
        },
        "store may not import syncengine.engine.run",
    ),
    "an import that goes up by a relative name": (
        {"model__event": "from ..engine import run\n", "engine__run": ""},
        "model may not import syncengine.engine.run",
    ),
    "a wing that knows another wing": (
        {"store__sql": "from syncengine.evidence.mask import mask\n", "evidence__mask": ""},
        "store may not import syncengine.evidence.mask",
    ),
    "decide that knows the store": (
        {"decide__judge": "import syncengine.store.sql\n", "store__sql": ""},
        "decide may not import syncengine.store.sql",
    ),
    "a wing of the ledger that knows the plan": (
        {"evidence__trace": "from syncengine.plan.plan import Plan\n", "plan__plan": ""},
        "evidence knows nothing of plan",
    ),
    "ground-floor modules that know each other": (
        {"errors": "import syncengine.clock\n", "clock": ""},
        "errors may not import syncengine.clock",
    ),
    "a package that is on no floor": ({"reports__daily": ""}, "reports stands on no floor"),
    "a pure floor that opens a file": ({"check__rule": "text = open('x')\n"}, "check is pure and may not call open"),
    "a pure floor that imports the operating system": ({"model__event": "import os\n"}, "may not import os"),
    "a pure floor that draws lots": ({"decide__key": "from random import random\n"}, "may not import random"),
    "a pure floor that logs": ({"plan__plan": "import logging\n"}, "may not import logging"),
    "a pure floor with a clock": (
        {"decide__judge": "from syncengine.clock import SystemClock\n", "clock": ""},
        "decide is pure and has no clock",
    ),
    "a pure floor that asks for the time": (
        {"decide__judge": "from datetime import datetime\nx = datetime.now()\n"},
        "only the clock may ask for datetime.now",
    ),
    "an engine that asks for the time": (
        {"engine__run": "import time\ntime.sleep(1)\n"},
        "only the clock may ask for time.sleep",
    ),
    "pydantic outside spec": ({"model__event": "import pydantic\n"}, "pydantic may not be imported here"),
    "sqlalchemy outside store and connectors.sql": (
        {"connectors__stripe__read": "from sqlalchemy import text\n"},
        "sqlalchemy may not be imported here",
    ),
    "httpx outside connectors": ({"engine__run": "import httpx\n"}, "httpx may not be imported here"),
    "a library that nobody listed": ({"cli__main": "import requests\n"}, "requests may not be imported here"),
    "a permit made outside the store": (
        {"engine__deliver": "from syncengine.model import permit\np = permit.Permit(1)\n", "model__permit": ""},
        "only the store makes a Permit",
    ),
    "a permit under another name": (
        {"engine__deliver": "from syncengine.model.permit import Permit as P\n", "model__permit": ""},
        "a Permit goes by its own name",
    ),
    "two modules that import each other": (
        {"spec__a": "import syncengine.spec.b\n", "spec__b": "def f():\n    from syncengine.spec import a\n"},
        "syncengine.spec.a: imports itself by way of syncengine.spec.b",
    ),
    "a file named after nothing": ({"engine__run_utils": ""}, "named after the one noun or verb"),
    "a package named after nothing": ({"engine__helpers__go": ""}, "named after"),
    "a function that is too long": ({"engine__run": "def f():\n" + "    x = 1\n" * 60}, "f has 61 lines"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_planted_break_is_found(name: str, tmp_path: Path) -> None:
    files, sentence = BROKEN[name]
    found = plant(tmp_path, **files)
    assert any(sentence in line for line in found), found


def test_a_break_is_told_with_its_line(tmp_path: Path) -> None:
    assert plant(tmp_path, engine__run="\n\nimport httpx\n") == [
        "syncengine.engine.run:3: httpx may not be imported here"
    ]
