"""Captured deliveries: JSON lines {headers, body, received_at} in files. `body` is a string that holds the exact bytes,
or `body_b64`. A line without its end is left for the next time: whoever writes the file may not be done.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from syncengine.canonical import MAX_BYTES, NotStrictError, decode_strict, named
from syncengine.clock import from_text
from syncengine.model.event import Delivery
from syncengine.model.struct import Struct
from syncengine.store.protocol import FileProgress
from syncengine.vocabulary import Trust

MAX_LINE = 8 * MAX_BYTES
"""A line holds a body as escaped text and its headers; longer ones are refused unread."""


class Line(Struct, frozen=True, kw_only=True):
    """One line of a file: the delivery in it, or the reason why there is none. `end` is the offset behind it."""

    number: int
    end: int
    raw: bytes
    delivery: Delivery | None
    trouble: str = ""


def read_lines(
    source: IO[bytes], *, system: str, file: str, now: datetime, offset: int = 0, number: int = 0,
    whole: bool = False, hasher: "hashlib._Hash | None" = None,
) -> Iterator[Line]:  # fmt: skip
    """Lines from where the source stands. `whole`: the source has ended, so a last line without its end counts."""
    while True:
        raw = source.readline(MAX_LINE + 1)
        if not raw:
            return
        too_long = len(raw) > MAX_LINE
        length = len(raw)
        if too_long:
            length += _skip_line(source, hasher, raw)
        elif not raw.endswith(b"\n") and not whole:
            return
        elif hasher is not None:
            hasher.update(raw)
        offset += length
        number += 1
        text = raw.strip()
        if not text:
            yield Line(number=number, end=offset, raw=b"", delivery=None)
            continue
        yield _line(text, number, offset, system=system, file=file, now=now, too_long=too_long)


def _skip_line(source: IO[bytes], hasher: "hashlib._Hash | None", head: bytes) -> int:
    if hasher is not None:
        hasher.update(head)
    skipped, piece = 0, head
    while piece and not piece.endswith(b"\n"):
        piece = source.readline(MAX_LINE)
        skipped += len(piece)
        if hasher is not None:
            hasher.update(piece)
    return skipped


def _line(
    text: bytes, number: int, end: int, *, system: str, file: str, now: datetime, too_long: bool
) -> Line:  # fmt: skip
    if too_long:
        why = f"the line is longer than {MAX_LINE} bytes"
        return Line(number=number, end=end, raw=text[:MAX_BYTES], delivery=None, trouble=why)
    try:
        delivery = _delivery(text, system=system, file=file, number=number, now=now)
    except NotStrictError as error:
        return Line(number=number, end=end, raw=text, delivery=None, trouble=str(error))
    return Line(number=number, end=end, raw=text, delivery=delivery)


def _delivery(text: bytes, *, system: str, file: str, number: int, now: datetime) -> Delivery:
    if len(text) > MAX_BYTES:
        raise NotStrictError(f"the line has {len(text)} bytes; a delivery of more than {MAX_BYTES} is refused")
    wrapped = decode_strict(text)
    if not isinstance(wrapped, dict):
        raise NotStrictError("a captured delivery is an object with headers, body and received_at")
    unknown = sorted(set(wrapped) - {"headers", "body", "body_b64", "received_at"})
    if unknown:
        raise NotStrictError(f"unknown key {named(unknown[0])}; there are headers, body (or body_b64) and received_at")
    return Delivery(
        system=system,
        body=_body(wrapped),
        headers=_headers(wrapped.get("headers", {})),
        received_at=_received(wrapped.get("received_at"), now),
        trust=Trust.CAPTURED,
        file=file,
        line=number,
    )


def _body(wrapped: Mapping[str, Any]) -> bytes:
    if ("body" in wrapped) == ("body_b64" in wrapped):
        raise NotStrictError("exactly one of body and body_b64 is needed")
    if "body" in wrapped:
        body = wrapped["body"]
        if not isinstance(body, str):
            raise NotStrictError("body must be a string that holds the exact bytes, not an object")
        return body.encode()
    try:
        return base64.b64decode(wrapped["body_b64"], validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise NotStrictError("body_b64 is not base64") from None


def _headers(headers: Any) -> dict[str, str]:
    if not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values()):
        raise NotStrictError("headers must map names to text")
    return {name.lower(): value for name, value in headers.items()}


def _received(text: Any, now: datetime) -> datetime:
    if text is None:
        return now
    try:
        return from_text(text)
    except (TypeError, ValueError):
        raise NotStrictError("received_at must be an RFC 3339 time with its zone") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where to go on in a file that was read before: `hasher` has seen everything up to `offset`."""

    offset: int
    lines: int
    hasher: "hashlib._Hash"


def resume(source: IO[bytes], known: FileProgress | None) -> Start:
    """Where a file goes on. A file whose beginning has changed is another file, and starts anew."""
    hasher = hashlib.sha256()
    if known is not None and known.offset:
        source.seek(0)
        left = known.offset
        while left and (piece := source.read(min(left, 1 << 20))):
            hasher.update(piece)
            left -= len(piece)
        if not left and hasher.digest() == known.digest:
            return Start(offset=known.offset, lines=known.lines, hasher=hasher)
    return Start(offset=0, lines=0, hasher=hashlib.sha256())


def groups(lines: Iterable[Line], size: int) -> Iterator[list[Line]]:
    """Runs of lines that become durable together: at most `size`, and about 8 MiB."""
    batch: list[Line] = []
    weight = 0
    for line in lines:
        batch.append(line)
        weight += len(line.raw)
        if len(batch) >= size or weight >= MAX_LINE:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch
