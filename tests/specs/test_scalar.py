"""A plain scalar means one thing to every reader, or it is refused."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.spec.scalar import SurprisingError, resolve

SURPRISING = """
    y Y n N yes Yes YES no No NO on On ON off Off OFF 010 007 08 00 -0 +1 +0 0x1F 0X1f 0o17 0b101 1_000 1_0.5 _1_ 1.10
    1. .5 67.0 1e3 1E3 1.5e-3 -1e3 12e03 10:02 190:20:30 1:2.5 2026-01-01 2026-1-1 2026-01-01T00:00:00Z .inf -.Inf
    .nan .NaN = << 1000000000000000000 -1000000000000000000
""".replace("_1_", "").split()


@pytest.mark.parametrize("text", SURPRISING)
def test_what_readers_disagree_about_is_refused(text: str) -> None:
    with pytest.raises(SurprisingError):
        resolve(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("0", 0),
        ("-12", -12),
        ("999999999999999999", 999999999999999999),
        ("30s", "30s"),
        ("2026-10-28.endive", "2026-10-28.endive"),
        ("500/h", "500/h"),
        ("120.00 EUR", "120.00 EUR"),
        ("env:KEY", "env:KEY"),
        ("nO", "nO"),
        ("tRUE", "tRUE"),
        ("_1", "_1"),
        ("v1.10", "v1.10"),
        ("1.2.3", "1.2.3"),
        ("yes please", "yes please"),
    ],
)
def test_what_all_readers_agree_about_is_read(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@settings(max_examples=2000, deadline=None)
@given(st.text(alphabet="0123456789._:+-eExXobyYnNoOsStTrRuUfFaAlLiIZ=<~", min_size=1, max_size=12))
def test_what_we_read_is_what_a_yaml_1_1_reader_reads(text: str) -> None:
    try:
        ours = resolve(text)
    except SurprisingError:
        return
    assert (type(ours), ours) == (type(_theirs(text)), _theirs(text))


def _theirs(text: str) -> Any:
    """The value that PyYAML's resolver of YAML 1.1 gives a plain scalar."""
    loader = yaml.SafeLoader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return loader.construct_object(yaml.ScalarNode(tag, text))
