"""Erasing a customer of a company at work: nothing is left of them, nothing comes back, and nobody else notices."""

import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from syncengine.engine.erase import erase
from syncengine.errors import BusyError, NotFoundError, RefusedError, UserError
from syncengine.store.open import open_store
from syncengine.store.protocol import Store
from tests.erasure.company import (
    about_two,
    customer,
    event,
    forget,
    found,
    grandchild,
    invoice,
    kept_in,
    laid_open,
    life,
    mark,
    payment,
    told_of,
    unknown,
    whole,
)
from tests.scenarios.stage import Stage

BOUNDARIES = ("intake.committed", "decide.judged", "prepare.looked", "intent.ready")
"""Moments of a run at which nothing is on its way."""


def sqlite(folder: Path) -> Store:
    return open_store(f"sqlite:///{folder}/ledger/state.db")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    opened = Stage(tmp_path, store=sqlite(tmp_path))
    yield opened
    opened.store.close()


def busy(stage: Stage) -> None:
    stage.deliver([e for number in (1, 2, 3) for e in life(number)])
    stage.run()


def raw(stage: Stage, line: str) -> None:
    (stage.folder / "inbox" / "9000.jsonl").write_text(line + "\n")


def test_no_byte_of_them_is_left_in_the_ledgers_folder(stage: Stage) -> None:
    busy(stage)
    stage.deliver([{**life(1)[0], "object": customer(1, name=f"collides {mark(1)}")}])
    raw(stage, f'{{"headers": {{}}, "body": "<cus_1 {mark(1)}>')
    stage.edit("crm", "accounts", "cus_1", {"name": f"edited {mark(1)}"})
    stage.deliver([event("evt_1_20", 2000, customer(1, name=f"moved {mark(1)}", metadata={"kyb": "pending"}))])
    stage.run()
    ledger = stage.folder / "ledger"
    assert found([mark(1), mark(2)], kept_in(ledger)) == [mark(1), mark(2)]
    report = forget(stage, "cus_1")
    assert report.objects == {"account": 1, "invoice": 2, "payment": 1}
    assert found([mark(1), mark(2)], kept_in(ledger)) == [mark(2)]
    assert whole(stage) == ()


@pytest.mark.parametrize("way", ["utf-8", "escaped", "hex", "base64", "utf-16"])
def test_the_search_finds_a_value_in_every_spelling(way: str, tmp_path: Path) -> None:
    text = f"Ünique {mark(1)} GmbH"
    spelled = {
        "utf-8": text.encode(), "escaped": f"\\u00dcnique {mark(1)} GmbH".encode(), "hex": text.encode().hex().encode(),
        "base64": b64encode(b"{" + text.encode() + b"}"), "utf-16": text.encode("utf-16-le"),
    }  # fmt: skip
    (tmp_path / "f").write_bytes(b"..." + spelled[way] + b"...")
    assert found([text], kept_in(tmp_path)) == [text]


def test_nothing_tells_of_them_in_any_view(stage: Stage) -> None:
    busy(stage)
    assert mark(1) in laid_open(stage)
    forget(stage, "cus_1")
    told = laid_open(stage)
    assert mark(1) not in told
    assert mark(2) in told
    assert "erased by" in told


def test_the_others_are_untouched(stage: Stage) -> None:
    busy(stage)
    before = [told_of(stage, n) for n in (2, 3)]
    targets = {name: stage.table(name, "accounts") for name in ("crm", "erp")}
    forget(stage, "cus_1")
    assert [told_of(stage, n) for n in (2, 3)] == before
    stage.run()
    assert {name: stage.table(name, "accounts") for name in ("crm", "erp")} == targets
    assert [told_of(stage, n) for n in (2, 3)] == before


def test_what_comes_later_is_taken_in_and_not_kept(stage: Stage) -> None:
    busy(stage)
    forget(stage, "cus_1")
    stage.deliver(
        [
            event("evt_new_1", 9000, customer(1, name=f"again {mark(1)}")),
            event("evt_new_2", 9001, invoice(1, 3)),
            event("evt_new_3", 9002, {"object": "credit_note", "id": "cn_1", "invoice": "in_1_3", "memo": mark(1)}),
            event("evt_new_4", 9003, customer(2, name=f"again {mark(2)}")),
        ]
    )
    stage.deliver(life(1))
    stage.run()
    assert stage.done is not None
    assert stage.done.intake.refused == []
    assert found([mark(1)], kept_in(stage.folder / "ledger")) == []
    assert stage.table("crm", "accounts")["cus_2"]["name"] == f"again {mark(2)}"
    assert "again" not in stage.table("crm", "accounts")["cus_1"]["name"]
    assert whole(stage) == ()
    assert not forget(stage, "cus_1").counts


def test_their_row_in_a_target_is_not_taken_up_again(stage: Stage) -> None:
    """It carries the key of the record that was erased."""
    busy(stage)
    forget(stage, "cus_1")
    before = stage.table("crm", "accounts")
    stage.edit("crm", "accounts", "cus_1", {"name": f"by hand {mark(1)}"})
    stage.deliver([event("evt_new_1", 9000, invoice(2, 9))])
    for _ in range(2):
        stage.run()
    assert stage.table("crm", "accounts")["cus_1"]["name"] == f"by hand {mark(1)}"
    assert before.keys() == stage.table("crm", "accounts").keys()
    assert found([mark(1)], kept_in(stage.folder / "ledger")) == []


def test_somebody_whom_no_flow_reads_is_erased_too(stage: Stage) -> None:
    shown = (unknown(4, 1), grandchild(4, 1), unknown(5, 1))
    stage.deliver([event(f"evt_{n}", n, each) for n, each in enumerate(shown)])
    stage.run()
    assert forget(stage, "cus_4").counts["inputs"] == 2
    assert found([mark(4), mark(5)], kept_in(stage.folder / "ledger")) == [mark(5)]


def test_a_delivery_about_two_goes_with_the_first_and_takes_nothing_from_the_other(stage: Stage) -> None:
    busy(stage)
    stage.deliver([event("evt_m", 3000, about_two(1, 2))])
    stage.run()
    before = told_of(stage, 2)
    forget(stage, "cus_1")
    assert told_of(stage, 2) == before
    assert found([mark(1)], kept_in(stage.folder / "ledger")) == []


def test_what_waits_to_be_written_is_cancelled(stage: Stage) -> None:
    stage.pause("system:crm", paused=True)
    busy(stage)
    forget(stage, "cus_1")
    stage.pause("system:crm", paused=False)
    stage.run()
    assert set(stage.table("crm", "accounts")) == {"cus_2", "cus_3"}
    assert {key for key in stage.table("crm", "invoices") if key.startswith("in_1")} == set()


def test_a_write_on_its_way_is_settled_first(stage: Stage) -> None:
    stage.lie("crm", ["lose_answer"] * 3)
    stage.armed["probe.chosen"] = lambda: tried.append(_refusal(stage))
    tried: list[str] = []
    busy(stage)
    assert tried
    assert "on its way" in tried[0]
    assert found([mark(1)], kept_in(stage.folder / "ledger")) == [mark(1)]
    stage.run()
    forget(stage, "cus_1")
    assert found([mark(1)], kept_in(stage.folder / "ledger")) == []


def _refusal(stage: Stage) -> str:
    with pytest.raises(BusyError) as refused:
        forget(stage, "cus_1")
    return refused.value.message


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_run_that_has_them_in_its_hands_does_not_bring_them_back(stage: Stage, boundary: str) -> None:
    def meanwhile() -> None:
        forget(stage, "cus_1")

    stage.armed[boundary] = meanwhile
    busy(stage)
    assert boundary not in stage.armed, "the run came there"
    stage.run()
    assert found([mark(1), mark(2)], kept_in(stage.folder / "ledger")) == [mark(2)]
    assert whole(stage) == ()
    assert {"cus_2", "cus_3"} <= set(stage.table("crm", "accounts"))
    assert not forget(stage, "cus_1").counts


def test_a_legal_hold_refuses_with_its_reason(stage: Stage) -> None:
    busy(stage)
    stage.switch(lambda session: _hold(stage, session, "in_1_1", held=True))
    with pytest.raises(RefusedError, match="court order 9"):
        forget(stage, "cus_1")
    assert found([mark(1)], kept_in(stage.folder / "ledger")) == [mark(1)]
    stage.switch(lambda session: _hold(stage, session, "in_1_1", held=False))
    forget(stage, "cus_1")
    assert found([mark(1)], kept_in(stage.folder / "ledger")) == []


def _hold(stage: Stage, session: Any, subject: str, *, held: bool) -> None:
    stage.store.set_legal_hold(session, subject, held, "court order 9", stage.clock.now())


def test_a_reason_that_tells_is_refused(stage: Stage) -> None:
    busy(stage)
    with pytest.raises(UserError, match=r"account\.email"):
        forget(stage, "cus_1", f"asked by {mark(1)}@EXAMPLE.com")
    assert not stage.store.has_forgotten()


def test_nobody_is_erased_by_mistake(stage: Stage) -> None:
    busy(stage)
    entries = len(list(stage.store.entries()))
    with pytest.raises(NotFoundError):
        forget(stage, "cus_9")
    assert len(list(stage.store.entries())) == entries


class Died(BaseException):
    """As if the process had ended here."""


@pytest.mark.parametrize("at", range(6))
def test_an_erasure_that_dies_anywhere_is_finished_by_the_next(stage: Stage, at: int, monkeypatch: Any) -> None:
    monkeypatch.setattr("syncengine.engine.erase.BATCH", 3)
    busy(stage)
    passed = 0

    def die(_name: str) -> None:
        nonlocal passed
        passed += 1
        if passed > at * 2:
            raise Died

    with pytest.raises(Died):
        _erase(stage, die)
    assert whole(stage) == ()
    stage.deliver([event("evt_between", 9000, customer(1, name=f"between {mark(1)}"))])
    stage.run()
    assert whole(stage) == ()
    forget(stage, "cus_1")
    assert found([mark(1), mark(2)], kept_in(stage.folder / "ledger")) == [mark(2)]
    assert whole(stage) == ()


def _erase(stage: Stage, boundary: Callable[[str], None]) -> None:
    erase(stage.store, stage.clock, "cus_1", actor="ana", reason="request 17", boundary=boundary)


# --- any company


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[dict[str, Any]], int, int]:
    """Events of several customers in any order, who is erased, and how many of the events come before that."""
    customers = draw(st.integers(2, 4))
    events = [each for number in range(customers) for each in life(number)[: draw(st.integers(1, 9))]]
    pairs = draw(st.lists(st.tuples(st.integers(0, customers - 1), st.integers(0, customers - 1)), max_size=2))
    events += [event(f"evt_m{n}", 700 + n, about_two(*pair)) for n, pair in enumerate(dict.fromkeys(pairs))]
    events += [event(f"evt_p{n}", 800 + n, payment(n, 7)) for n in range(draw(st.integers(0, customers)))]
    order = draw(st.permutations(events))
    return order, draw(st.integers(0, customers - 1)), draw(st.integers(1, len(order)))


@settings(
    deadline=None, max_examples=int(os.environ.get("SYNCENGINE_TEST_COMPANIES", "20")),
    phases=(Phase.explicit, Phase.reuse, Phase.generate), suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
@given(story=stories())
def test_in_any_company_one_is_gone_and_the_others_never_knew(story: tuple[list[dict[str, Any]], int, int]) -> None:
    events, gone, before = story
    with TemporaryDirectory() as folder:
        twin = played(Path(folder), events, before, lambda _: None)
        expected = [_rows(twin, number) for number in range(4)]
    with TemporaryDirectory() as folder:
        stage = played(Path(folder), events, before, lambda stage: _forget_if_known(stage, gone))
        assert whole(stage) == ()
        assert [_rows(stage, n) for n in range(4) if n != gone] == [expected[n] for n in range(4) if n != gone]
        if stage.store.has_forgotten():
            assert not found([mark(gone)], b"".join(row.body or b"" for row in stage.store.payloads()))
            assert mark(gone) not in laid_open(stage)


def played(
    folder: Path, events: list[dict[str, Any]], before: int, between: Callable[[Stage], None]
) -> Stage:  # fmt: skip
    stage = Stage(folder)
    stage.deliver(events[:before])
    stage.run()
    between(stage)
    stage.deliver([*events[before:], event("evt_last", 999, customer(0))])
    stage.run()
    return stage


def _forget_if_known(stage: Stage, number: int) -> None:
    if stage.store.reach(f"cus_{number}") is not None:
        forget(stage, f"cus_{number}")
        assert whole(stage) == ()
        assert mark(number) not in laid_open(stage)


def _rows(stage: Stage, number: int) -> list[Any]:
    """What stands of a customer in the targets."""
    own = (f"cus_{number}", f"in_{number}_", f"pi_{number}_")
    return [
        (name, table, key, {place: value for place, value in row.items() if place != "id"})
        for name in ("crm", "erp")
        for table in ("accounts", "invoices", "payments")
        for key, row in stage.table(name, table).items()
        if key.startswith(own)
    ]
