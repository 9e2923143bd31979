"""Scenarios in YAML: what happens, and what then stands in the CRM, the ERP and the ledger.

A step is one of: deliver (events of Stripe: event, type, at, object, previous), snapshot {record, object}, run,
edit / insert / remove {system, table, ...}, lie {system, lies}, away {system}, back {system}, rewrite {file, old, new},
environment, and expect {crm.TABLE / erp.TABLE: rows by Stripe id (listed columns), counts, writes, losers, reviews,
holds, waiting, log}.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from syncengine.vocabulary import ActionState, Fate
from tests.scenarios.stage import Stage

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
SCENARIOS = [(file.stem, s) for file in FILES for s in yaml.safe_load(file.read_text())]


@pytest.mark.parametrize(("file", "scenario"), SCENARIOS, ids=[f"{f}: {s['scenario']}" for f, s in SCENARIOS])
def test_scenario(file: str, scenario: dict[str, Any], tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for number, step in enumerate(scenario["steps"], 1):
        ((what, said),) = step.items()
        try:
            _play(stage, what, said)
        except AssertionError as error:
            raise AssertionError(f"step {number} ({what}): {error}") from None


def _play(stage: Stage, what: str, said: Any) -> None:
    match what:
        case "deliver":
            stage.deliver(said)
        case "snapshot":
            stage.snapshot(said["record"], said["object"])
        case "run":
            for _ in range(said or 1):
                stage.run()
        case "edit":
            stage.edit(said["system"], said["table"], said["key"], said["to"])
        case "insert":
            stage.insert(said["system"], said["table"], said["row"])
        case "remove":
            stage.remove(said["system"], said["table"], said["key"])
        case "lie":
            stage.lie(said["system"], said["lies"])
        case "away" | "back":
            stage.targets[said].away = what == "away"
        case "rewrite":
            stage.rewrite(said["file"], said["old"], said["new"])
        case "environment":
            stage.environment = said
        case "expect":
            _expect(stage, said)
        case _:
            raise AssertionError(f"no step is called {what!r}")


def _expect(stage: Stage, said: dict[str, Any]) -> None:
    for name, wanted in said.items():
        if "." in name:
            _rows(stage, name, wanted)
        else:
            assert _ledger(stage, name) == wanted, f"{name}: {_ledger(stage, name)!r}"


def _rows(stage: Stage, name: str, wanted: dict[str, dict[str, Any]]) -> None:
    system, _, table = name.partition(".")
    shown = stage.table(system, table)
    assert set(shown) == set(wanted), f"{name} has {sorted(shown)}"
    for key, columns in wanted.items():
        found = {c: shown[key].get(c) for c in columns}
        assert found == columns, f"{name} {key} has {found}"


def _ledger(stage: Stage, name: str) -> Any:
    assert stage.tally is not None
    assert stage.done is not None
    match name:
        case "events":
            return {f.value: n for f in Fate if (n := stage.tally.events.get(f, 0))}
        case "writes":
            return {s.value: n for s in ActionState if (n := stage.tally.writes.get(s, 0))}
        case "away":
            return sorted(stage.done.away)
        case "effects":
            return {system: len(world.log) for system, world in stage.targets.items()}
        case "conflicts":
            return stage.tally.conflicts
        case "reviews":
            return stage.tally.reviews
        case "readings":
            return stage.tally.readings
        case "unsettled":
            return stage.tally.unsettled
        case "losers":
            return _losers(stage)
        case _:
            raise AssertionError(f"nothing in the ledger is called {name!r}")


def _losers(stage: Stage) -> list[dict[str, Any]]:
    """Every loser in the ledger: field, rule, and both values."""
    records = {r for hit in stage.store.find("in_1") for r in hit.records}
    dossier = stage.store.dossier(sorted(records), [])
    return [
        {"field": c.field, "rule": c.rule, "winner": list(c.winner.values())[0], "loser": list(c.loser.values())[0]}
        for c in dossier.conflicts
    ]
