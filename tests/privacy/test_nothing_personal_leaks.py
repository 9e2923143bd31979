"""What is personal is seen in the views that may see it and nowhere else: not in a trace, a run's answer, a log or the
reason of anything, whatever goes wrong on the way.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.connectors.memory import Lie
from syncengine.vocabulary import Mask, NewsType
from tests.privacy.rig import Rig

MARKS: Final[Mapping[str, tuple[str, ...]]] = {
    "pii": ("zqp", "1907-03-", "7719331", "77193.31", "5550190", "zqp".upper()),
    "health": ("zqh",),
    "account_number": ("ZQ12 3704", "ZQ12370400440532013000", "44053201"),
}
"""What personal values hold, and nothing else in these tests does."""


def person(number: int, **said: Any) -> dict[str, Any]:
    """A customer whose every personal value is marked."""
    metadata: dict[str, Any] = {
        "contact": f"Zqpcontact{number} Zqpfamily", "iban": f"ZQ12 3704 0044 0532 0130 {number:02}",
        "born": f"1907-03-{number % 28 + 1:02}", "salary": 7719331, "currency": "eur", "tier": "zqpgold",
        "diagnosis": f"zqhdiagnosis{number}", "kyb": "passed", "label": None, **said.pop("metadata", {}),
    }  # fmt: skip
    return {
        "object": "customer", "id": f"cus_{number}", "name": f"zqpname{number}",
        "email": f"zqpmail{number}@zqp.example", "phone": "+4930 5550190",
        "address": {"line1": f"zqpstreet {number}", "city": "zqpcity", "country": "DE"}, "metadata": metadata, **said,
    }  # fmt: skip


TROUBLES: Final[Mapping[str, dict[str, Any]]] = {
    "nothing": {},
    "a new name": {"name": "zqprenamed"},
    "an email that is none": {"email": "zqp no address"},
    "a phone that is none": {"phone": "zqpphone"},
    "a word outside the list": {"metadata": {"tier": "zqptin"}},
    "a move that is not listed": {"metadata": {"tier": "zqprust"}},
    "a date that is none": {"metadata": {"born": "zqpborn"}},
    "an amount that is none": {"metadata": {"salary": "zqpsalary"}},
    "an amount without a currency": {"metadata": {"currency": None}},
    "a text where a record is": {"address": "zqpaddress"},
    "a list where a text is": {"name": ["zqpname"]},
    "a name that may not be empty": {"name": None},
    "a row that a check refuses": {"name": "zqpunchecked"},
    "a row that a trigger refuses": {"address": {"line1": "zqp", "city": "zqprefused", "country": "DE"}},
    "a value that is another's": {"email": "zqpmail@zqp.example"},
    "a held partner": {"metadata": {"kyb": "failed"}},
    "a status nobody knows": {"metadata": {"kyb": "zqpstatus"}},
}


def deliver(rig: Rig, number: int, trouble: str, at: int, event: str) -> None:
    said = TROUBLES[trouble]
    object_ = person(number, **{k: dict(v) if k == "metadata" else v for k, v in said.items()})
    rig.deliver([{"event": event, "type": "customer.updated", "at": at, "object": object_}])


def spoil(rig: Rig, number: int) -> None:
    """Lines that are no deliveries, and bodies that are refused."""
    body = rig.body({"event": "evt_x", "type": "customer.updated", "at": 5, "object": person(number)})
    doubled = body.replace('"name"', '"zqp a@b.example": 1, "zqp a@b.example": 2, "name"')
    for line in (
        json.dumps({"headers": {}, "body": body.replace("}", "")}),
        json.dumps({"headers": {}, "body": doubled}),
        json.dumps({"headers": {}, "body": body, "zqp a@b.example": 1}),
        f"zqp {body}",
    ):
        rig.raw(line)


def tie(rig: Rig, number: int, *, readable: bool) -> None:
    """Two states of one second that nothing puts in order; the record can be read back, or not."""
    one, other = person(number), person(number, name=f"zqpother{number}")
    rig.deliver(
        [
            {"event": f"evt_{number}_{n}", "type": "customer.updated", "at": 900, "object": object_}
            for n, object_ in enumerate((one, other))
        ]
    )
    if readable:
        rig.snapshot("customers", {**other, "created": 1})


def lying(rig: Rig, _: int, *, lie: Lie) -> None:
    rig.lie("erp", [lie.value])


STEPS: Final[Mapping[str, Callable[[Rig, int], None]]] = {
    "a tie that is read back": lambda rig, n: tie(rig, n, readable=True),
    "a tie that cannot be read back": lambda rig, n: tie(rig, n, readable=False),
    "lines that are no deliveries": spoil,
    "an edit of a contact": lambda rig, _: rig.in_crm("UPDATE accounts SET contact = 'Zqpedited'"),
    "an edit of a phone": lambda rig, _: rig.in_crm("UPDATE accounts SET phone = '+495550190999'"),
    "an edit of a name": lambda rig, _: rig.in_crm("UPDATE accounts SET name = 'zqpedited', street = 'zqp'"),
    "a row that is deleted": lambda rig, n: rig.in_crm(f"DELETE FROM accounts WHERE stripe_id = 'cus_{n}'"),
    "a row of the same key": lambda rig, n: rig.in_crm(
        f"INSERT OR IGNORE INTO accounts (stripe_id, name, contact) VALUES ('cus_{n}', 'zqpthere', 'Zqpthere')"
    ),
    "the crm goes away": lambda rig, _: rig.move_crm(away=True),
    "the crm comes back": lambda rig, _: rig.move_crm(away=False),
    "a column that is gone": lambda rig, _: rig.in_crm("ALTER TABLE accounts RENAME COLUMN diagnosis TO other"),
    **{f"the erp: {lie.value}": partial(lying, lie=lie) for lie in Lie},
    "a run": lambda rig, _: rig.run(),
}  # fmt: skip


def play(rig: Rig, steps: list[tuple[str, int]]) -> None:
    numbers = count(1)
    for what, number in steps:
        at = next(numbers)
        if what in TROUBLES:
            deliver(rig, number, what, at * 10, f"evt_{at}")
        else:
            STEPS[what](rig, number)
    rig.run()
    rig.run()


def leaks(text: str, klass: str) -> list[str]:
    return [mark for mark in MARKS[klass] if mark in text or mark in text.lower()]


def look_everywhere(rig: Rig) -> None:
    for view, cells in rig.plan.views.items():
        told = rig.told(view)
        for klass in MARKS:
            if cells.get(klass) is not Mask.CLEAR:
                assert not leaks(told, klass), (view, klass, told)
    everywhere = "\n".join((*rig.lines, *rig.printed, rig.trail()))
    for klass in MARKS:
        assert not leaks(everywhere, klass), (klass, everywhere)


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.sampled_from([*TROUBLES, *STEPS, "a run"]), st.integers(1, 3)), min_size=1, max_size=8
    )
)  # fmt: skip
def test_whatever_goes_wrong_nothing_personal_is_told(steps: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        rig = Rig(Path(folder) / "rig")
        play(rig, [("nothing", 1), ("a run", 1), *steps])
        look_everywhere(rig)


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Rig:
    """Everything goes wrong once."""
    rig = Rig(tmp_path_factory.mktemp("wrong") / "rig")
    numbers = count(1)
    quiet = {"the crm goes away", "the crm comes back", "a column that is gone", "a run"}
    steps = [("nothing", next(numbers)), ("a run", 0)]
    for what in [*TROUBLES, *(step for step in STEPS if step not in quiet)]:
        number = next(numbers)
        steps += [("nothing", number), ("a run", 0), (what, number), ("a new name", number), ("a run", 0)]
        steps += [("nothing", number), (what if what in TROUBLES else "nothing", number + 200), ("a run", 0)]
    play(rig, [*steps, ("the crm goes away", 0), ("nothing", 500), ("a run", 0)])
    return rig


def test_nothing_personal_is_told_when_everything_goes_wrong(wrong: Rig) -> None:
    look_everywhere(wrong)


def test_everything_did_go_wrong(wrong: Rig) -> None:
    told = {json.loads(line)["type"] for line in wrong.lines if line.startswith("{")}
    assert {kind.value for kind in NewsType} - told == {NewsType.COLLIDED, NewsType.PARKED}
    assert wrong.dossier().conflicts
    reasons = {review.why.partition(" ")[2] for review in wrong.dossier().reviews}
    assert len(reasons) > 5, reasons


def test_who_may_see_sees(wrong: Rig) -> None:
    told = wrong.told("compliance")
    for klass in ("pii", "health"):
        assert leaks(told, klass)
    assert "ZQ1237•••" in told
    assert leaks(wrong.told("finance"), "pii")


def test_who_may_compare_compares(wrong: Rig) -> None:
    """Equal values have equal hashes, in a trace and in a log."""
    from syncengine.evidence.mask import hashed

    shown = hashed("zqpname1", wrong.store.secret())
    assert shown in wrong.told("exports")
    assert any(shown in line for line in wrong.lines)
