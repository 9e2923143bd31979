"""A second process that reads ahead changes nothing but the time."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from syncengine.check.run import judge_map
from syncengine.cli.validate import judge
from syncengine.connectors.register import descriptions
from syncengine.model.finding import Finding
from syncengine.spec.ahead import Ahead, read_ahead
from syncengine.spec.aside import aside
from syncengine.spec.loader import load_map
from tests.benchmarks.company import write_company

COUNT = 12


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("syncengine.spec.ahead.MANY", COUNT)
    write_company(tmp_path, COUNT)
    return tmp_path


def found(folder: Path, reading: Ahead | None) -> list[Finding]:
    spec, findings = load_map(folder, ahead=reading)
    return findings if spec is None else [*findings, *judge_map(spec, descriptions())]


def begun(folder: Path) -> Ahead:
    reading = read_ahead(folder)
    assert reading is not None
    return reading


def test_a_sound_map_is_read_by_the_second_process(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = begun(company)
    path = company / "objects" / "order_line.yaml"
    got = reading.get(path)
    assert got is not None
    assert got.raw == path.read_bytes()

    def never(raw: bytes) -> None:
        assert b"object: " not in raw[:100], "it is read twice"

    monkeypatch.setattr("syncengine.spec.reader._sound", never)
    assert found(company, reading) == []


def test_what_is_wrong_is_found_as_without_it(company: Path) -> None:
    damage = {"line": b"a: [\n", "note": b"\xff", "change": b"object: x\n", "record": b"a: NO\n"}
    for name, raw in damage.items():
        (company / "objects" / f"order_{name}.yaml").write_bytes(raw)
    (company / "objects" / "order_request.yaml").unlink()
    (company / "objects" / "order_request.yaml").mkdir()
    findings = found(company, begun(company))
    assert len(findings) >= 5
    assert findings == found(company, None)


def test_places_are_found_in_what_was_read_ahead(company: Path) -> None:
    path = company / "objects" / "order_line.yaml"
    path.write_text(path.read_text().replace("system_of_record: ledger", "system_of_record: leger"))
    findings = found(company, begun(company))
    assert [finding.place.line for finding in findings if finding.rule == "ownership/unknown-name"] == [6]
    assert findings == found(company, None)


@pytest.mark.parametrize("work", [lambda: 1 // 0, lambda: os._exit(1), lambda: os.kill(os.getpid(), signal.SIGKILL)])
def test_a_second_process_that_dies_costs_nothing_but_time(work: Any, company: Path) -> None:
    dying = aside(work)
    assert dying is not None
    reading = Ahead(dying)
    assert found(company, reading) == []
    assert reading.get(company / "objects" / "order_line.yaml") is None


def test_validate_finds_the_same_with_it_and_without_it(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = company / "objects" / "order_line.yaml"
    path.write_text(path.read_text().replace("owner: ", "owner: x").replace("truth: The ledger", "truth: The leger"))
    ahead = judge(company).findings
    assert len(ahead) > 1
    monkeypatch.setattr("syncengine.spec.ahead.MANY", COUNT + 1)
    assert judge(company).findings == ahead


def test_a_small_map_and_no_map_are_worth_no_process(tmp_path: Path) -> None:
    assert read_ahead(tmp_path / "nowhere") is None
    write_company(tmp_path, 3)
    assert read_ahead(tmp_path) is None
