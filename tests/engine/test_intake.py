"""Intake: what a file holds becomes durable once, however the file grows, moves or changes; the rest is named."""

import json
import os
import shutil
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syncengine.cli.ingest import _taken
from syncengine.engine import intake
from syncengine.engine.intake import Report, drop_files, intake_of, take_file, understand
from syncengine.engine.judge import judge
from syncengine.engine.world import World
from syncengine.errors import BusyError, PermanentError, UserError
from syncengine.model.event import Delivery, Envelope, Snapshot
from syncengine.vocabulary import Environment, Signature, Trust
from tests.engine.events import customer
from tests.scenarios.stage import NOON, Stage, event


def line(name: str, **more: Any) -> str:
    return json.dumps({"headers": {}, "body": json.dumps({**event(customer(name)), **more})}) + "\n"


def taken(world: World, path: Path) -> Report:
    report = Report()
    list(take_file(world, "stripe", path, report))
    return report


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "captured.jsonl"


def test_a_file_is_taken_in_once_under_whatever_name(world: World, file: Path) -> None:
    file.write_text(line("evt_1") + line("evt_2"))
    assert taken(world, file).new == 2
    again = taken(world, file)
    assert (again.files, again.known_files, again.bytes) == (0, 1, file.stat().st_size)
    assert taken(world, Path(shutil.copy(file, file.with_name("copy.jsonl")))).known_files == 1


def test_a_file_whose_name_is_no_text_is_named_by_its_escapes(world: World, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.jsonl")
    file.write_text(line("evt_1") + "{\n")
    report = taken(world, file)
    assert (report.new, [name for name, _, _ in report.refused]) == (1, [str(tmp_path / "caf\\xe9.jsonl")])
    assert taken(world, file).known_files == 1


def test_a_file_that_grows_goes_on_where_it_stopped(world: World, file: Path) -> None:
    file.write_text(line("evt_1") + line("evt_2")[:40])
    first = taken(world, file)
    assert (first.new, first.unterminated) == (1, [str(file)])
    file.write_text(line("evt_1") + line("evt_2") + "{\n")
    second = taken(world, file)
    assert (second.new, second.duplicates, second.unterminated) == (1, 0, [])
    assert [(n, why.partition(":")[0]) for _, n, why in second.refused] == [(3, "not JSON")]
    assert taken(world, file).known_files == 1


def test_a_file_whose_beginning_changed_is_read_anew_and_repeats_are_told(world: World, file: Path) -> None:
    file.write_text(line("evt_1") + line("evt_2"))
    taken(world, file)
    file.write_text(line("evt_3") + line("evt_1"))
    report = taken(world, file)
    assert (report.new, report.duplicates) == (1, 1)


def test_a_known_id_with_another_body_is_a_collision(world: World, file: Path) -> None:
    file.write_text(line("evt_1") + line("evt_1", pending_webhooks=7))
    report = taken(world, file)
    assert (report.new, report.duplicates, report.collisions) == (1, 0, 1)


def test_two_that_read_one_file_at_once_take_each_delivery_once(stage: Stage, file: Path) -> None:
    file.write_text("".join(line(f"evt_{n}") for n in range(intake.GROUP + 1)))
    with stage.open_world() as one, stage.open_world() as other:
        first, second = Report(), Report()
        way = take_file(one, "stripe", file, first)
        next(way)
        list(take_file(other, "stripe", file, second))
        assert list(way) == [1]
        assert (first.new, second.new) == (intake.GROUP, 1)
        assert first.duplicates == 1
        assert taken(one, file).known_files == 1


def test_a_file_in_many_groups_is_dealt_with_to_its_last_byte(world: World, file: Path) -> None:
    file.write_text("".join(line(f"evt_{n}") for n in range(intake.GROUP + 7)))
    report = Report()
    assert list(take_file(world, "stripe", file, report)) == [intake.GROUP, 7]
    assert (report.new, report.bytes) == (intake.GROUP + 7, file.stat().st_size)


def test_a_file_that_is_not_there_is_an_error_with_a_remedy(world: World, file: Path) -> None:
    with pytest.raises(UserError, match=r"captured\.jsonl cannot be read: No such file"):
        taken(world, file)
    with pytest.raises(UserError, match="cannot be read: Is a directory"):
        taken(world, file.parent)


def test_what_can_be_read_only_once_is_taken_in_whole(world: World, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(line("evt_1") + line("evt_2").strip(),))
    writer.start()
    report = Report()
    list(_taken(world, "stripe", str(pipe), report))
    writer.join()
    assert (report.new, report.unterminated) == (2, [])


class Broken:
    """An adapter with a bug: it cannot stand one delivery."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def authenticate(self, delivery: Delivery, now: Any) -> Signature:
        return Signature.FORGED if b"evt_forged" in delivery.body else Signature.UNSIGNED

    def envelope(self, content: Mapping[str, Any]) -> Envelope:
        if content["id"] == "evt_poison":
            raise KeyError("a secret value")
        found: Envelope = self.real.envelope(content)
        return found

    def parse(self, content: Mapping[str, Any]) -> Snapshot | None:
        if content["id"] == "evt_late_poison":
            raise KeyError("a secret value")
        found: Snapshot | None = self.real.parse(content)
        return found


def broken(world: World) -> World:
    adapter = world.adapters["stripe"]
    return replace(world, adapters={**world.adapters, "stripe": replace(adapter, intake=Broken(adapter.intake))})


def test_a_delivery_that_an_adapter_cannot_stand_does_not_keep_out_the_others(world: World, file: Path) -> None:
    file.write_text(line("evt_1") + line("evt_poison") + line("evt_2"))
    report = taken(broken(world), file)
    assert report.new == 2
    assert [(n, why) for _, n, why in report.refused] == [(2, "a bug in the connector of stripe: KeyError")]


def test_an_input_that_an_adapter_cannot_stand_fails_by_name_and_the_others_are_judged(
    world: World, stage: Stage, file: Path
) -> None:
    file.write_text(line("evt_1") + line("evt_late_poison") + line("evt_2"))
    taken(world, file)
    assert judge(broken(world), 10) == 3
    assert {f.value: n for f, n in stage.store.tally(world.session).events.items()} == {"failed": 1, "settled": 2}


def test_a_forged_delivery_is_refused_and_kept(world: World, file: Path) -> None:
    file.write_text(line("evt_forged"))
    report = taken(broken(world), file)
    assert report.new == 0
    assert "signature does not fit" in report.refused[0][2]


def delivery(body: bytes) -> Delivery:
    return Delivery(system="stripe", body=body, headers={}, received_at=NOON, trust=Trust.CAPTURED)


@pytest.mark.parametrize(
    ("live", "environment", "trouble"),
    [
        (True, Environment.LOCAL, "live mode came to a local"),
        (False, Environment.LOCAL, ""),
        (False, Environment.PRODUCTION, "test mode came to production"),
        (True, Environment.PRODUCTION, ""),
    ],
)
def test_a_mode_that_does_not_fit_is_taken_in_with_its_trouble(
    world: World, live: bool, environment: Environment, trouble: str
) -> None:
    body = json.dumps({**event(customer("evt_1")), "livemode": live}).encode()
    accepted = understand(intake_of(world, "stripe"), delivery(body), environment)
    assert trouble in accepted.trouble
    assert bool(accepted.trouble) is bool(trouble)


@pytest.mark.parametrize(("body", "why"), [(b"[]", "not a JSON object"), (b'{"a": NaN}', "the body is refused")])
def test_a_body_that_is_no_object_is_refused(world: World, body: bytes, why: str) -> None:
    with pytest.raises(PermanentError, match=why):
        understand(intake_of(world, "stripe"), delivery(body), Environment.LOCAL)


def test_a_system_that_sends_nothing_is_named(world: World) -> None:
    silent = replace(world, adapters={"erp": replace(world.adapters["erp"], intake=None)})
    with pytest.raises(UserError, match="erp sends no deliveries"):
        intake_of(silent, "erp")
    with pytest.raises(UserError, match="no system 'erpp'") as told:
        intake_of(silent, "erpp")
    assert told.value.remedy == "name one of: erp"


def test_a_drop_folder_is_read_in_the_order_of_names_and_only_what_is_finished(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", ".c.jsonl", "d.jsonl.part", "e.txt"):
        (tmp_path / name).touch()
    (tmp_path / "f.jsonl").mkdir()
    assert [p.name for p in drop_files(tmp_path)] == ["a.jsonl", "b.jsonl"]


@pytest.mark.parametrize(("name", "why"), [("none", "is not there"), ("file", "is not there"), ("loop", "cannot be")])
def test_a_drop_folder_that_cannot_be_read_is_something_that_passes(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(BusyError, match=why):
        drop_files(tmp_path / name)
