"""Companies that nobody has seen before, and whatever goes wrong on the way: SEEDS=100 pytest tests/quickstart -k seeds

FIRST_SEED=N begins with another seed. Each is tried on a ledger of either kind: `-k "seeds and sqlite"` leaves one out.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.quickstart import faults, oracle
from tests.quickstart.conftest import Ledgers
from tests.quickstart.dump import differences, links
from tests.quickstart.hands import Hands
from tests.quickstart.workspace import Workspace, make

SEEDS = int(os.environ.get("SEEDS", "2"))
FIRST = int(os.environ.get("FIRST_SEED", "9000"))
TRIES = 6
AWAY, OPEN = 75, 5


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_seeds_of_other_companies_and_faults_end_as_the_calculation_says(
    seed: int, tmp_path: Path, ledgers: Ledgers
) -> None:
    random = Random(seed)
    truth = make(tmp_path / "company", seed=seed, customers=random.randrange(4, 15))
    it = Workspace(tmp_path / "it", tmp_path / "company", ledgers())
    hands = Hands(it, truth, random)
    assert faults.several_in_one_second(it.captured)
    unreadable = False
    for number, part in enumerate(faults.history(it.captured, random)):
        names = [f"part-{number}-{n}.jsonl" for n in range(len(part.files))]
        for name, text in zip(names, part.files, strict=True):
            (it.folder / "inbox" / name).write_text(text, "utf-8")
        with kept_from_us(it, part):
            done = it.run()
        expected = {AWAY} if part.away or part.locked else {0, OPEN} if part.unreadable or unreadable else {0}
        assert done.exit in expected, done.errors
        with (it.folder / "inbox" / names[-1]).open("a", encoding="utf-8") as growing:
            growing.write(part.rest)
        unreadable = part.unreadable
        hands.edit()
    it.deliver(hands.news(), "news")
    settle(it)
    assert wrong(it, truth, hands) == []
    verified = it.syncengine("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@contextmanager
def kept_from_us(it: Workspace, part: faults.Part) -> Iterator[None]:
    hidden = [it.database(system).rename(it.folder / f"{system}.away") for system in part.away]
    try:
        if not part.locked:
            yield
            return
        with closing(sqlite3.connect(it.database(part.locked), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
    finally:
        for path in hidden:
            path.rename(path.with_suffix(".db"))


def settle(it: Workspace) -> None:
    """Run again and again, as cron does, until nothing is left to do. Lines that nobody can read are told once."""
    allowed = {0, OPEN, AWAY}
    for _ in range(TRIES):
        done = it.run()
        assert done.exit in allowed, done.errors
        allowed = {0, AWAY}
        if done.exit == 0 and not done.answer["has_changes"]:
            return
    raise AssertionError(f"it changes something in every one of {TRIES} runs: {done.answer}")


def wrong(it: Workspace, truth: oracle.Truth, hands: Hands) -> list[str]:
    """Where the CRM, the ERP and the ledger's links are not what is true."""
    rows = differences({**it.holds("crm"), **it.holds("erp")}, hands.expected())
    linked, named = links(it.folder, it.state), oracle.links(truth)
    return rows + [f"links of {flow}" for flow in linked.keys() | named.keys() if linked.get(flow) != named.get(flow)]
