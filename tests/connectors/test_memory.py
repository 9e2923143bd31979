"""The system in memory: honest until told to lie, and the same every time."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncengine.canonical import decode
from syncengine.connectors import memory
from syncengine.connectors.conformance import INTAKE_CHECKS, IntakeRig, WriterRig
from syncengine.connectors.memory import WORLDS, Lie, MemoryWorld, announce, sign
from syncengine.errors import PermanentError, UserError
from syncengine.model.attempt import Outcome
from syncengine.vocabulary import OutcomeKind, ProbeResult
from tests.connectors.rigs import memory_rig, setup


@pytest.fixture
def rig(tmp_path: Path) -> WriterRig:
    return memory_rig(tmp_path)


def world_of(rig: WriterRig) -> MemoryWorld:
    world: MemoryWorld = rig.writer()._world  # type: ignore[attr-defined]
    return world


def lied(rig: WriterRig, lie: Lie) -> Outcome:
    world_of(rig).lie(lie)
    return rig.send(rig.create("k-1"))[0]


def probed(rig: WriterRig) -> ProbeResult:
    return rig.inspector().probe(rig.writer().prepare(rig.create("k-1"))).result


@pytest.mark.parametrize(
    ("lie", "kind", "count", "probe"),
    [
        (Lie.LOSE_ANSWER, OutcomeKind.UNKNOWN, 1, ProbeResult.APPLIED),
        (Lie.TIME_OUT, OutcomeKind.UNKNOWN, 0, ProbeResult.ABSENT),
        (Lie.REFUSE, OutcomeKind.REJECTED, 0, ProbeResult.ABSENT),
        (Lie.THROTTLE, OutcomeKind.THROTTLED, 0, ProbeResult.ABSENT),
        (Lie.AWAY, OutcomeKind.NOT_SENT, 0, ProbeResult.ABSENT),
        (Lie.LATE, OutcomeKind.UNKNOWN, 0, ProbeResult.ABSENT),
    ],
)
def test_a_lie_says_one_thing_and_does_another(
    rig: WriterRig, lie: Lie, kind: OutcomeKind, count: int, probe: ProbeResult
) -> None:
    outcome = lied(rig, lie)
    assert (outcome.kind, rig.count("k-1"), probed(rig)) == (kind, count, probe)
    assert outcome.retry_after == (timedelta(seconds=5) if lie is Lie.THROTTLE else None)
    assert rig.send(rig.create("k-2"))[0].kind is OutcomeKind.CONFIRMED, "one lie is for one write"


def test_a_late_write_takes_effect_when_its_time_has_come(rig: WriterRig) -> None:
    lied(rig, Lie.LATE)
    rig.clock.wait(0.999)
    assert probed(rig) is ProbeResult.ABSENT
    rig.clock.wait(0.001)
    assert probed(rig) is ProbeResult.APPLIED


def test_a_late_write_happens_once(rig: WriterRig) -> None:
    lied(rig, Lie.LATE)
    rig.clock.wait(1)
    assert rig.count("k-1") == 0, "nobody has looked yet"
    assert probed(rig) is ProbeResult.APPLIED
    world_of(rig).remove("invoices", "invoices-1", now=rig.clock.now())
    assert probed(rig) is ProbeResult.ABSENT


def test_a_late_write_does_not_overwrite_what_came_before_it(rig: WriterRig) -> None:
    lied(rig, Lie.LATE)
    rig.send(rig.create("k-1", text="other"))
    rig.clock.wait(5)
    assert probed(rig) is ProbeResult.DIFFERENT
    assert rig.count("k-1") == 1


def test_the_log_has_one_effect_for_each_write_that_took_effect(rig: WriterRig) -> None:
    world_of(rig).lie(Lie.LOSE_ANSWER, Lie.TIME_OUT)
    rig.send(rig.create("k-1"), rig.create("k-2"))
    rig.send(rig.create("k-1"), rig.create("k-2"))
    effects = [(effect.id, effect.create, effect.attempt) for effect in world_of(rig).log]
    assert effects == [("invoices-1", True, 1), ("invoices-2", True, 4)]


def test_two_records_with_one_key_are_never_chosen_from(rig: WriterRig) -> None:
    for _ in range(2):
        world_of(rig).insert("invoices", {"stripe_id": "k-1"}, now=rig.clock.now())
    with pytest.raises(PermanentError, match="two records of invoices"):
        rig.image("k-1")
    assert probed(rig) is ProbeResult.SEVERAL


def test_places_may_lie_deep_inside(rig: WriterRig) -> None:
    world = world_of(rig)
    row = world.insert("orgs", {"external_id": "a", "fields": {"plan": "gold", "seats": 2}}, now=rig.clock.now())
    world.edit("orgs", row.id, {"fields.plan": "free", "custom.since.year": 2026}, now=rig.clock.now())
    found = world.row("orgs", row.id)
    assert found is not None
    assert found.content == {
        "external_id": "a", "fields": {"plan": "free", "seats": 2}, "custom": {"since": {"year": 2026}},
    }
    assert row.content["fields"] == {"plan": "gold", "seats": 2}, "what was shown before does not change"


def test_a_world_that_shows_no_versions_shows_none(rig: WriterRig) -> None:
    world = world_of(rig)
    row = world.insert("orgs", {"name": "a"}, now=rig.clock.now())
    assert rig.adapter.reader is not None
    shown = rig.adapter.reader.read("orgs", row.id)
    world.versioned = False
    hidden = rig.adapter.reader.read("orgs", row.id)
    assert shown is not None
    assert hidden is not None
    assert (shown.version.sequence, hidden.version.sequence) == (1, None)


def test_a_removed_record_is_gone(rig: WriterRig) -> None:
    row = world_of(rig).insert("orgs", {"name": "a"}, now=rig.clock.now())
    world_of(rig).remove("orgs", row.id, now=rig.clock.now())
    assert rig.adapter.reader is not None
    found = rig.adapter.reader.read("orgs", row.id)
    assert found is not None
    assert (found.gone, found.version.sequence) == (True, 2)


def test_a_delivery_announces_a_record_as_a_reading_shows_it(rig: WriterRig) -> None:
    world = world_of(rig)
    row = world.insert("orgs", {"name": "a"}, now=rig.clock.now())
    body = announce(world, "orgs", row, event="e-1", previous={"name": "b"})
    assert rig.adapter.intake is not None
    assert rig.adapter.reader is not None
    announced = rig.adapter.intake.parse(decode(body))
    read = rig.adapter.reader.read("orgs", row.id)
    assert announced is not None
    assert read is not None
    assert (announced.content, announced.previous) == (read.content, {"name": "b"})
    assert announced.version.sequence == read.version.sequence


def test_a_world_that_nobody_made_is_a_users_mistake(tmp_path: Path) -> None:
    WORLDS.create("here")
    WORLDS.remove("here")
    with pytest.raises(UserError, match="no world in memory is called 'here'"):
        memory.open(setup(tmp_path, {"world": "here"}))


@pytest.mark.parametrize("check", INTAKE_CHECKS, ids=lambda check: check.__name__)
def test_the_intake_conforms(rig: WriterRig, tmp_path: Path, check: Any) -> None:
    WORLDS.create("signed")
    world = world_of(rig)
    row = world.insert("orgs", {"name": "a"}, now=rig.clock.now())
    body = announce(world, "orgs", row, event="e-1")
    check(
        IntakeRig(
            adapter=memory.open(setup(tmp_path, {"world": "signed", "webhook_secret": "a secret of some length"})),
            body=body,
            content=json.loads(body),
            headers={"memory-signature": sign("a secret of some length", body)},
            at=rig.clock.now(),
            record="orgs",
            id=row.id,
        )
    )


def test_the_same_story_gives_the_same_log(tmp_path: Path) -> None:
    def story() -> Sequence[Any]:
        rig = memory_rig(tmp_path)
        world_of(rig).lie(Lie.LATE, None, Lie.LOSE_ANSWER)
        rig.send(rig.create("k-1"), rig.create("k-2"), rig.create("k-3"))
        rig.clock.wait(2)
        rig.send(rig.create("k-4"))
        return list(world_of(rig).log)

    assert story() == story()
