"""Every rule's own examples are run, and its page is complete."""

import re
from pathlib import Path

import pytest

from syncengine.check.register import RULES
from syncengine.check.rule import Rule
from tests.check.laid_over import judged, laid_over

BY_ID = pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.ID))


@BY_ID
def test_the_passing_example_has_no_finding_at_all(rule: Rule, tmp_path: Path) -> None:
    assert judged(tmp_path, laid_over(rule.PASSES)) == []


@BY_ID
def test_the_failing_example_is_found_by_its_rule_with_a_place_and_a_remedy(rule: Rule, tmp_path: Path) -> None:
    findings = judged(tmp_path, laid_over(rule.FAILS))
    assert {finding.rule for finding in findings} == {rule.ID}
    for finding in findings:
        assert finding.severity is rule.SEVERITY
        assert finding.remedy
        assert finding.place.line > 0
        assert finding.place.column > 0


@BY_ID
def test_the_page_says_what_why_and_what_to_do(rule: Rule) -> None:
    page = rule.__doc__ or ""
    assert re.search(r"^Why: ", page, re.MULTILINE)
    assert re.search(r"^Remedy: ", page, re.MULTILINE)
    assert re.fullmatch(r"[a-z]+/[a-z-]+", rule.ID)


def test_every_rule_file_is_registered_once() -> None:
    folder = Path(str(__import__("syncengine.check.rules", fromlist=["x"]).__path__[0]))
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert {rule.__name__.rpartition(".")[2] for rule in RULES} == files  # type: ignore[attr-defined]
    assert len({rule.ID for rule in RULES}) == len(RULES)
