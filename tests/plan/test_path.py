"""Places of their record, walked."""

import pytest

from syncengine.plan.path import getter
from syncengine.plan.plan import ABSENT, UnreadableError


def test_a_place_at_the_top_is_found_whatever_it_holds() -> None:
    assert getter("status")({"status": "paid"}) == "paid"
    assert getter("status")({"status": None}) is None
    assert getter("status")({}) is ABSENT


def test_dots_go_inside() -> None:
    assert getter("a.b.c")({"a": {"b": {"c": 0}}}) == 0


@pytest.mark.parametrize("content", [{}, {"a": {}}, {"a": {"b": {}}}])
def test_a_key_that_is_missing_anywhere_on_the_way_is_absent(content: dict[str, object]) -> None:
    assert getter("a.b.c")(content) is ABSENT


@pytest.mark.parametrize("content", [{"a": None}, {"a": {"b": None}}, {"a": {"b": {"c": None}}}])
def test_null_anywhere_on_the_way_is_empty(content: dict[str, object]) -> None:
    assert getter("a.b.c")(content) is None


@pytest.mark.parametrize("inner", ["text", 3, True, [{"b": 1}]])
def test_a_value_with_nothing_inside_is_unreadable_and_not_silently_empty(inner: object) -> None:
    with pytest.raises(UnreadableError, match=r"so a\.b is nowhere in it"):
        getter("a.b")({"a": inner})
