"""`phase`, `pause`, `resume`: what they say, what they refuse, and what they leave in the ledger."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from syncengine.cli.door import door
from syncengine.cli.exits import Exit
from syncengine.cli.main import cli
from syncengine.cli.scope import names_of
from syncengine.store.open import open_store
from syncengine.vocabulary import EntryKind
from tests.store.scene import Scene

Capture = pytest.CaptureFixture[str]
MAPS = Path(__file__).parents[1] / "scenarios" / "mappings"
Command = Callable[..., int]


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    """A map whose one environment starts at observe."""
    folder = tmp_path / "maps"
    shutil.copytree(MAPS, folder)
    for other in (folder / "environments").glob("*.yaml"):
        if other.name != "local.yaml":
            other.unlink()
    rewrite(folder / "environments/local.yaml", "starts_at: ceiling\n", "")
    return folder


@pytest.fixture
def state(tmp_path: Path) -> str:
    """A ledger of the map's project."""
    url = f"sqlite:///{tmp_path / 'state.db'}"
    store = open_store(url)
    Scene(store, project="stage")
    store.close()
    return url


@pytest.fixture
def command(maps: Path, state: str) -> Command:
    return lambda *words: door(cli, ["--maps", str(maps), "--state", state, *words])


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new))


def said(capsys: Capture) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def sets(document: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    return {one["scope"]: (one["ceiling"], one["current"], one["effective"]) for one in document["write_sets"]}


# --- pause and resume


@pytest.mark.parametrize("scope", ["set:crm-view", "flow:account.crm", "object:account", "system:crm"])
def test_every_kind_of_scope_is_paused_and_resumed(command: Command, capsys: Capture, scope: str) -> None:
    assert command("pause", scope, "--actor", "ana", "--reason", "month end", "--format", "json") == Exit.DONE
    paused = said(capsys)
    assert (paused["paused"], paused["changed"], paused["has_changes"]) == (True, True, True)
    assert (paused["by"], paused["reason"]) == ("ana (unauthenticated)", "month end")
    assert command("resume", scope, "--actor", "bob", "--format", "json") == Exit.DONE
    resumed = said(capsys)
    assert (resumed["paused"], resumed["changed"], resumed["by"]) == (False, True, "bob (unauthenticated)")


def test_a_second_pause_changes_nothing_and_says_whose_the_first_one_is(command: Command, capsys: Capture) -> None:
    command("pause", "system:crm", "--actor", "ana", "--reason", "migration")
    capsys.readouterr()
    assert command("pause", "system:crm", "--actor", "bob", "--reason", "other") == Exit.DONE
    out = capsys.readouterr().out
    assert out.startswith("system:crm is paused already, since ")
    assert "by ana (unauthenticated): migration; nothing was changed" in out


def test_what_is_resumed_and_still_stopped_by_another_pause_is_told_so(command: Command, capsys: Capture) -> None:
    command("pause", "system:crm", "--reason", "migration")
    command("pause", "flow:account.crm")
    capsys.readouterr()
    assert command("resume", "flow:account.crm") == Exit.DONE
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "resumed flow:account.crm"
    assert "still paused by system:crm since " in out


def test_who_resumes_what_is_not_paused_is_told(command: Command, capsys: Capture) -> None:
    assert command("resume", "system:crm") == Exit.DONE
    assert capsys.readouterr().out == "system:crm is not paused; nothing was changed\n"


@pytest.mark.parametrize(
    ("scope", "meant"),
    [
        ("flow:acount.crm", "Did you mean flow:account.crm?"),
        ("account.crm", "Did you mean flow:account.crm?"),
        ("system:cmr", "Did you mean system:crm?"),
        ("set:crm", "Did you mean"),
        ("class:renewals", "A scope is set:NAME, flow:OBJECT.FLOW, object:NAME or system:NAME."),
        ("", "A scope is"),
    ],
)
def test_an_unknown_scope_is_refused_and_the_likely_one_named(
    command: Command, capsys: Capture, scope: str, meant: str
) -> None:
    assert command("pause", scope) == Exit.USAGE
    assert meant in capsys.readouterr().err


def test_a_pause_works_while_the_map_cannot_be_read(command: Command, maps: Path, capsys: Capture) -> None:
    (maps / "authority.yaml").write_text("crm-view: {owner: [")
    assert names_of(maps) is None
    assert command("pause", "flow:account.crm") == Exit.DONE
    out, err = capsys.readouterr()
    assert out.startswith("paused flow:account.crm")
    assert "nobody checked that there is flow:account.crm" in err
    assert command("pause", "account.crm") == Exit.USAGE


def test_where_there_is_no_ledger_nothing_is_paused(maps: Path, tmp_path: Path, capsys: Capture) -> None:
    nowhere = tmp_path / "nowhere" / "state.db"
    assert door(cli, ["--maps", str(maps), "--state", f"sqlite:///{nowhere}", "pause", "system:crm"]) == Exit.USAGE
    assert "there is no ledger yet" in capsys.readouterr().err
    assert not nowhere.parent.exists()


def test_the_ledger_of_another_project_is_not_paused(command: Command, maps: Path, capsys: Capture) -> None:
    rewrite(maps / "project.yaml", "name: stage", "name: another")
    assert command("pause", "system:crm") == Exit.USAGE
    assert "belongs to the project 'stage'" in capsys.readouterr().err


def test_who_paused_and_why_is_in_the_trail(command: Command, state: str) -> None:
    command("pause", "system:crm", "--actor", "ana", "--reason", "migration")
    store = open_store(state)
    moved = [entry for entry in store.entries() if entry.kind == EntryKind.SWITCHED]
    store.close()
    (entry,) = moved
    assert b'"actor":"ana (unauthenticated)"' in entry.body
    assert b'"reason":"migration"' in entry.body


def test_what_a_person_said_cannot_act_on_a_terminal(command: Command, capsys: Capture) -> None:
    command("pause", "system:crm", "--reason", "\x1b[2J gone")
    command("pause", "system:crm")
    assert "\x1b" not in capsys.readouterr().out


# --- phases


def test_a_new_ledger_stands_at_observe_whatever_the_ceiling(command: Command, capsys: Capture) -> None:
    assert command("phase", "show", "--format", "json") == Exit.DONE
    assert set(sets(said(capsys)).values()) == {("controlled", "observe", "observe")}


def test_a_local_environment_may_start_at_the_ceiling(command: Command, maps: Path, capsys: Capture) -> None:
    path = maps / "environments/local.yaml"
    path.write_text("starts_at: ceiling\n" + path.read_text())
    assert command("phase", "show", "--format", "json") == Exit.DONE
    assert set(sets(said(capsys)).values()) == {("controlled", "controlled", "controlled")}
    assert command("phase", "demote", "set:crm-view") == Exit.DONE
    assert capsys.readouterr().out == "set:crm-view goes from controlled to observe\n"


def test_environments_that_start_differently_have_to_be_named(command: Command, maps: Path, capsys: Capture) -> None:
    local = maps / "environments/local.yaml"
    (maps / "environments/ceiling.yaml").write_text("starts_at: ceiling\n" + local.read_text())
    assert command("phase", "show") == Exit.USAGE
    assert "--environment: ceiling, local" in capsys.readouterr().err
    assert command("phase", "show", "--environment", "ceiling", "--format", "json") == Exit.DONE
    assert set(sets(said(capsys)).values()) == {("controlled", "controlled", "controlled")}
    assert command("phase", "show", "--environment", "loca") == Exit.USAGE
    assert "Did you mean local?" in capsys.readouterr().err


def test_a_set_is_promoted_one_step_with_a_reason(command: Command, capsys: Capture) -> None:
    promote = ("phase", "promote", "set:crm-view", "--actor", "ana", "--reason", "a month was clean")
    assert command(*promote, "--format", "json") == Exit.DONE
    document = said(capsys)
    assert (document["from"], document["to"], document["changed"]) == ("observe", "controlled", True)
    assert command("phase", "show", "set:crm-view") == Exit.DONE
    out = capsys.readouterr().out
    assert "ana (unauthenticated)  a month was clean" in out
    assert "erp" not in out


@pytest.mark.parametrize("reason", [(), ("--reason", "  ")])
def test_whoever_lets_more_be_written_says_why(
    command: Command, capsys: Capture, reason: tuple[str, ...]
) -> None:  # fmt: skip
    assert command("phase", "promote", "set:crm-view", *reason) == Exit.USAGE
    assert "--reason" in capsys.readouterr().err
    assert command("phase", "show", "--format", "json") == Exit.DONE
    assert sets(said(capsys))["set:crm-view"] == ("controlled", "observe", "observe")


def test_beyond_the_ceiling_is_refused_and_its_line_named(command: Command, maps: Path, capsys: Capture) -> None:
    rewrite(maps / "authority.yaml", "ceiling: controlled", "ceiling: observe")
    line = 1 + (maps / "authority.yaml").read_text().splitlines().index("  ceiling: observe")
    assert command("phase", "promote", "set:crm-view", "--reason", "go", "--format", "json") == Exit.REFUSED
    error = said(capsys)["error"]
    assert error["rule"] == "phase/ceiling"
    assert (error["place"]["file"], error["place"]["line"]) == ((maps / "authority.yaml").as_posix(), line)


def test_the_lower_of_ceiling_and_phase_applies(command: Command, maps: Path, capsys: Capture) -> None:
    command("phase", "promote", "set:crm-view", "--reason", "go")
    rewrite(maps / "authority.yaml", "ceiling: controlled", "ceiling: observe")
    capsys.readouterr()
    assert command("phase", "show", "--format", "json") == Exit.DONE
    assert sets(said(capsys))["set:crm-view"] == ("observe", "controlled", "observe")


def test_who_stands_at_observe_is_demoted_no_further(command: Command, capsys: Capture) -> None:
    assert command("phase", "demote", "set:crm-view") == Exit.DONE
    assert capsys.readouterr().out == "set:crm-view stands at observe already; nothing was changed\n"


def test_a_map_with_mistakes_promotes_nothing_and_demotes(command: Command, maps: Path, capsys: Capture) -> None:
    command("phase", "promote", "set:crm-view", "--reason", "go")
    rewrite(maps / "authority.yaml", "owner: ", "owner: nobody-of-")
    assert command("phase", "promote", "set:erp-export", "--reason", "go") == Exit.FINDINGS
    assert "nothing was done" in capsys.readouterr().err
    assert command("phase", "demote", "set:crm-view") == Exit.DONE


@pytest.mark.parametrize(
    ("scope", "meant"),
    [
        ("set:crm-vew", "Did you mean set:crm-view?"),
        ("flow:account.crm", "It is written under set:crm-view."),
        ("crm-view", "Did you mean set:crm-view?"),
    ],
)
def test_only_a_write_set_has_a_phase(command: Command, capsys: Capture, scope: str, meant: str) -> None:
    assert command("phase", "promote", scope, "--reason", "go") == Exit.USAGE
    assert meant in capsys.readouterr().err


def test_the_table_shows_ceiling_phase_and_pauses(command: Command, capsys: Capture) -> None:
    command("phase", "promote", "set:crm-view", "--actor", "ana", "--reason", "go")
    command("pause", "system:crm", "--actor", "bob", "--reason", "migration")
    capsys.readouterr()
    assert command("phase", "show") == Exit.DONE
    head, first, *_ = out = capsys.readouterr().out.splitlines()
    assert head.split() == ["write", "set", "ceiling", "current", "in", "effect", "since", "by", "why"]
    assert "controlled, paused" in first
    assert out[-2] == "paused"
    assert out[-1].startswith("  system:crm  since ")
    assert out[-1].endswith("by bob (unauthenticated): migration")
