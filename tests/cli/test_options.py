"""Shared options mean the same before the command's name and after it."""

from pathlib import Path
from typing import Any

import click
import pytest

from syncengine.cli import options
from syncengine.cli.door import door
from syncengine.cli.exits import Exit

Said = dict[str, Any]


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENVIRONMENT", "MAPS", "STATE"):
        monkeypatch.delenv(f"SYNCENGINE_{name}", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)


def called(*words: str) -> Said:
    """What a command that takes every shared option hears."""
    heard: Said = {}

    @click.command()
    @options.environment
    @options.maps
    @options.state
    @options.form
    @options.quiet
    @options.no_color
    @options.actor
    @options.reason
    def act(**given: object) -> None:
        heard.update(given, color=click.get_current_context().color)

    @click.group()
    def inner() -> None: ...

    inner.add_command(act, "act")
    outer = click.Group(params=options.everywhere(), callback=lambda **_said: None, commands={"act": act, "in": inner})
    heard["exit"] = door(outer, list(words))
    return heard


ENOUGH = ("--environment", "local")


def test_an_option_may_stand_before_or_after_the_command() -> None:
    for words in (
        ("--maps", "m", "act", *ENOUGH),
        ("act", "--maps", "m", *ENOUGH),
        (*ENOUGH, "--maps", "m", "act"),
        (*ENOUGH, "--maps", "m", "in", "act"),
    ):
        heard = called(*words)
        assert (heard["maps"], heard["environment"]) == (Path("m"), "local")


def test_what_is_said_after_the_command_wins() -> None:
    assert called("--maps", "first", "act", "--maps", "second", *ENOUGH)["maps"] == Path("second")


def test_what_is_said_anywhere_wins_over_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCENGINE_MAPS", "variable")
    assert called("act", *ENOUGH)["maps"] == Path("variable")
    assert called("--maps", "said", "act", *ENOUGH)["maps"] == Path("said")


def test_every_variable_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENVIRONMENT", "MAPS", "STATE"):
        monkeypatch.setenv(f"SYNCENGINE_{name}", name.lower())
    heard = called("act")
    assert (heard["environment"], heard["maps"], heard["state"]) == ("environment", Path("maps"), "state")


def test_defaults_are_those_of_a_project_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "operating_user", lambda: "me@here")
    heard = called("act", *ENOUGH)
    assert heard == {
        "exit": Exit.DONE,
        "environment": "local",
        "maps": Path("mappings"),
        "state": "sqlite:///.syncengine/state.db",
        "form": "text",
        "quiet": False,
        "actor": "me@here (unauthenticated)",
        "reason": "",
        "color": None,
    }


def test_an_environment_is_never_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("act") == {"exit": Exit.USAGE}
    assert "--environment" in capsys.readouterr().err


def test_a_state_may_be_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER", "postgresql://me:secret@host/db")
    for words in (("act", "--state", "env:LEDGER"), ("--state", "env:LEDGER", "act")):
        assert called(*words, *ENOUGH)["state"] == "postgresql://me:secret@host/db"


def test_a_variable_that_is_not_set_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("act", "--state", "env:LEDGER_X", *ENOUGH) == {"exit": Exit.USAGE}
    assert "the variable LEDGER_X, and it is not set" in capsys.readouterr().err


def test_flags_are_heard_from_both_places() -> None:
    assert called("--quiet", "act", *ENOUGH)["quiet"] is True
    assert called("act", "--quiet", *ENOUGH)["quiet"] is True


def test_colour_is_refused_from_both_places_and_by_the_usual_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert called("--no-color", "act", *ENOUGH)["color"] is False
    assert called("act", "--no-color", *ENOUGH)["color"] is False
    monkeypatch.setenv("NO_COLOR", "1")
    assert called("act", *ENOUGH)["color"] is False


def test_nobody_is_authenticated_by_typing_a_name() -> None:
    assert called("--actor", "cfo", "act", *ENOUGH)["actor"] == "cfo (unauthenticated)"


def test_a_format_that_is_not_there_is_a_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("--format", "yaml", "act", *ENOUGH) == {"exit": Exit.USAGE}
    assert "yaml" in capsys.readouterr().err


def test_the_operating_system_says_who_and_where() -> None:
    user, _, host = options.operating_user().partition("@")
    assert user
    assert host


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert options.operating_user().startswith("uid-")
