"""Something happens to a file in the middle of a run: what the run says, and what stands once it is mended."""

import re
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
    Case(fault="locked", file="crm", words=r"away +crm: the database \S+crm.db: database is locked"),
]
POINTS = ("intake.committed", "decide.committed", "intent.ready", "intent.committed", "settle.committed")


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
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
