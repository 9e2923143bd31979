"""The edges of an attempt: every legal end is reached by legal edges, and no other."""

from itertools import pairwise

import pytest

from syncengine.model.attempt import MOVES
from syncengine.store.outcomes import OPEN, resumed, settled
from syncengine.vocabulary import AttemptState as S


@pytest.mark.parametrize("via", ["answer", "probe", "recovery"])
@pytest.mark.parametrize("to", list(S))
@pytest.mark.parametrize("current", sorted(OPEN))
def test_a_settled_attempt_takes_legal_edges_or_is_refused(current: S, to: S, via: str) -> None:
    try:
        way = settled(current, to, via=via)
    except ValueError:
        direct = to in MOVES[current]
        probed = via == "probe" and current is S.UNKNOWN
        assert not direct or probed
        assert not probed or to not in MOVES[S.PROBING]
    else:
        assert way[-1] is to
        assert all(after in MOVES[before] for before, after in pairwise((current, *way)))


def test_a_probe_is_seen_in_the_way() -> None:
    assert settled(S.UNKNOWN, S.CONFIRMED, via="probe") == (S.PROBING, S.CONFIRMED)
    assert settled(S.UNKNOWN, S.PARKED, via="answer") == (S.PARKED,)


@pytest.mark.parametrize("state", [*S, None])
def test_an_attempt_goes_on_only_where_nothing_of_it_was_executed(state: S | None) -> None:
    way = resumed(state)
    if state in (S.PREPARED, S.THROTTLED):
        assert way is not None
        assert way[-1] is S.SENT
        assert all(after in MOVES[before] for before, after in pairwise((state, *way)))
    else:
        assert way is None
