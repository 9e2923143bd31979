"""What a command prints: one JSON object or its text, whoever listens."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncengine.cli.exits import Exit, answer, say, to_json


def test_an_answer_is_one_object_with_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer({"findings": []}, Exit.FINDINGS, has_changes=True) is Exit.FINDINGS
    assert json.loads(capsys.readouterr().out) == {
        "schema_version": 1,
        "exit": 1,
        "has_changes": True,
        "findings": [],
    }


def test_a_text_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert say("done", Exit.OPEN) is Exit.OPEN
    assert capsys.readouterr().out == "done\n"


def test_decimals_times_and_paths_are_text() -> None:
    document = {"rate": Decimal("1.50"), "at": datetime(2026, 1, 31, 9, 30, tzinfo=UTC), "file": Path("a/b")}
    assert json.loads(to_json(document)) == {"rate": "1.5", "at": "2026-01-31T09:30:00Z", "file": "a/b"}


def test_what_has_no_json_is_a_bug() -> None:
    with pytest.raises(TypeError, match="no JSON for object"):
        to_json({"x": object()})


@example(document={"": "\x7f"})
@given(st.dictionaries(st.text(), st.text()))
def test_json_means_the_same_and_never_acts_on_a_terminal(document: dict[str, str]) -> None:
    text = to_json(document)
    assert json.loads(text) == document
    assert text.replace("\n", "").isprintable()
