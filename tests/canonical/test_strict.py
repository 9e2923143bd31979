"""Strict JSON: what some reader would read differently is refused, however quickly it is looked at."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncengine import canonical
from syncengine.canonical import MAX_BYTES, MAX_DEPTH, NotStrictError, decode, decode_strict, encode

REFUSED = {
    "an equal key": b'{"a": 1, "a": 2}',
    "an equal key deep inside": b'{"a": [{"b": {"c": 1, "d": ":", "c" : 1}}]}',
    "an equal key in other letters": b'{"a": 1, "\\u0061": 2}',
    "an equal key behind a quote": b'{"\\"": 1, "\\"": 2}',
    "an equal key whose lost text holds quotes": b'{"a": "\\"\\"", "a": 2}',
    "an empty key twice": b'{"": 1, "": 1}',
    "NaN": b'{"a": NaN}',
    "infinity": b"[-Infinity]",
    "a number of 41 digits": b"[" + b"1" * 41 + b"]",
    "a negative number of 41 digits": b"[-" + b"1" * 41 + b"]",
    "a fraction of 41 characters": b"[0." + b"1" * 39 + b"]",
    "a fraction beyond every amount": b"[1e99]",
    "a fraction beyond every number": b"[1e" + b"9" * 30 + b"]",
    "NUL": b'["\\u0000"]',
    "half of a surrogate pair": b'["\\ud800"]',
    "half of a surrogate pair as a key": b'{"\\udfff": 1}',
    "invalid UTF-8": b'["\xff"]',
    "a byte order mark": b"\xef\xbb\xbf[]",
    "a comma at the end": b"[1,]",
    "a leading zero": b"[01]",
    "a raw tab in a text": b'["\t"]',
    "more behind it": b"{} {}",
    "nothing": b"",
    "depth": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "depth beyond every stack": b"[" * 100_000,
    "size": b" " * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_what_readers_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises(NotStrictError):
        decode_strict(body)


TAKEN = {
    b' {"a" : "x" , "b":[1, 2.50, null, true]}\n': {"a": "x", "b": [1, Decimal("2.50"), None, True]},
    b'{"a": {"k": 1}, "b": {"k": 1}}': {"a": {"k": 1}, "b": {"k": 1}},
    b'{"a": ":", ":": "a:b"}': {"a": ":", ":": "a:b"},
    b'{"a": "\\"b\\": 1", "b": "\\\\"}': {"a": '"b": 1', "b": "\\"},
    b'["\\ud83d\\ude00", "\\u00e9"]': ["\U0001f600", "é"],
    b"[" + b"9" * 40 + b"]": [int("9" * 40)],
    b"[-" + b"9" * 40 + b"]": [-int("9" * 40)],
    b"[" * MAX_DEPTH + b"]" * MAX_DEPTH: json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH),
    b'["' + b"[" * 100 + b'"]': ["[" * 100],
    b'["' + b"7" * 41 + b'"]': ["7" * 41],
    b"-0": 0,
}


@pytest.mark.parametrize(("body", "value"), TAKEN.items())
def test_what_every_reader_reads_alike_is_taken(body: bytes, value: Any) -> None:
    assert decode_strict(body) == value


PIECES = st.sampled_from(
    ['"', '"a"', '"b"', '":"', '"\\""', '"\\\\"', '"\\u0061"', '" :"', "{", "}", "[", "]", ":", ",", " ", "\\", "1",
     "-", "0", "1.5", "1e9", "9" * 40, "9" * 41, "null", "true", "NaN", '{"a":1,"a":1}', "é", "\t"]
)  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('a":\\{ é'), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", '"', ":"]), inner),
    max_leaves=8,
)
texts = st.lists(PIECES, max_size=12).map("".join) | values.map(json.dumps) | values.map(
    lambda value: json.dumps(value, ensure_ascii=False, indent=1)
)


@given(text=texts, lost=st.integers(0, 60))
@example(text='{"a":1,"a":":"}', lost=60)
def test_the_quick_look_never_says_anything_else_than_the_careful_one(text: str, lost: int) -> None:
    """Whole texts, and texts with one character taken out."""
    broken = text[:lost] + text[lost + 1 :]
    quick = canonical._decode_quickly(broken.encode())
    if quick is not canonical._UNSURE:
        assert repr(quick) == repr(canonical._decode_carefully(broken)), "1, true and 1.0 are not the same here"


def test_an_ordinary_delivery_is_looked_at_only_quickly() -> None:
    body = b'{"id": "evt_1", "created": 1760000000, "data": {"object": {"url": "https://x.example/a:b", "n": 1.5}}}'
    assert canonical._decode_quickly(body) == decode_strict(body) == decode(body)


@given(value=values)
def test_what_is_encoded_is_strict_and_comes_back(value: Any) -> None:
    assert decode_strict(encode(value)) == decode(encode(value)) == value
    assert encode(value) == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("value", [1.5, Decimal(1), b"x", {1, 2}, object(), [{"a": (1.5,)}], {1: "a"}])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        encode(value)


@pytest.mark.parametrize("body", [b"{", b"NaN", b"[1,]", b"", b"1e" + b"9" * 30, b'"\xff"', '"\\ud800"'])
def test_what_is_no_json_is_a_value_error(body: bytes | str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        decode(body)

@pytest.mark.parametrize(
    ("key", "shown"), [("due_at", "'due_at'"), ("anna@example.org", "(not shown)"), ("Anna Example", "(not shown)")]
)
def test_a_key_that_may_be_a_value_is_not_shown(key: str, shown: str) -> None:
    with pytest.raises(canonical.NotStrictError, match=re.escape(f"the key {shown} is given twice")):
        decode_strict(f'{{"{key}": 1, "{key}": 2}}'.encode())
