"""Findings as text and as JSON."""

from syncengine.check.report import as_json, as_text, worst_severity
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
