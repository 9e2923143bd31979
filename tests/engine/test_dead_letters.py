"""Failed attempts are counted per message; after so many a message is a dead letter, and it holds up no other."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from syncengine.connectors import stripe
from syncengine.errors import PermanentError
from syncengine.model.attempt import Outcome, Request
from syncengine.model.letter import Letter, Message
from syncengine.model.permit import Permit
from syncengine.vocabulary import ActionState, OutcomeKind
from tests.engine.events import customer
from tests.engine.test_deliver import Wrapped, names, run_with, writes
from tests.scenarios.stage import Stage

MAX = 3


@pytest.fixture(autouse=True)
def few(stage: Stage) -> None:
    """Three failed attempts make a dead letter."""
    stage.rewrite("project.yaml", "name: stage", f"name: stage\ndeliveries: {{max_receive_count: {MAX}}}")


def letters(stage: Stage) -> Sequence[Letter]:
    return stage.store.dead_letters(100)


def is_for(frozen: bytes, key: str) -> bool:
    return key.encode() in frozen


def poisoned(key: str, times: int = 1000) -> Any:
    """A writer with a bug that shows with one record; whatever shares a request with it goes down too."""
    left = iter(range(times))

    def wrap(target: Wrapped) -> None:
        real = target.write

        def write(batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
            if any(is_for(frozen, key) for _, frozen in batch) and next(left, None) is not None:
                for permit, frozen in batch:
                    permit.redeem(frozen)
                raise KeyError("a value that nobody may see")
            return real(batch)

        target.write = write

    return wrap


def run_through(stage: Stage, runs: int = 8, **wraps: Any) -> int:
    """Runs until nothing raises any more; gives how many raised the adapter's bug."""
    raised = 0
    for _ in range(runs):
        try:
            run_with(stage, **wraps)
        except KeyError:
            raised += 1
    return raised


def test_one_record_that_an_adapter_cannot_stand_is_a_dead_letter_and_the_others_go(stage: Stage) -> None:
    stage.deliver([customer(f"evt_{n}", id=f"cus_{n}") for n in range(6)])
    assert run_through(stage, crm=poisoned("cus_3")) > 0
    assert names(stage, "crm") == [f"cus_{n}" for n in range(6) if n != 3]
    (letter,) = letters(stage)
    assert (letter.birth, letter.receives, letter.flow) == ("cus_3", MAX, "account.crm")
    assert letter.error == "a bug in the connector of crm: KeyError"
    assert {row.content["stripe_id"] for row in stage.targets["erp"].rows("accounts")} == {f"cus_{n}" for n in range(6)}


def test_who_shared_a_request_with_a_poison_is_not_charged_for_it(stage: Stage) -> None:
    stage.deliver([customer(f"evt_{n}", id=f"cus_{n}") for n in range(4)])
    with pytest.raises(KeyError):
        run_with(stage, crm=poisoned("cus_2"))
    actions = {row["id"]: row for row in stage.store.standing()["actions"] if row["flow"] == "account.crm"}
    charged = {number: known.receives for number, known in stage.store.failures(list(actions)).items()}
    confirmed = [number for number, row in actions.items() if row["state"] == "confirmed"]
    assert all(charged[number] == 0 for number in confirmed if number in charged)


def test_what_comes_behind_a_dead_letter_waits_and_is_counted(stage: Stage) -> None:
    stage.lie("crm", ["refuse"])
    stage.deliver([customer("evt_c")])
    stage.run()
    stage.deliver([customer("evt_d", 9, name="Acme Two")])
    stage.run()
    (letter,) = letters(stage)
    assert (letter.receives, letter.behind, letter.waiting) == (1, 1, 0)
    assert writes(stage)["ready"] == 1
    assert stage.store.dead_letter(letter.id) == stage.store.dead_letter(letter.name) == [letter]


def test_a_definite_no_is_a_dead_letter_at_once(stage: Stage) -> None:
    stage.lie("crm", ["refuse"])
    stage.deliver([customer("evt_c")])
    stage.run()
    (letter,) = letters(stage)
    assert (letter.message, letter.receives) == (Message.ACTION, 1)
    assert stage.tally is not None
    assert stage.tally.dead_letters == {Message.ACTION: 1}


def test_an_attempt_that_fails_by_itself_is_counted_until_it_is_a_dead_letter(stage: Stage) -> None:
    stage.lie("crm", ["time_out"] * 100)
    stage.deliver([customer("evt_c")])
    for _ in range(10):
        stage.run()
    (letter,) = letters(stage)
    assert letter.receives == MAX
    attempts = [row for row in stage.store.standing()["attempts"] if row["action"] == letter.number]
    assert len(attempts) == MAX
    assert names(stage, "crm") == []


def test_what_a_target_puts_off_is_never_counted(stage: Stage) -> None:
    stage.lie("crm", ["throttle"] * 300)
    stage.deliver([customer("evt_c")])
    for _ in range(2 * MAX):
        stage.run()
    assert letters(stage) == []
    (number,) = [row["id"] for row in stage.store.standing()["actions"] if row["flow"] == "account.crm"]
    assert stage.store.failures([number]) == {}


def test_a_worker_that_is_lost_is_not_counted(stage: Stage) -> None:
    """It dies with the intent committed and nothing sent, more often than a message may fail."""

    class LostError(BaseException):
        pass

    def die() -> None:
        raise LostError

    stage.deliver([customer("evt_c")])
    for _ in range(2 * MAX):
        stage.armed["intent.committed"] = die
        with pytest.raises(LostError):
            stage.run()
    stage.armed.clear()
    stage.run()
    assert letters(stage) == []
    assert names(stage, "crm") == ["cus_1"]


def test_a_pause_and_a_hold_are_not_counted(stage: Stage) -> None:
    stage.pause("system:crm", paused=True)
    stage.deliver([customer("evt_c")])
    for _ in range(2 * MAX):
        stage.run()
    stage.pause("system:crm", paused=False)
    stage.run()
    assert letters(stage) == []
    assert names(stage, "crm") == ["cus_1"]


def test_a_target_that_is_down_makes_no_dead_letters_of_all_that_waits(stage: Stage) -> None:
    """Requests that fail one after the other are the system's fault: after some of them it is left alone."""
    down = True

    def silent(target: Wrapped) -> None:
        real = target.write

        def write(batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
            if not down:
                return real(batch)
            sent = [permit.send.attempt for permit, _ in batch]
            return [Outcome(attempt=attempt, kind=OutcomeKind.UNKNOWN, detail="no answer") for attempt in sent]

        target.write = write

    stage.deliver([customer(f"evt_{n}", id=f"cus_{n}") for n in range(30)])
    for _ in range(MAX):
        assert run_with(stage, crm=silent).away == {"crm": "no answer"}
    assert len(letters(stage)) <= 1
    down = False
    for _ in range(8):
        run_with(stage, crm=silent)
    assert len(names(stage, "crm")) + len(letters(stage)) == 30


def test_a_record_that_cannot_be_prepared_is_a_dead_letter_and_the_others_go(stage: Stage) -> None:
    def picky(target: Wrapped) -> None:
        real = target.prepare

        def prepare(request: Request) -> bytes:
            if request.key[1] == "cus_1":
                raise ZeroDivisionError("a secret value")
            return real(request)

        target.prepare = prepare

    stage.deliver([customer(f"evt_{n}", id=f"cus_{n}") for n in range(3)])
    run_with(stage, crm=picky)
    assert names(stage, "crm") == ["cus_0", "cus_2"]
    (letter,) = letters(stage)
    assert letter.error == "cannot be prepared: a bug in the connector of crm: ZeroDivisionError"


@pytest.mark.parametrize("error", [PermanentError("it is no event"), KeyError("a secret value")])
def test_a_delivery_that_cannot_be_parsed_is_a_dead_letter_and_the_others_are_applied(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    real = stripe.parse.parse

    def parse(content: Mapping[str, Any]) -> Any:
        if content["id"] == "evt_1":
            raise error
        return real(content)

    monkeypatch.setattr(stripe.parse, "parse", parse)
    stage.deliver([customer(f"evt_{n}", id=f"cus_{n}") for n in range(3)])
    stage.run()
    assert names(stage, "crm") == ["cus_0", "cus_2"]
    (letter,) = letters(stage)
    assert (letter.message, letter.name, letter.receives) == (Message.INPUT, "evt_1", 1)
    assert "secret" not in letter.error
    stage.run()
    assert letters(stage) == [letter]


def test_a_probe_after_the_last_attempt_is_news(stage: Stage) -> None:
    told: list[str] = []
    stage.lie("crm", ["time_out"] * 100)
    stage.deliver([customer("evt_c")])
    for _ in range(6):
        stage.run()
        assert stage.tally is not None
        told += [state.value for state in stage.tally.writes if state is ActionState.DEAD_LETTERED]
    assert told == ["dead_lettered"]

