"""Something happened to a file before a run: what the run says, and that the next one catches up once it is mended."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.storage.conftest import Undisturbed
from tests.storage.machine import bound_by_rights, need_immutable_files, small_disk
from tests.storage.rig import Company

OPEN, TEMPORARY, USAGE = 5, 75, 64


@dataclass(frozen=True, kw_only=True)
class Case:
    """`words`: what must be said; `code`: the exit code."""

    fault: str
    file: str
    words: str
    code: int = TEMPORARY

    @property
    def name(self) -> str:
        return f"{self.file}-{self.fault}"


CASES = [
    Case(fault="moved", file="ledger", words=r"the ledger .* is not there any more.*\n  next: put it back"),
    Case(fault="emptied", file="ledger", words=r"the ledger .* is not there any more"),
    Case(fault="overwritten", file="ledger", words=r"state.db is not an SQLite database", code=USAGE),
    Case(fault="damaged", file="ledger", words=r"state.db is damaged.*\n  next: restore it from a backup", code=USAGE),
    Case(fault="locked", file="ledger", words=r"another process is writing to .*state.db"),
    Case(fault="protected", file="ledger", words=r"state.db cannot be written\n  next: make it"),
    Case(fault="forbidden", file="ledger", words=r"state.db cannot be opened"),
    Case(fault="forbidden", file="state", words=r"state.db\S* cannot be \w+.*\n  next: \w+"),
    Case(fault="frozen", file="ledger", words=r"state.db cannot be written\n  next: make it"),
    Case(fault="moved", file="crm", words=r"away +crm: the database \S+crm.db is not there"),
    Case(fault="emptied", file="crm", words=r"fault +crm: the database has no table '\w+'\n +next: \w+", code=OPEN),
    Case(fault="overwritten", file="crm", words=r"away +crm: the database \S+crm.db: file is not a database"),
    Case(fault="damaged", file="crm", words=r"away +crm: .*database \S+crm.db: .*malformed"),
    Case(fault="locked", file="erp", words=r"away +erp: .*the database \S+erp.db: database is locked"),
    Case(fault="protected", file="erp", words=r"away +erp: .*the database \S+erp.db: attempt to write a readonly"),
    Case(fault="forbidden", file="crm", words=r"away +crm: the database \S+crm.db: unable to open database file"),
    Case(fault="frozen", file="erp", words=r"away +erp: .*the database \S+erp.db: attempt to write a readonly"),
]


@pytest.fixture(scope="module")
def half(undisturbed: Undisturbed, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company after a run that left some of its deliveries out; they are there now."""
    folder = tmp_path_factory.mktemp("half")
    it = undisturbed.fresh.copy(folder / "company")
    for name in ("1", "2"):
        (it.folder / "inbox" / f"{name}.jsonl").rename(folder / name)
    assert it.run().code == 0
    for name in ("1", "2"):
        (folder / name).rename(it.folder / "inbox" / f"{name}.jsonl")
    return it


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_run_says_what_is_wrong_and_the_next_one_catches_up(
    case: Case, half: Company, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    company = half.copy(tmp_path / "company")
    if case.fault == "frozen":
        need_immutable_files(tmp_path)
    within = bound_by_rights() if case.fault in ("protected", "forbidden") else ()
    company.strike(case.fault, case.file)
    try:
        ended = company.run(within=within)
    finally:
        company.mend(case.fault, case.file)
    assert ended.code == case.code, ended.said
    assert re.search(case.words, ended.said), ended.said
    _catches_up(company, undisturbed)


@pytest.mark.parametrize("point", ["intake.committed", "intent.committed"])
def test_a_ledger_on_a_full_disk_keeps_what_it_acknowledged(
    point: str, half: Company, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    """The journal is written first: it is what finds the disk full."""
    company = half.copy(tmp_path / "company")
    with small_disk(tmp_path / "disk", "8m") as disk:
        shutil.move(company.state.parent, disk / "state")
        company.state.parent.symlink_to(disk / "state")
        ended = company.struck(point, 1, "full", "ledger")
        assert ended.code == TEMPORARY, ended.said
        assert "state.db is full\n  next: make room and run again; what was committed is safe" in ended.said
        again = company.run()
        assert again.code == TEMPORARY, again.said
        company.mend("full", "ledger")
        _catches_up(company, undisturbed)


@pytest.mark.parametrize("point", ["share.taken", "intent.committed"])
def test_a_target_on_a_full_disk_is_away_and_the_others_go_on(
    point: str, half: Company, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    company = half.copy(tmp_path / "company")
    with small_disk(tmp_path / "disk", "4m") as disk:
        shutil.move(company.file("crm"), disk / "crm.db")
        company.file("crm").symlink_to(disk / "crm.db")
        ended = company.struck(point, 1, "full", "crm")
        assert ended.code == TEMPORARY, ended.said
        assert re.search(r"away +crm: .*the database \S+crm.db: database or disk is full", ended.said), ended.said
        company.mend("full", "crm")
        _catches_up(company, undisturbed)


def _catches_up(company: Company, undisturbed: Undisturbed) -> None:
    again = company.run()
    assert again.code == 0, again.said
    assert company.holds() == undisturbed.end
    assert company.wrong() == []


def test_a_ledger_that_is_lost_for_good_is_begun_anew_only_when_it_is_said(
    half: Company, undisturbed: Undisturbed
) -> None:
    company = half
    company.state.unlink()
    for command in ((), ("audit", "verify"), ("trace", "in_1")):
        ended = company.run(*command)
        assert ended.code == TEMPORARY, ended.said
        assert "is not there any more" in ended.said
    assert not company.state.exists()
    company.state.with_name("state.db.lock").unlink()
    again = company.run()
    assert again.code == 0, again.said
    assert company.holds() == undisturbed.end
