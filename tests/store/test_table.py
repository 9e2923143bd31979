"""A table whose changes are taken back is as if nothing had happened."""

from hypothesis import given
from hypothesis import strategies as st

from syncengine.store.memory.table import Journal, Table

deeds = st.lists(st.tuples(st.sampled_from(("put", "drop")), st.integers(0, 4), st.integers(0, 9)), max_size=30)


def do(table: Table[int, int], made: list[tuple[str, int, int]]) -> None:
    for deed, key, row in made:
        if deed == "put":
            table.put(key, row)
        else:
            table.drop(key)


@given(deeds, deeds)
def test_what_is_taken_back_never_was(kept: list[tuple[str, int, int]], undone: list[tuple[str, int, int]]) -> None:
    journal = Journal()
    table = Table[int, int](journal)
    do(table, kept)
    journal.keep()
    before = dict(table.items())
    do(table, undone)
    journal.take_back()
    assert dict(table.items()) == before
    journal.take_back()
    assert dict(table.items()) == before


@given(deeds)
def test_a_table_is_a_dictionary(made: list[tuple[str, int, int]]) -> None:
    table = Table[int, int](Journal())
    plain: dict[int, int] = {}
    do(table, made)
    for deed, key, row in made:
        if deed == "put":
            plain[key] = row
        else:
            plain.pop(key, None)
    assert dict(table.items()) == plain
    assert len(table) == len(plain)
    assert all((key in table) is (key in plain) and table.get(key) == plain.get(key) for key in range(5))
