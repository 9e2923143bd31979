"""Bad maps: each has exactly the finding that its file says, where it says so; its good twin has none at all."""

from pathlib import Path

import pytest

from syncengine.check.pages import PAGES
from syncengine.check.run import check_map
from syncengine.cli.validate import judge
from syncengine.connectors.register import descriptions
from syncengine.model.finding import Finding
from syncengine.spec.loader import load_map
from tests.specs.bad.case import Case, cases, write

CASES = tuple(cases())
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def judged(folder: Path, case: Case) -> list[Finding]:
    """What `validate` finds; for a case about an environment, what every other command would."""
    if case.environment is None:
        return list(judge(folder / case.folder).findings)
    spec, findings = load_map(folder, case.environment)
    assert spec is not None
    return [*findings, *check_map(spec, descriptions(), None)[1]]


@EACH
def test_a_bad_map_has_its_one_finding_at_its_place(case: Case, tmp_path: Path) -> None:
    findings = judged(write(tmp_path, case.bad), case)
    home, place = tmp_path.as_posix(), case.expected
    found = [
        (f.rule, f.severity, f.place.file.removeprefix(home).lstrip("/"), f.place.line, f.place.column)
        for f in findings
    ]  # fmt: skip
    assert found == [(case.rule, PAGES[case.rule].SEVERITY, place.file, place.line, place.column)], findings
    assert case.says in f"{findings[0].message} {findings[0].remedy}"


@EACH
def test_its_good_twin_has_none(case: Case, tmp_path: Path) -> None:
    twin = write(tmp_path, case.good)
    assert case.bad != case.good or case.folder or case.environment
    assert list(judge(twin).findings) == []


def test_there_is_a_bad_map_for_every_rule() -> None:
    assert {case.rule for case in CASES} == set(PAGES)
    assert len(CASES) >= 60
