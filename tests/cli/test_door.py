"""Every command leaves through one door: the same codes, the same words, no traceback for a mistake."""

import errno
import json
import os
import re
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from syncengine.cli.door import door, wants_json
from syncengine.cli.exits import Exit, worst
from syncengine.cli.main import cli
from syncengine.errors import (
    BusyError,
    NotFoundError,
    PermanentError,
    Place,
    RefusedError,
    SyncengineError,
    TemporaryError,
    UserError,
)
from tests.cli.commands import COMMANDS, INCOMPLETE, WORDS, leaf

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of bugs go to a folder of the test, and no variable of the machine plays a part."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SYNCENGINE_") or name == "NO_COLOR"]:
        monkeypatch.delenv(name)


def raising(error: BaseException) -> click.Command:
    @click.command()
    @click.option("--format", "form")
    @click.option("--state")
    @click.argument("words", nargs=-1)
    def command(**_given: object) -> None:
        raise error

    return command


def returning(code: object) -> click.Command:
    return click.Command("done", callback=lambda: code)


def refused_as_json(out: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(out)
    assert document["schema_version"] == 1
    assert set(document["error"]) >= {"code", "rule", "message", "remedy"}
    return document


# --- every command


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_an_unknown_option_with_64(name: str, capsys: Capture) -> None:
    assert door(cli, [*WORDS[name], "--nonsense"]) == Exit.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert "--nonsense" in err
    assert f"Run `syncengine {name}" in err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_to_go_without_what_it_needs_with_64(name: str, capsys: Capture) -> None:
    assert door(cli, INCOMPLETE[name]) == Exit.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert "next: Run `syncengine" in err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_tells_its_misuse_as_one_json_object(name: str, capsys: Capture) -> None:
    assert door(cli, [*WORDS[name], "--format", "json", "--nonsense"]) == Exit.USAGE
    out, err = capsys.readouterr()
    document = refused_as_json(out)
    assert (document["exit"], document["error"]["code"]) == (64, "usage")
    assert err == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_turns_a_bug_into_70_and_a_report(
    name: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_given: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(leaf(name), "callback", broken)
    assert door(cli, WORDS[name]) == Exit.BUG
    out, err = capsys.readouterr()
    assert out == ""
    assert "a bug in syncengine: ZeroDivisionError" in err
    assert "Traceback" not in err
    (path,) = re.findall(r"report: (\S+)", err)
    assert "planted" in Path(path).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_tells_a_bug_as_one_json_object(
    name: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_given: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(leaf(name), "callback", broken)
    assert door(cli, [*WORDS[name], "--format=json"]) == Exit.BUG
    document = refused_as_json(capsys.readouterr().out)
    assert (document["exit"], document["error"]["code"]) == (70, "bug")
    assert Path(document["error"]["report"]).is_file()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_that_ends_well(name: str, capsys: Capture) -> None:
    assert door(cli, [name, "--help"]) == Exit.DONE
    assert f"Usage: syncengine {name}" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_of_it_is_explained(name: str) -> None:
    command = leaf(name)
    assert command.help
    assert [param.name for param in command.params if isinstance(param, click.Option) and not param.help] == []


# --- every error


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (NotFoundError("it is unknown"), Exit.FINDINGS, "not_found"),
        (RefusedError("a gate is shut"), Exit.REFUSED, "refused"),
        (BusyError("another one is at it"), Exit.TEMPORARY, "temporary"),
        (UserError("that is wrong"), Exit.USAGE, "usage"),
        (SyncengineError("that is wrong"), Exit.USAGE, "usage"),
        (TemporaryError("the system is away"), Exit.TEMPORARY, "temporary"),
        (PermanentError("the system says no"), Exit.FINDINGS, "failed"),
        (click.UsageError("not so"), Exit.USAGE, "usage"),
        (click.FileError("x", "gone"), Exit.USAGE, "usage"),
        (click.Abort(), Exit.INTERRUPTED, "interrupted"),
        (KeyboardInterrupt(), Exit.INTERRUPTED, "interrupted"),
        (OSError(errno.EROFS, "Read-only file system", "/state"), Exit.USAGE, "usage"),
        (PermissionError(errno.EACCES, "Permission denied", "/state"), Exit.USAGE, "usage"),
        (OSError(errno.ENOSPC, "No space left on device"), Exit.TEMPORARY, "temporary"),
        (FileNotFoundError(errno.ENOENT, "nobody looked whether it is there"), Exit.BUG, "bug"),
        (ConnectionResetError("nobody caught it"), Exit.BUG, "bug"),
        (RuntimeError("never thought of"), Exit.BUG, "bug"),
        (AssertionError(), Exit.BUG, "bug"),
        (BrokenPipeError(errno.EPIPE, "another pipe than stdout"), Exit.BUG, "bug"),
    ],
)
def test_an_error_has_one_code_in_every_format(
    error: BaseException, code: Exit, word: str, capsys: Capture
) -> None:
    assert door(raising(error), []) == code
    text = capsys.readouterr()
    assert text.out == ""
    assert "Traceback" not in text.err
    assert door(raising(error), ["--format", "json"]) == code
    document = refused_as_json(capsys.readouterr().out)
    assert (document["exit"], document["error"]["code"]) == (code, word)


def test_an_error_says_what_where_and_what_to_do(capsys: Capture) -> None:
    error = UserError("the field totl is unknown", remedy="Write total.", place=Place("objects/invoice.yaml", 4, 7))
    door(raising(error), [])
    assert capsys.readouterr().err == (
        "error: the field totl is unknown\n  where: objects/invoice.yaml:4:7\n  next: Write total.\n"
    )


def test_an_error_in_json_has_its_place_and_when_to_come_back(capsys: Capture) -> None:
    error = BusyError("locked", place=Place("state.db"), retry_after=timedelta(seconds=90), remedy="Wait.")
    door(raising(error), ["--format", "json"])
    assert refused_as_json(capsys.readouterr().out)["error"] == {
        "code": "temporary",
        "rule": "",
        "message": "locked",
        "remedy": "Wait.",
        "place": {"file": "state.db", "line": 0, "column": 0},
        "retry_after": 90,
    }


def test_an_interruption_says_no_more_than_that(capsys: Capture) -> None:
    assert door(raising(KeyboardInterrupt()), []) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_an_error_cannot_act_on_the_terminal(capsys: Capture) -> None:
    evil = "a\x1b[2J\r\n\u202e"
    for form in ("text", "json"):
        door(raising(UserError(evil, remedy=evil, place=Place(evil))), ["--format", form])
        told = "".join(capsys.readouterr())
        assert told.replace("\n", "").isprintable()


# --- reports


def report_of(capsys: Capture, error: BaseException, *argv: str) -> Path:
    door(raising(error), argv)
    return Path(re.findall(r"report: (\S+)", capsys.readouterr().err)[0])


def test_a_report_quotes_no_value_from_the_command_line(capsys: Capture) -> None:
    path = report_of(capsys, ValueError("planted"), "--state=postgresql://me:hunter2@host/db", "anna@example.org")
    text = path.read_text(encoding="utf-8")
    assert "command: syncengine --state …" in text
    assert "hunter2" not in text
    assert "anna" not in text


def test_a_report_quotes_no_password_of_an_address(capsys: Capture) -> None:
    path = report_of(capsys, ValueError("cannot reach https://me:hunter2@example.org/x"))
    text = path.read_text(encoding="utf-8")
    assert "hunter2" not in text
    assert "https://•••@example.org/x" in text


def test_a_report_is_for_its_owner_alone(capsys: Capture) -> None:
    path = report_of(capsys, ValueError("planted"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_bug_names_the_line_of_ours_that_it_was_met_at(capsys: Capture) -> None:
    door(cli, ["trace", "evt_1", "--maps", "\0"])
    door(raising(ValueError("planted")), [])
    assert re.search(r"ValueError at cli/door\.py:\d+", capsys.readouterr().err)


def test_a_bug_is_told_also_where_no_report_can_be_written(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nonexistent/folder")
    assert door(raising(ValueError("planted")), []) == Exit.BUG
    err = capsys.readouterr().err
    assert "a bug in syncengine: ValueError" in err
    assert "report:" not in err


# --- codes


@pytest.mark.parametrize(("given", "code"), [(None, 0), (0, 0), (Exit.OPEN, 5), (Exit.REFUSED, 4)])
def test_what_a_command_returns_is_its_code(given: object, code: int) -> None:
    assert door(returning(given), []) == code


def test_a_command_may_end_itself() -> None:
    command = click.Command("done", callback=lambda: click.get_current_context().exit(5))
    assert door(command, []) == 5


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ((), 0),
        ((0, 2), 2),
        ((2, 1), 1),
        ((1, 3), 3),
        ((3, 5), 5),
        ((5, 4), 4),
        ((4, 75), 75),
        ((75, 70), 70),
        ((0, 1, 2, 3, 4, 5, 70, 75), 70),
    ],
)
def test_the_worst_code_is_reported(codes: tuple[int, ...], code: int) -> None:
    for order in (codes, codes[::-1]):
        assert worst(map(Exit, order)) == code


# --- words


@pytest.mark.parametrize(
    ("words", "json_wanted"),
    [
        (["run"], False),
        (["run", "--format", "json"], True),
        (["--format=json", "run"], True),
        (["--format=json", "run", "--format", "text"], False),
        (["trace", "--", "--format=json"], False),
        (["run", "--format"], False),
        ([], False),
    ],
)
def test_the_format_is_known_even_where_parsing_fails(words: list[str], json_wanted: bool) -> None:
    assert wants_json(words) is json_wanted


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["vlidate"], "There is no command 'vlidate'. Did you mean 'validate'?"),
        (["zzz"], "There is no command 'zzz'."),
        ([], "Missing command."),
        (["audit"], "Missing command."),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_a_command_that_is_not_there_is_a_misuse(words: list[str], hint: str, capsys: Capture) -> None:
    assert door(cli, words) == Exit.USAGE
    assert hint in capsys.readouterr().err


def test_errors_have_colour_only_on_a_terminal_that_wants_it(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: Callable[[list[str]], str] = lambda words: (door(cli, words), capsys.readouterr().err)[1]  # noqa: E731
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda _stream=None, color=None: color is False)
    assert "\x1b[" in said(["zzz"])
    assert "\x1b[" not in said(["zzz", "--no-color"])
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in said(["zzz"])
