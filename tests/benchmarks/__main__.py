"""python -m tests.benchmarks NAME [--scale small|full] [--format text|json]"""

import argparse
import json
import os
import platform
import sqlite3
import sys
from collections.abc import Callable
from importlib import import_module

NAMES = ("pipeline", "growth", "memory", "startup", "validate", "workers")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Benchmarks, as ratios.")
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"{', '.join(NAMES)}; all of them when none is named")
    parser.add_argument("--scale", choices=["small", "full"], default="small")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    asked = parser.parse_args()
    for name in asked.names:
        if name not in NAMES:
            parser.error(f"no benchmark is called {name!r}; there are: {', '.join(NAMES)}")
    for name in asked.names or NAMES:
        measure: Callable[[str], dict[str, object]] = import_module(f"tests.benchmarks.{name}").measure
        result = {**measure(asked.scale), "machine": machine()}
        print(json.dumps(result) if asked.format == "json" else text(result), flush=True)
    return 0


def machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.machine()}",
    }


def text(result: dict[str, object]) -> str:
    lines = [f"{result['name']}: {result['ratio']} (goal {result['goal']})"]
    raw = result["raw"]
    assert isinstance(raw, dict)
    lines += [f"  {name}: {value}" for name, value in raw.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
