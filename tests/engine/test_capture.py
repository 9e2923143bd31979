"""Captured files, line by line: what is a delivery, what is refused, and where a file goes on."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from syncengine.canonical import MAX_BYTES
from syncengine.engine import capture
from syncengine.engine.capture import Line, groups, read_lines, resume
from syncengine.store.protocol import FileProgress
from syncengine.vocabulary import Trust

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def lines(text: bytes, **more: Any) -> list[Line]:
    return list(read_lines(BytesIO(text), system="stripe", file="f.jsonl", now=NOW, **more))


def wrapped(**said: Any) -> bytes:
    return json.dumps(said).encode() + b"\n"


def test_a_line_holds_the_exact_bytes_and_where_they_came_from() -> None:
    said = wrapped(headers={"Stripe-Signature": "t=1"}, body='{"a": "é"}', received_at="2026-05-01T10:00:00+02:00")
    (line,) = lines(said)
    delivery = line.delivery
    assert delivery is not None
    assert delivery.body == '{"a": "é"}'.encode()
    assert delivery.headers == {"stripe-signature": "t=1"}
    assert delivery.received_at == datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert (delivery.file, delivery.line, delivery.trust) == ("f.jsonl", 1, Trust.CAPTURED)
    assert line.end == len(said)


def test_a_line_that_does_not_say_when_came_now() -> None:
    (line,) = lines(wrapped(body="{}"))
    assert line.delivery is not None
    assert line.delivery.received_at == NOW


def test_a_body_may_stand_in_base64() -> None:
    (line,) = lines(wrapped(body_b64=base64.b64encode(b"\xff\x00").decode()))
    assert line.delivery is not None
    assert line.delivery.body == b"\xff\x00"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"{\n", "not JSON"),
        (b"[]\n", "an object with headers"),
        (wrapped(body="{}", when=1), "unknown key 'when'"),
        (wrapped(headers={}), "exactly one of"),
        (wrapped(body="{}", body_b64=""), "exactly one of"),
        (wrapped(body={}), "must be a string"),
        (wrapped(body_b64="?"), "not base64"),
        (wrapped(body_b64=5), "not base64"),
        (wrapped(body="{}", headers=[]), "headers must map"),
        (wrapped(body="{}", headers={"a": 1}), "headers must map"),
        (wrapped(body="{}", received_at="noon"), "RFC 3339"),
        (wrapped(body="{}", received_at="0001-01-01T00:00:00+14:00"), "RFC 3339"),
        (wrapped(body="{}", received_at=5), "RFC 3339"),
        (wrapped(body="x" * MAX_BYTES), "is refused"),
    ],
)
def test_what_is_no_delivery_is_named_and_its_bytes_are_kept(text: bytes, why: str) -> None:
    bad, good = lines(text + wrapped(body="{}"))
    assert bad.delivery is None
    assert why in bad.trouble
    assert bad.raw == text.strip()
    assert good.delivery is not None
    assert good.number == 2


def test_a_line_without_its_end_is_left_for_the_next_time() -> None:
    whole, half = wrapped(body="{}"), b'{"body": "{'
    assert [line.end for line in lines(whole + half)] == [len(whole)]


def test_a_stream_that_ended_gives_its_last_line_without_an_end() -> None:
    (line,) = lines(wrapped(body="{}").strip(), whole=True)
    assert line.delivery is not None


def test_empty_lines_count_and_say_nothing() -> None:
    empty, line = lines(b"  \n" + wrapped(body="{}"))
    assert (empty.delivery, empty.trouble, empty.number) == (None, "", 1)
    assert line.number == 2


def test_a_line_that_is_too_long_is_skipped_without_being_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "MAX_LINE", 64)
    hasher = hashlib.sha256()
    text = b"x" * 300 + b"\n" + wrapped(body="{}")
    long, good = lines(text, hasher=hasher)
    assert "longer than 64 bytes" in long.trouble
    assert (long.end, good.end) == (301, len(text))
    assert len(long.raw) <= 65
    assert good.delivery is not None
    assert hasher.digest() == hashlib.sha256(text).digest()


def test_lines_go_on_counting_where_they_stopped() -> None:
    (line,) = lines(wrapped(body="{}"), offset=100, number=7)
    assert (line.number, line.end) == (8, 100 + len(wrapped(body="{}")))


def known(text: bytes, lines: int = 1) -> FileProgress:
    digest = hashlib.sha256(text).digest()
    return FileProgress(system="s", path="p", offset=len(text), lines=lines, digest=digest, finished=True)


def test_a_file_that_has_grown_goes_on_behind_what_is_known() -> None:
    start = resume(BytesIO(b"one\ntwo\n"), known(b"one\n"))
    assert (start.offset, start.lines) == (4, 1)
    start.hasher.update(b"two\n")
    assert start.hasher.digest() == hashlib.sha256(b"one\ntwo\n").digest()


@pytest.mark.parametrize("now", [b"ONE\ntwo\n", b"on", b""])
def test_a_file_whose_beginning_has_changed_starts_anew(now: bytes) -> None:
    start = resume(BytesIO(now), known(b"one\n"))
    assert (start.offset, start.lines, start.hasher.digest()) == (0, 0, hashlib.sha256().digest())


def test_a_file_that_nobody_knows_starts_at_its_beginning() -> None:
    assert resume(BytesIO(b"one\n"), None).offset == 0


def test_groups_end_by_number_and_by_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    def line(number: int, size: int) -> Line:
        return Line(number=number, end=0, raw=b"x" * size, delivery=None)

    assert [len(g) for g in groups([line(n, 1) for n in range(5)], 2)] == [2, 2, 1]
    monkeypatch.setattr(capture, "MAX_LINE", 10)
    assert [len(g) for g in groups([line(n, 6) for n in range(5)], 100)] == [2, 2, 1]
