"""Records read from Stripe's API: one by id, all of a type, or those that events say have changed."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from syncengine.clock import Clock
from syncengine.connectors.http import Answer, Transport
from syncengine.connectors.protocol import Page
from syncengine.connectors.stripe.parse import RESOLUTION, moment, parse, snapshot
from syncengine.connectors.stripe.records import RECORDS
from syncengine.errors import PermanentError
from syncengine.model.event import Snapshot, Version
from syncengine.model.value import Json

LIMIT: Final = 100
MISSING: Final = 404
REPLAY_WINDOW: Final = timedelta(days=29)
"""Stripe lists its events for 30 days. Records have no time of change, so events are the only list of changes."""
_EXPAND: Final[Mapping[str, str]] = {"customers": "tax_ids"}
"""What a plain answer leaves out and a shipped conversion needs."""


class StripeReader:
    """A Reader over the API. Stripe's clock dates what it shows; ours only where an answer has no date."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock

    def read(self, record: str, id: str, *, version: str = "") -> Snapshot | None:  # noqa: A002, ARG002
        """The record as it is now. Stripe keeps deleted customers as stubs; anything else that is gone is missing."""
        _check(record)
        expand = {"expand[]": _EXPAND[record]} if record in _EXPAND else None
        answer = self._transport.get(f"v1/{record}/{quote(id, safe='')}", expand, also=(MISSING,))
        if answer.status == MISSING:
            _check_missing(answer)
            return Snapshot(record=record, id=id, version=self._version(answer), content={}, gone=True)
        found = snapshot(_object(answer), self._version(answer))
        if found is None or found.record != record:
            raise PermanentError(f"Stripe answered with something else than one of its {record}")
        return found

    def scan(self, record: str, *, version: str, cursor: str) -> Iterator[Page]:  # noqa: ARG002
        """All records without a cursor; from then on those that events of the last 30 days carry. A cursor is the
        unix second at which the scan before began.
        """
        _check(record)
        since = int(cursor) if cursor else None
        recent = since is not None and self._clock.now() - moment(since) < REPLAY_WINDOW
        if since is not None and recent and RECORDS[record].push:
            yield from self._changes(record, since)
        else:
            yield from self._all(record)

    def _all(self, record: str) -> Iterator[Page]:
        params = {"expand[]": f"data.{_EXPAND[record]}"} if record in _EXPAND else {}
        answers = self._list(f"v1/{record}", params)
        began = self._version(answers[0])
        for answer in reversed(answers):
            shown = [snapshot(item, self._version(answer)) for item in reversed(_data(answer))]
            yield _page(shown, began)

    def _changes(self, record: str, since: int) -> Iterator[Page]:
        params = {"types[]": list(RECORDS[record].events), "created[gte]": since}
        answers = self._list("v1/events", params)
        began = self._version(answers[0])
        for answer in reversed(answers):
            shown = [parse(event) for event in reversed(_data(answer))]
            yield _page([s for s in shown if s is not None and s.record == record], began)

    def _list(self, path: str, params: Mapping[str, Json]) -> list[Answer]:
        """Every page. Stripe lists newest first and from the newest on, so the oldest page is known only at the end."""
        answers: list[Answer] = []
        after: Mapping[str, Json] = {}
        while True:
            answer = self._transport.get(path, {"limit": LIMIT, **params, **after})
            answers.append(answer)
            items = _data(answer)
            if not items or not _object(answer).get("has_more"):
                return answers
            after = {"starting_after": items[-1]["id"]}

    def _version(self, answer: Answer) -> Version:
        at: datetime | None = answer.date
        if at is None:
            return Version(at=self._clock.now(), resolution=timedelta(0))
        return Version(at=at, resolution=RESOLUTION)


def _page(shown: list[Snapshot | None], began: Version) -> Page:
    return Page(snapshots=tuple(s for s in shown if s is not None), cursor=str(int(began.at.timestamp())))


def _check(record: str) -> None:
    if record not in RECORDS:
        raise PermanentError(f"Stripe has no records called {record!r}")


def _check_missing(answer: Answer) -> None:
    """A record of the other mode is not gone: the key is the wrong one."""
    error = answer.body.get("error") if isinstance(answer.body, Mapping) else None
    code = error.get("code") if isinstance(error, Mapping) else None
    text = str(error.get("message")) if isinstance(error, Mapping) else ""
    if code != "resource_missing" or "similar object exists in" in text:
        mode = ": it is one of the other mode, so the key is the wrong one" if "similar object" in text else ""
        raise PermanentError(f"Stripe answered 404, but not that the record is missing{mode}")


def _object(answer: Answer) -> Mapping[str, Json]:
    if not isinstance(answer.body, Mapping):
        raise PermanentError("Stripe answered with something else than an object")
    return answer.body


def _data(answer: Answer) -> list[Mapping[str, Json]]:
    data = _object(answer).get("data")
    if not isinstance(data, list) or not all(isinstance(item, Mapping) and item.get("id") for item in data):
        raise PermanentError("Stripe answered with something else than a list")
    return data
