"""Tables line up."""

import pytest

from syncengine.cli.table import table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert table([("a", "bb", "c"), ("aaa", "b", "c")]) == "a    bb  c\naaa  b   c"


def test_numbers_end_in_line() -> None:
    assert table([("settled", 7), ("read", 1234)], right={1}) == "settled     7\nread     1234"


def test_a_table_may_be_indented_and_its_rows_uneven() -> None:
    assert table([("a",), ("b", "c")], indent=2) == "  a\n  b  c"


@pytest.mark.parametrize("rows", [[], [()]])
def test_an_empty_table_is_no_text(rows: list[tuple[str, ...]]) -> None:
    assert table(rows) == ""
