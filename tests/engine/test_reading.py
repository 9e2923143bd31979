"""A reading that is written down says what was read, whatever it was."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.canonical import encode
from syncengine.engine.reading import as_input, from_input, storable
from syncengine.model.event import Snapshot, Version
from tests.decide.plans import flow

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)).map(lambda m: m.replace(tzinfo=UTC))


@given(
    content=st.dictionaries(st.text(max_size=5), JSON, max_size=4), at=MOMENTS, resolution=st.integers(0, 10**7),
    sequence=st.none() | st.integers(0, 10**9) | st.text(max_size=9), complete=st.booleans(), gone=st.booleans(),
)  # fmt: skip
def test_what_was_written_down_is_read_again(
    content: dict[str, Any], at: datetime, resolution: int, sequence: Any, complete: bool, gone: bool
) -> None:
    version = Version(at=at, resolution=timedelta(milliseconds=resolution), sequence=sequence)
    snapshot = Snapshot(record="rows", id="1", version=version, content=content, complete=complete, gone=gone)
    accepted = as_input(flow("account.crm", "crm", "rows"), snapshot, name="n")
    assert from_input(accepted.delivery.body) == ("account.crm", snapshot)
    assert accepted.reading
    assert accepted.envelope.event_id == "reading:account.crm:1:n"
    assert (accepted.envelope.record, accepted.envelope.subjects) == ("account.crm:1", ("account.crm:1",))


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (Decimal("1.50"), "1.5"),
        (date(2026, 1, 31), "2026-01-31"),
        ({"a": (Decimal(1), [Decimal("0.10")])}, {"a": ["1", ["0.1"]]}),
    ],
)
def test_values_that_are_no_json_are_kept_as_text(raw: Any, kept: Any) -> None:
    assert storable(raw) == kept
    assert encode(storable(raw))
