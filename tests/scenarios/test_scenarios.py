"""Scenarios in YAML: what happens, and what then stands in the CRM, the ERP and the ledger, on whatever it is kept.

A step is one of: deliver (events of Stripe: event, type, at, object, previous), snapshot {record, object}, run (how
often), edit / insert / remove {system, table, ...}, lie {system, lies}, away SYSTEM, back SYSTEM, rewrite {file, old,
new}, environment, pause SCOPE, resume SCOPE, phase {set, to}, at {boundary, do: steps to take when the next run is
there}, at a boundary judge_now (events that come) and scan_now FLOW, and expect {crm.TABLE / erp.TABLE: rows by Stripe
id (listed columns), or what the ledger counted: see COUNTS}. `map` names a folder that is laid over the map.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from syncengine.model.tally import Tally
from syncengine.store.protocol import Store
from syncengine.vocabulary import ActionState, Fate, Phase
from tests.scenarios.stage import Stage

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
SCENARIOS = [(file.stem, s) for file in FILES for s in yaml.safe_load(file.read_text())]


@pytest.mark.parametrize(("file", "scenario"), SCENARIOS, ids=[f"{f}: {s['scenario']}" for f, s in SCENARIOS])
def test_scenario(file: str, scenario: dict[str, Any], tmp_path: Path, store: Store) -> None:
    stage = Stage(tmp_path, scenario.get("map", ""), store)
    play(stage, scenario["steps"])
    assert not stage.armed, f"no run came to {sorted(stage.armed)}"


def play(stage: Stage, steps: list[dict[str, Any]]) -> None:
    for number, step in enumerate(steps, 1):
        ((what, said),) = step.items()
        try:
            _play(stage, what, said)
        except AssertionError as error:
            raise AssertionError(f"step {number} ({what}): {error}") from None


def _arm(stage: Stage, said: dict[str, Any]) -> None:
    stage.armed[said["boundary"]] = lambda: play(stage, said["do"])


def _play(stage: Stage, what: str, said: Any) -> None:
    assert what in STEPS, f"no step is called {what!r}"
    STEPS[what](stage, said)


def _run(stage: Stage, times: int | None) -> None:
    for _ in range(times or 1):
        stage.run()


def _away(stage: Stage, system: str) -> None:
    stage.targets[system].away = True


def _back(stage: Stage, system: str) -> None:
    stage.targets[system].away = False


def _environment(stage: Stage, name: str) -> None:
    stage.environment = name


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
    assert name in COUNTS, f"nothing in the ledger is called {name!r}"
    return COUNTS[name](stage)


def _tally(stage: Stage) -> Tally:
    assert stage.tally is not None
    return stage.tally


def _seen_away(stage: Stage) -> list[str]:
    assert stage.done is not None
    return sorted(stage.done.away)


def _batches(stage: Stage) -> dict[str, str]:
    """When the next batch is due, by flow, where something waits for one."""
    assert stage.done is not None
    return {flow: f"{at:%H:%M}" for flow, at in stage.done.batches.items()}


def _losers(stage: Stage) -> list[dict[str, Any]]:
    """Every loser of cus_1, in_1 and the first payout in the ledger: field, rule, and both values."""
    names = ("cus_1", "in_1", "payout_requests-1", "payment_orders-1", "payout_request-1")
    records = {r for name in names for hit in stage.store.find(name) for r in hit.records}
    dossier = stage.store.dossier(sorted(records), [])
    return [
        {"field": c.field, "rule": c.rule, "winner": _only(c.winner), "loser": _only(c.loser)}
        for c in dossier.conflicts
    ]


def _questions(stage: Stage) -> list[str]:
    """What people were asked about the first two accounts, each question once for every time that it was asked."""
    records = {r for name in ("cus_1", "cus_2") for hit in stage.store.find(name) for r in hit.records}
    reviews = stage.store.dossier(sorted(records), []).reviews
    return [f"{review.flow} {review.field}: {review.why}" for review in reviews]


def _suspects(stage: Stage) -> dict[str, list[str]]:
    """Rows of the CRM that a trace finds as what might be an account, with those accounts."""
    found: dict[str, list[str]] = {}
    for row in stage.targets["crm"].rows("accounts"):
        hits = [hit for hit in stage.store.find(row.id) if hit.what == "candidate"]
        births = [stage.store.records(hit.records)[number].birth[1] for hit in hits for number in hit.records]
        if births:
            found[row.id] = sorted(births)
    return found


def _ids(stage: Stage) -> list[str]:
    """The rows of the CRM that show the id which their row in the ERP has."""
    found = []
    for table, column in _SHOWN_AT.items():
        ids = {row.content["stripe_id"]: row.id for row in stage.targets["erp"].rows(table) if not row.gone}
        shown = stage.table("crm", table)
        found += [f"{table} {key}" for key, id_ in ids.items() if key in shown and shown[key].get(column) == id_]
    return found


_SHOWN_AT = {"accounts": "partner", "invoices": "booking"}


def _only(places: dict[str, Any]) -> Any:
    (value,) = places.values()
    return value


STEPS: dict[str, Callable[[Stage, Any], None]] = {
    "deliver": Stage.deliver,
    "snapshot": lambda stage, said: stage.snapshot(said["record"], said["object"]),
    "run": _run,
    "edit": lambda stage, said: stage.edit(said["system"], said["table"], said["key"], said["to"]),
    "insert": lambda stage, said: stage.insert(said["system"], said["table"], said["row"]),
    "remove": lambda stage, said: stage.remove(said["system"], said["table"], said["key"]),
    "lie": lambda stage, said: stage.lie(said["system"], said["lies"]),
    "away": _away,
    "back": _back,
    "rewrite": lambda stage, said: stage.rewrite(said["file"], said["old"], said["new"]),
    "environment": _environment,
    "pause": lambda stage, scope: stage.pause(scope, paused=True),
    "resume": lambda stage, scope: stage.pause(scope, paused=False),
    "phase": lambda stage, said: stage.phase(said["set"], Phase(said["to"])),
    "at": _arm,
    "judge_now": Stage.judge_now,
    "scan_now": Stage.scan_now,
    "expect": _expect,
}
COUNTS: dict[str, Callable[[Stage], Any]] = {
    "events": lambda stage: {f.value: n for f in Fate if (n := _tally(stage).events.get(f, 0))},
    "writes": lambda stage: {s.value: n for s in ActionState if (n := _tally(stage).writes.get(s, 0))},
    "away": _seen_away,
    "batches": _batches,
    "effects": lambda stage: {system: len(world.log) for system, world in stage.targets.items()},
    "conflicts": lambda stage: _tally(stage).conflicts,
    "reviews": lambda stage: _tally(stage).reviews,
    "readings": lambda stage: _tally(stage).readings,
    "unsettled": lambda stage: _tally(stage).unsettled,
    "losers": _losers,
    "ids": _ids,
    "questions": _questions,
    "suspects": _suspects,
    "unpaired": lambda stage: {state.value: n for state, n in _tally(stage).unpaired.items()},
}
