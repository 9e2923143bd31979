"""startup: `syncengine --help` over a hello-world of click, each as a process of its own."""

import statistics
import subprocess
import sys
import time

HELLO = "import click\n@click.command()\ndef hello(): click.echo('hello')\nhello()"
GOAL = "at most 2.0"


def measure(scale: str) -> dict[str, object]:
    runs = []
    for _ in range(5 if scale == "small" else 15):
        ours = _seconds([sys.executable, "-m", "syncengine", "--help"])
        theirs = _seconds([sys.executable, "-c", HELLO])
        runs.append({"ours_ms": round(ours * 1000, 1), "click_ms": round(theirs * 1000, 1), "ratio": ours / theirs})
    ratio = statistics.median(r["ratio"] for r in runs)
    raw = {key: statistics.median(r[key] for r in runs) for key in ("ours_ms", "click_ms")}
    return {"name": "startup", "ratio": round(ratio, 2), "goal": GOAL, "runs": runs, "raw": raw}


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
