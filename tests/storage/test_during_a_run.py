"""Something happens to a file in the middle of a run: what the run says, and what stands once it is mended.

FAULTS=5 pytest tests/storage tries every moment of the list, instead of one for each fault.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.storage.conftest import Undisturbed
from tests.storage.rig import Company

TEMPORARY = 75

MOVED = r"the ledger .* was moved away, deleted or replaced while it was in use"


@dataclass(frozen=True, kw_only=True)
class Case:
    """`words`: what must be said."""

    fault: str
    file: str
    words: str

    @property
    def name(self) -> str:
        return f"{self.file}-{self.fault}"


CASES = [
    Case(fault="moved", file="ledger", words=MOVED),
    Case(fault="deleted", file="ledger", words=MOVED),
    Case(fault="emptied", file="ledger", words=MOVED),
    Case(fault="copied", file="ledger", words=MOVED),
    Case(fault="moved", file="state", words=MOVED),
    Case(fault="limited", file="ledger", words=r"reading or writing .*state.db failed: disk I/O error"),
    Case(fault="locked", file="ledger", words=r"another process is writing to .*state.db"),
    Case(fault="moved", file="crm", words=r"away +crm: the database \S+crm.db is not there"),
    Case(fault="moved", file="erp", words=r"away +erp: the database \S+erp.db is not there"),
    Case(fault="deleted", file="crm", words=r"away +crm: the database \S+crm.db is not there"),
    Case(fault="emptied", file="crm", words=r"away +crm: the database \S+crm.db was replaced by another file"),
    Case(fault="copied", file="erp", words=r"away +erp: the database \S+erp.db was replaced by another file"),
    Case(fault="locked", file="crm", words=r"away +crm: .*the database \S+crm.db: database is locked"),
]
POINTS = {
    "ledger": ("intake.committed", "decide.committed", "intent.ready", "intent.committed", "settle.committed"),
    "targets": ("intent.ready", "intent.committed", "settle.committed"),
}
"""Moments, the targets' once they have been looked at."""

MOMENTS = int(os.environ.get("FAULTS", "1"))


def moments() -> Iterator[tuple[Case, str]]:
    """Each fault at another moment than the one before it."""
    for number, case in enumerate(CASES):
        points = POINTS["ledger" if case.file in ("ledger", "state") else "targets"]
        for turn in range(min(MOMENTS, len(points))):
            yield case, points[(number + turn) % len(points)]


@pytest.mark.parametrize(("case", "point"), list(moments()), ids=lambda it: it if isinstance(it, str) else it.name)
def test_a_run_says_what_happened_and_the_next_one_catches_up(
    case: Case, point: str, company: Company, undisturbed: Undisturbed
) -> None:
    ended = company.struck(point, 1, case.fault, case.file)
    assert ended.code == TEMPORARY, ended.said
    assert re.search(case.words, ended.said), ended.said
    company.mend(case.fault, case.file)
    again = company.run()
    assert again.code == 0, again.said
    assert company.holds() == undisturbed.end
    assert company.wrong() == []
