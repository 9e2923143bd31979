from datetime import UTC, datetime, timedelta

import pytest

from syncengine.engine.doctor.skew import judge
from syncengine.vocabulary import Health

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "health", "words"),
    [
        (0, Health.OK, "agrees"),
        (4, Health.OK, "agrees"),
        (-5, Health.OK, "agrees"),
        (31, Health.WARNING, "theirs is 30 s ahead of ours"),
        (-30, Health.WARNING, "theirs is 30 s behind ours"),
        (3601, Health.FAILED, "theirs is 3600 s ahead of ours"),
        (-3600, Health.FAILED, "theirs is 3600 s behind ours"),
    ],
)
def test_a_clock_is_compared_with_the_time_that_the_question_took(seconds: int, health: Health, words: str) -> None:
    found = judge(NOON + timedelta(seconds=seconds), NOON, NOON + timedelta(seconds=1))
    assert found.health is health
    assert words in found.what
    assert bool(found.next) is (health is not Health.OK)
