"""Delivery when targets, people and adapters misbehave: nothing is sent twice, and one record holds up no other."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from syncengine.connectors.protocol import Adapter, Image, ImageQuery
from syncengine.engine import deliver
from syncengine.engine.inline import InlineExecutor
from syncengine.engine.prepare import select
from syncengine.engine.run import Done, run
from syncengine.engine.trouble import Fault
from syncengine.errors import BusyError, PermanentError, TemporaryError, UnfitError
from syncengine.model.attempt import Outcome, Probe, Request
from syncengine.model.permit import Permit
from syncengine.vocabulary import ActionState, OutcomeKind, ProbeResult
from tests.engine.events import customer, invoice
from tests.scenarios.stage import Stage


class Wrapped:
    """A target's inspector and writer, of which a test replaces what it wants to go wrong."""

    def __init__(self, adapter: Adapter) -> None:
        assert adapter.inspector is not None
        assert adapter.open_writer is not None
        self.inspector, self.writer = adapter.inspector, adapter.open_writer()
        self.images: Callable[[ImageQuery], Mapping[str, Image]] = self.inspector.images
        self.probe: Callable[[bytes], Probe] = self.inspector.probe
        self.write: Callable[[Sequence[tuple[Permit, bytes]]], Sequence[Outcome]] = self.writer.write
        self.prepare: Callable[[Request], bytes] = self.writer.prepare


Spoil = Callable[[Wrapped], None]


def run_with(stage: Stage, **spoiled: Spoil) -> Done:
    """One run, with targets that are not what they were."""
    stage.clock.advance(timedelta(hours=1))
    with stage.open_world() as world:
        adapters = dict(world.adapters)
        targets = {name: Wrapped(adapters[name]) for name in ("crm", "erp")}
        for name, spoil in spoiled.items():
            spoil(targets[name])
        for name, target in targets.items():
            adapters[name] = replace(adapters[name], inspector=target)
        stage.world = replace(world, adapters=adapters)
        try:
            return run(stage.world, targets, {"stripe": stage.folder / "inbox"})
        finally:
            stage.tally = stage.store.tally(world.session)


def names(stage: Stage, system: str, table: str = "accounts") -> list[str]:
    return sorted(stage.table(system, table))


def writes(stage: Stage) -> dict[str, int]:
    assert stage.tally is not None
    return {state.value: n for state, n in stage.tally.writes.items() if n}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two."""
    monkeypatch.setattr(deliver.Delivery, "batch", 2)


# --- what has to stay where it is


@pytest.mark.usefixtures("small")
def test_what_waits_for_a_reading_does_not_hold_up_what_stands_behind_it(stage: Stage) -> None:
    ties = [customer(f"evt_{n}{m}", id=f"cus_{n}", name=f"Name {m}") for n in range(5) for m in range(2)]
    stage.deliver([*ties, customer("evt_z", id="cus_z")])
    stage.run()
    assert names(stage, "crm") == ["cus_z"]
    assert writes(stage)["ready"] == 10


@pytest.mark.usefixtures("small")
def test_what_is_paused_does_not_hold_up_the_rest_of_its_system(stage: Stage) -> None:
    stage.deliver([customer("evt_c")])
    stage.run()
    stage.pause("flow:account.crm", paused=True)
    stage.deliver([*(customer(f"evt_{n}", id=f"cus_{n}x") for n in range(7)), invoice("evt_i")])
    stage.run()
    assert names(stage, "crm") == ["cus_1"]
    assert names(stage, "crm", "invoices") == ["in_1"]


def test_what_is_paused_is_not_even_loaded(stage: Stage) -> None:
    stage.targets["crm"].away = True
    stage.deliver([customer("evt_c")])
    stage.run()
    with stage.open_world() as world:
        assert len(select(world, "crm", 10, world.switches()).candidates) == 1
        stage.pause("flow:account.crm", paused=True)
        assert select(world, "crm", 10, world.switches()).candidates == []


@pytest.mark.usefixtures("small")
def test_many_batches_go_in_one_run(stage: Stage) -> None:
    stage.deliver([customer(f"evt_{n}", id=f"cus_{n}") for n in range(9)])
    stage.run()
    assert len(names(stage, "crm")) == len(names(stage, "erp")) == 9


# --- what cannot be looked at


def twins(stage: Stage, key: str) -> None:
    for _ in range(2):
        stage.insert("crm", "accounts", {"stripe_id": key, "name": "Twin", "email": None})


def test_a_record_that_cannot_be_looked_at_holds_up_no_other(stage: Stage) -> None:
    twins(stage, "cus_2")
    stage.deliver([*(customer(f"evt_{n}", id=f"cus_{n}") for n in range(5)), invoice("evt_i")])
    stage.run()
    assert names(stage, "crm") == [f"cus_{n}" for n in range(5)]
    assert names(stage, "crm", "invoices") == ["in_1"]
    assert stage.done is not None
    assert "two records of accounts hold the same stripe_id" in stage.done.faults["crm"].why
    assert stage.done.away == {}
    assert writes(stage) == {"confirmed": 11, "ready": 1}
    stage.run()
    assert writes(stage) == {}


def test_one_that_is_alone_holds_up_no_other_table(stage: Stage) -> None:
    stage.deliver([customer("evt_c")])
    stage.run()
    twins(stage, "cus_2")
    stage.deliver([customer("evt_d", id="cus_2"), invoice("evt_i")])
    stage.run()
    assert names(stage, "crm", "invoices") == ["in_1"]


def test_a_table_that_cannot_be_looked_at_is_not_asked_for_each_of_its_records(stage: Stage) -> None:
    asked: list[int] = []

    def gone(target: Wrapped) -> None:
        def images(query: ImageQuery) -> Mapping[str, Image]:
            asked.append(len(query.keys))
            raise PermanentError("there is no table accounts")

        target.images = images

    stage.deliver([customer(f"evt_{n}", id=f"cus_{n}") for n in range(50)])
    done = run_with(stage, crm=gone)
    assert asked == [50, 1, 1, 1]
    assert done.faults == {"crm": Fault("there is no table accounts")}
    assert writes(stage) == {"ready": 50, "confirmed": 50}


def test_a_bug_in_looking_is_named_and_is_about_its_record(stage: Stage) -> None:
    def poisoned(target: Wrapped) -> None:
        real = target.images

        def images(query: ImageQuery) -> Mapping[str, Image]:
            if "cus_1" in query.keys:
                raise KeyError("a secret value")
            return real(query)

        target.images = images

    stage.deliver([customer(f"evt_{n}", id=f"cus_{n}") for n in range(3)])
    done = run_with(stage, crm=poisoned)
    assert names(stage, "crm") == ["cus_0", "cus_2"]
    assert done.faults == {"crm": Fault("a bug in the connector of crm: KeyError")}


def test_a_table_that_is_not_there_is_a_fault_with_its_remedy_and_asked_for_once(stage: Stage) -> None:
    asked: list[int] = []

    def misnamed(target: Wrapped) -> None:
        def images(query: ImageQuery) -> Mapping[str, Image]:
            asked.append(len(query.keys))
            raise UnfitError("the database has no table 'accounts'", remedy="Create the table.")

        target.images = images

    stage.deliver([customer(f"evt_{n}", id=f"cus_{n}") for n in range(50)])
    done = run_with(stage, crm=misnamed)
    assert asked == [50]
    assert done.faults == {"crm": Fault("the database has no table 'accounts'", "Create the table.")}
    assert writes(stage) == {"ready": 50, "confirmed": 50}


# --- what cannot be sent


def not_sent(target: Wrapped) -> None:
    def write(batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
        return [
            Outcome(attempt=permit.send.attempt, kind=OutcomeKind.NOT_SENT, detail="it is read-only")
            for permit, _ in batch
        ]

    target.write = write


def test_a_target_that_takes_no_byte_is_left_alone_until_the_next_run(stage: Stage) -> None:
    stage.deliver([customer("evt_c")])
    done = run_with(stage, crm=not_sent)
    assert done.away == {"crm": "it is read-only"}
    assert writes(stage) == {"prepared": 1, "confirmed": 1}
    stage.run()
    assert names(stage, "crm") == ["cus_1"]


def test_a_batch_whose_time_is_over_before_it_begins_is_not_sent(stage: Stage) -> None:
    stage.deliver([customer("evt_c")])
    stage.armed["intent.committed"] = lambda: stage.clock.advance(timedelta(minutes=1))
    stage.run()
    assert stage.done is not None
    assert list(stage.done.away.values()) == ["the time for a write is over before it begins"]
    stage.run()
    assert (names(stage, "crm"), names(stage, "erp")) == (["cus_1"], ["cus_1"])
    assert [len(w.log) for w in stage.targets.values()] == [1, 1]


def test_what_cannot_be_prepared_is_put_aside_by_name(stage: Stage) -> None:
    def picky(target: Wrapped) -> None:
        real = target.prepare

        def prepare(request: Request) -> bytes:
            if request.key[1] == "cus_1":
                raise PermanentError("its name cannot be written")
            return real(request)

        target.prepare = prepare

    stage.deliver([customer("evt_c"), customer("evt_d", id="cus_2")])
    run_with(stage, crm=picky)
    assert names(stage, "crm") == ["cus_2"]
    assert writes(stage) == {"dead_lettered": 1, "confirmed": 3}


@pytest.mark.parametrize("threads", [True, False])
def test_a_bug_of_one_target_is_raised_when_the_others_are_done(stage: Stage, threads: bool) -> None:
    bug = ZeroDivisionError("a bug")

    def buggy(target: Wrapped) -> None:
        def write(batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
            raise bug

        target.write = write

    stage.deliver([customer(f"evt_{n}", id=f"cus_{n}") for n in range(3)])
    with ThreadPoolExecutor(2) as hands:
        if threads:
            stage.hands = hands
        with pytest.raises(ZeroDivisionError) as told:
            run_with(stage, crm=buggy)
    stage.hands = InlineExecutor()
    assert told.value is bug
    assert names(stage, "erp") == ["cus_0", "cus_1", "cus_2"]
    assert writes(stage)["confirmed"] == 3
    stage.run()
    stage.run()  # what failed twice waits for a while
    assert names(stage, "crm") == ["cus_0", "cus_1", "cus_2"]
    assert len(stage.targets["crm"].log) == 3


@pytest.mark.parametrize("error", [TemporaryError("connection refused"), PermanentError("no such host")])
def test_a_writer_that_raises_leaves_its_attempts_to_be_probed(stage: Stage, error: Exception) -> None:
    def raising(target: Wrapped) -> None:
        def write(batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
            raise error

        target.write = write

    stage.deliver([customer("evt_c")])
    done = run_with(stage, crm=raising)
    assert {**done.away, **{name: fault.why for name, fault in done.faults.items()}} == {"crm": str(error)}
    stage.run()
    assert names(stage, "crm") == ["cus_1"]


def test_a_ledger_that_goes_away_ends_the_run_and_loses_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.deliver([customer("evt_c")])

    def busy(*_: object) -> None:
        raise BusyError("another process is writing")

    with monkeypatch.context() as broken:
        broken.setattr(stage.store, "settle", busy)
        with pytest.raises(BusyError):
            stage.run()
    stage.run()
    assert writes(stage) == {"confirmed": 2}
    assert [len(w.log) for w in stage.targets.values()] == [1, 1]


# --- unknown outcomes


def test_a_probe_that_fails_does_not_hold_up_what_can_be_delivered(stage: Stage) -> None:
    stage.lie("crm", ["time_out"])
    stage.deliver([customer("evt_c")])

    def unsure(target: Wrapped) -> None:
        target.probe = lambda _: Probe(result=ProbeResult.FAILED, detail="there is no table accounts")

    run_with(stage, crm=unsure)
    stage.deliver([customer("evt_d", id="cus_2")])
    done = run_with(stage, crm=unsure)
    assert names(stage, "crm") == ["cus_2"]
    assert done.away == {"crm": "there is no table accounts"}
    stage.run()
    assert names(stage, "crm") == ["cus_1", "cus_2"]


@pytest.mark.usefixtures("small")
def test_a_probe_that_fails_is_not_made_again_before_every_batch(stage: Stage) -> None:
    probes: list[int] = []

    def unsure(target: Wrapped) -> None:
        def probe(_: bytes) -> Probe:
            probes.append(1)
            return Probe(result=ProbeResult.FAILED, detail="no answer")

        target.probe = probe

    stage.lie("crm", ["time_out"])
    stage.deliver([customer("evt_c")])
    run_with(stage, crm=unsure)
    probes.clear()
    stage.deliver([customer(f"evt_{n}", id=f"cus_{n}x") for n in range(9)])
    run_with(stage, crm=unsure)
    assert len(names(stage, "crm")) == 9
    assert len(probes) == 1


def test_a_bug_in_probing_is_a_probe_that_failed(stage: Stage) -> None:
    def buggy(target: Wrapped) -> None:
        def probe(frozen: bytes) -> Probe:
            raise KeyError("a secret value")

        target.probe = probe

    stage.lie("crm", ["lose_answer"])
    stage.deliver([customer("evt_c")])
    assert run_with(stage, crm=buggy).faults == {"crm": Fault("a bug in the connector of crm: KeyError")}
    assert writes(stage) == {"unknown": 1, "confirmed": 1}
    stage.run()
    assert len(stage.targets["crm"].log) == 1


def test_a_target_that_never_answers_does_not_keep_a_run_going(stage: Stage) -> None:
    stage.lie("crm", ["time_out"] * 1000)
    stage.deliver([customer("evt_c")])
    before = stage.clock.now()
    stage.run()
    assert stage.clock.now() - before < timedelta(hours=1, minutes=2)
    assert stage.tally is not None
    assert stage.tally.writes[ActionState.CONFIRMED] == 1


def test_a_target_that_always_wants_to_wait_does_not_keep_a_run_going(stage: Stage) -> None:
    stage.lie("crm", ["throttle"] * 1000)
    stage.deliver([customer("evt_c")])
    before = stage.clock.now()
    stage.run()
    assert stage.clock.now() - before < timedelta(hours=1, minutes=2)


def test_several_records_that_carry_the_key_of_an_unknown_write_park_it(stage: Stage) -> None:
    stage.lie("crm", ["lose_answer"])
    stage.deliver([customer("evt_c")])
    stage.armed["write.answered"] = lambda: twins(stage, "cus_1")
    stage.run()
    assert writes(stage) == {"parked": 1, "confirmed": 1}


# --- somebody else writes there too


def test_somebody_who_edits_faster_than_we_look_is_left_for_the_next_run(stage: Stage) -> None:
    stage.deliver([customer("evt_c")])
    stage.run()

    def restless(target: Wrapped) -> None:
        real, count = target.images, iter(range(1000))

        def images(query: ImageQuery) -> Mapping[str, Image]:
            stage.edit("crm", "accounts", "cus_1", {"name": f"Edit {next(count)}"})
            return real(query)

        target.images = images

    stage.deliver([customer("evt_d", 9, name="Acme Two")])
    run_with(stage, crm=restless)
    assert stage.tally is not None
    assert stage.tally.readings == deliver.MAX_LOOKS
    stage.run()
    assert stage.table("crm", "accounts")["cus_1"]["name"] == "Acme Two"


def test_a_write_that_always_comes_too_late_is_left_for_the_next_run(stage: Stage) -> None:
    stage.deliver([customer("evt_c")])
    stage.run()
    sent: list[int] = []

    def elusive(target: Wrapped) -> None:
        def write(batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
            sent.append(len(batch))
            return [Outcome(attempt=permit.send.attempt, kind=OutcomeKind.MOVED) for permit, _ in batch]

        target.write = write

    stage.deliver([customer("evt_d", 9, name="Acme Two")])
    run_with(stage, crm=elusive)
    assert len(sent) == deliver.MAX_LOOKS + 1
    stage.run()
    assert stage.table("crm", "accounts")["cus_1"]["name"] == "Acme Two"


def test_a_change_that_is_judged_while_a_write_is_out_is_settled_on_the_record_as_it_is_now(stage: Stage) -> None:
    stage.deliver([customer("evt_c")])
    stage.armed["write.answered"] = lambda: stage.judge_now([customer("evt_d", 9, name="Acme Two")])
    stage.run()
    assert stage.table("crm", "accounts")["cus_1"]["name"] == "Acme Two"
    assert stage.table("erp", "accounts")["cus_1"]["name"] == "Acme Two"
    assert not stage.store.load([("account.stripe", "cus_1")], ()).by_link["account.stripe", "cus_1"].unsettled


def test_news_of_one_account_drops_no_write_that_rests_on_another(stage: Stage) -> None:
    """The second judgement rests on the records that it asked, and on no others."""
    stage.rewrite("gates.yaml", "object: account, in: erp", "object: invoice, in: erp")
    stage.rewrite("gates.yaml", "about: self", "about: account")
    stage.deliver([customer("evt_a"), customer("evt_b", id="cus_2")])
    stage.run()
    other = {**invoice("evt_j", id="in_2"), "object": {**invoice("evt_j", id="in_2")["object"], "customer": "cus_2"}}
    stage.deliver([invoice("evt_i"), other])
    passed: list[str] = []

    def revoke() -> None:
        passed.append("looked")
        stage.armed["prepare.looked"] = lambda: passed.append("looked again")
        stage.judge_now([customer("evt_r", 20, id="cus_2", kyb="failed")])

    stage.armed["settle.committed"] = lambda: passed.append("settled")
    stage.armed["prepare.looked"] = revoke
    with stage.open_world() as world:
        stage.world = world
        run(world, {"erp": Wrapped(world.adapters["erp"])}, {"stripe": stage.folder / "inbox"})
    assert passed[:2] == ["looked", "settled"]
    assert names(stage, "erp", "invoices") == ["in_1"]


def test_a_flow_without_a_grant_is_not_written_and_its_actions_are_cancelled(stage: Stage) -> None:
    stage.targets["crm"].away = True
    stage.deliver([customer("evt_c"), invoice("evt_1")])
    stage.run()
    grant = "    - {may: [create, update], object: invoice, in: crm, fields: [account, number, status, total, memo]}\n"
    stage.rewrite("authority.yaml", grant, "")
    stage.targets["crm"].away = False
    stage.run()
    assert names(stage, "crm") == ["cus_1"]
    stage.run()  # until now it waited for the account
    assert writes(stage) == {"cancelled": 1}
    assert names(stage, "crm", "invoices") == []
