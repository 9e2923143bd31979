"""Every rule's own examples are run, and its page is complete."""

import re
from pathlib import Path

import pytest

import syncengine
from syncengine.check.pages import PAGES, REFUSALS
from syncengine.check.register import RULES
from syncengine.check.rule import Page
from tests.check.laid_over import judged, laid_over

CANNOT_BE_SHOWN = {
    "yaml/too-large",
    "yaml/not-utf-8",
    "map/missing-folder",
    "map/unreadable",
    "map/too-large",
    "environment/unknown",
}
"""What no text can be an example of: bytes, sizes, folders and commands."""

OF_COMMANDS = (
    "usage/", "explain/", "init/", "fmt/", "trace/", "ledger/", "state/", "production-refused", "application/json",
    "audit/", "dlq/", "erase/", "phase/",
)  # fmt: skip
"""Ids of what commands refuse; they are no mistakes of a map."""

ID = re.compile(r'"([a-z]+(?:-[a-z]+)*/[a-z0-9]+(?:-[a-z0-9]+)*)"')
BY_ID = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
SHOWN = pytest.mark.parametrize("page", [p for p in PAGES.values() if p.ID not in CANNOT_BE_SHOWN], ids=lambda p: p.ID)


@SHOWN
def test_the_passing_example_has_no_finding_at_all(page: Page, tmp_path: Path) -> None:
    assert judged(tmp_path, laid_over(page.PASSES)) == []


@SHOWN
def test_the_failing_example_is_found_by_its_rule_with_a_place_and_a_remedy(page: Page, tmp_path: Path) -> None:
    findings = judged(tmp_path, laid_over(page.FAILS))
    assert {finding.rule for finding in findings} == {page.ID}
    for finding in findings:
        assert finding.severity is page.SEVERITY
        assert finding.remedy
        if finding.rule not in {"map/missing-file", "map/unknown-file", "yaml/empty-file"}:
            assert finding.place.line > 0
            assert finding.place.column > 0


@BY_ID
def test_the_page_says_what_why_and_what_to_do(page: Page) -> None:
    text = page.__doc__ or ""
    assert re.search(r"^Why: ", text, re.MULTILINE)
    assert re.search(r"^Remedy: ", text, re.MULTILINE)
    assert ID.fullmatch(f'"{page.ID}"')
    assert bool(page.PASSES) == bool(page.FAILS) == (page.ID not in CANNOT_BE_SHOWN)


@pytest.mark.parametrize(("folder", "pages"), [("rules", RULES), ("refusals", REFUSALS)])
def test_every_file_is_registered_once(folder: str, pages: tuple[Page, ...]) -> None:
    home = Path(syncengine.__file__).parent / "check" / folder
    files = {path.stem for path in home.glob("*.py")} - {"__init__"}
    assert {page.__name__.rpartition(".")[2] for page in pages} == files  # type: ignore[attr-defined]


def test_every_id_that_a_finding_can_have_has_a_page() -> None:
    home = Path(syncengine.__file__).parent
    said = {found for path in home.rglob("*.py") for found in ID.findall(path.read_text(encoding="utf-8"))}
    assert {name for name in said if not any(part in name for part in OF_COMMANDS)} == set(PAGES)
    assert len(PAGES) == len(RULES) + len(REFUSALS)
