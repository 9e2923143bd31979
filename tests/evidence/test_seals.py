"""The newest seal of every row, whatever numbers the rows have and in whatever order they are named."""

from hypothesis import given
from hypothesis import strategies as st

from syncengine.evidence.seals import Seals
from syncengine.model.seal import WIDTH

FAR = st.sampled_from([1, 2, 900_000, 1_500_000, 1_600_000, 2_700_000])
KEYS = st.one_of(st.integers(0, 20), FAR)


@given(st.lists(st.tuples(KEYS, st.integers(2, 2**64 - 1)), max_size=12), st.sets(KEYS))
def test_a_row_has_the_seal_that_was_named_last(named: list[tuple[int, int]], settled: set[int]) -> None:
    seals, expected = Seals(), dict(named)
    for key, seal in named:
        seals.take([key], f"{seal:0{WIDTH}x}")
    assert {key: seals.get(key) for key in expected} == expected
    for key in settled & expected.keys():
        seals.settle(key)
    assert sorted(seals.left()) == sorted(expected.keys() - settled)


def test_a_row_that_was_settled_stays_so_when_others_come_near() -> None:
    seals = Seals()
    seals.take([1_500_000], "7".zfill(WIDTH))
    seals.settle(1_500_000)
    for key in (900_000, 1_600_000):
        seals.take([key], "8".zfill(WIDTH))
    assert list(seals.left()) == [900_000, 1_600_000]
