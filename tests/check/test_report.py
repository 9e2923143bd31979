"""Findings as text and as JSON."""

from dataclasses import replace

from syncengine.check.report import as_github, as_json, as_text, worst_severity
from syncengine.errors import Place
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity


def finding(
    *, line: int = 2, column: int = 4, severity: Severity = Severity.ERROR, message: str = "it is wrong"
) -> Finding:
    return Finding(
        rule="some/rule",
        severity=severity,
        message=message,
        remedy="Correct it.",
        place=Place("map/a.yaml", line, column),
        path="a.b",
    )


def test_a_finding_is_shown_with_its_line_and_a_caret() -> None:
    assert as_text([finding()], 87.5, {"map/a.yaml": ["a:", "  b: c"]}) == (
        "map/a.yaml:2:4: error: it is wrong [some/rule]\n"
        "  2 |   b: c\n"
        "    |    ^\n"
        "  Correct it.\n"
        "\n"
        "1 error; 87.5% of the fields have an owner and a rule"
    )


def test_a_file_that_may_not_be_shown_is_not() -> None:
    assert as_text([finding()]) == ("map/a.yaml:2:4: error: it is wrong [some/rule]\n  Correct it.\n\n1 error")


def test_a_place_without_a_line_has_no_excerpt() -> None:
    shown = as_text([finding(line=0, column=0)], None, {"map/a.yaml": ["a: b"]})
    assert shown.startswith("map/a.yaml: error: it is wrong [some/rule]\n  Correct it.")


def test_a_long_line_is_cut_around_the_caret() -> None:
    line = "x" * 300 + "HERE" + "y" * 300
    shown = as_text([finding(line=1, column=301)], None, {"map/a.yaml": [line]}).splitlines()
    assert len(shown[1]) < 200
    assert shown[1][shown[2].index("^") :].startswith("HERE")


def test_what_would_act_on_a_terminal_is_not_shown() -> None:
    shown = as_text([finding(message="a\x1b[31mb")], None, {"map/a.yaml": ["", "\tb\u202ec"]})
    assert "a?[31mb" in shown
    assert "  2 |  b?c" in shown
    assert "\x1b" not in shown


def test_nothing_found_is_said() -> None:
    assert as_text([], 100.0) == "no findings; 100% of the fields have an owner and a rule"


def test_counts_are_by_severity() -> None:
    found = [finding(), finding(), finding(severity=Severity.WARNING), finding(severity=Severity.INFO)]
    assert as_text(found).splitlines()[-1] == "2 errors, 1 warning, 1 info"
    assert worst_severity(found) is Severity.ERROR
    assert worst_severity(found[2:]) is Severity.WARNING
    assert worst_severity([]) is None


def test_json_has_everything_a_program_needs() -> None:
    assert as_json([finding()], 50.0) == {
        "findings": [
            {
                "rule": "some/rule",
                "severity": "error",
                "message": "it is wrong",
                "remedy": "Correct it.",
                "file": "map/a.yaml",
                "line": 2,
                "column": 4,
                "path": "a.b",
            }
        ],
        "coverage": 50.0,
        "worst_severity": "error",
    }
    assert as_json([])["worst_severity"] is None


def test_what_is_meant_is_underlined_as_far_as_it_is_known_and_shown() -> None:
    def under(width: int, text: str, column: int) -> str:
        place = Place("map/a.yaml", 1, column, width)
        shown = as_text([replace(finding(), place=place)], None, {"map/a.yaml": [text]}).splitlines()
        return shown[2].removeprefix("    | ")

    assert under(0, "kind: financal", 7) == " " * 6 + "^"
    assert under(8, "kind: financal", 7) == " " * 6 + "^" * 8
    assert under(400, "truth: " + "x" * 400, 8).count("^") == 160 - 7


def test_an_annotation_has_its_level_place_and_title() -> None:
    place = Place("map/a.yaml", 2, 4, 3)
    found = [
        replace(finding(), place=place),
        finding(severity=Severity.WARNING, line=3, column=1),
        finding(severity=Severity.INFO, line=0, column=0),
    ]
    assert as_github(found, 87.5).splitlines() == [
        "::error file=map/a.yaml,line=2,col=4,title=some/rule,endColumn=6::it is wrong%0ACorrect it.",
        "::warning file=map/a.yaml,line=3,col=1,title=some/rule::it is wrong%0ACorrect it.",
        "::notice file=map/a.yaml,title=some/rule::it is wrong%0ACorrect it.",
        "1 error, 1 warning, 1 info; 87.5% of the fields have an owner and a rule",
    ]


def test_an_annotation_can_neither_end_early_nor_begin_another() -> None:
    place = Place("maps, old:new/100%.yaml", 1, 1)
    shown = as_github([replace(finding(message="50%\n::error::x\r\x1b[31m"), place=place)])
    first, _ = shown.splitlines()
    assert first == (
        "::error file=maps%2C old%3Anew/100%25.yaml,line=1,col=1,title=some/rule"
        "::50%25%0A::error::x%0D?[31m%0ACorrect it."
    )


def test_nothing_found_is_said_to_github_too() -> None:
    assert as_github([], 100.0) == "no findings; 100% of the fields have an owner and a rule"
