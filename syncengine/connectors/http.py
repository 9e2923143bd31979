"""The one HTTP transport: one host, no redirects, no ambient proxies, bounded answers and time, no secrets shown."""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from syncengine import canonical
from syncengine.clock import Clock
from syncengine.connectors.address import checked, origin
from syncengine.errors import PermanentError, RefusedError, TemporaryError
from syncengine.model.permit import Permit
from syncengine.model.value import Json
from syncengine.vocabulary import Environment

SAFE: Final = frozenset({"GET", "HEAD"})
TRY_LATER: Final = frozenset({408, 425, 429})
MAX_ANSWER: Final = 10 * 1024 * 1024
UNPACKED_AT_ONCE: Final = 64 * 1024
MAX_SHOWN: Final = 2048
_CODES: Final = ("type", "code", "error")
_CODE: Final = re.compile(r"[a-z_]{1,64}|[A-Z_]{1,64}")
"""A word of a closed list: nothing that an address, a name or a number needs."""
LONGEST_RETRY_AFTER: Final = timedelta(hours=1)
LONGEST_ANSWER: Final = 60.0
"""Seconds until an answer must be complete: a server that drips is as good as one that is away."""
TRIES: Final = 3
PATIENCE: Final = timedelta(seconds=5)
"""A wait longer than this is the ledger's business, not that of one request."""
_TIMEOUT: Final = httpx.Timeout(connect=5.0, read=30.0, write=10.0, pool=5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`body` is the decoded JSON, None for an empty one. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Json

    @property
    def date(self) -> datetime | None:
        """When the server says it answered, to the second."""
        return _http_date(self.headers.get("date", ""))


class Transport:
    """Requests to one address. `secrets` are blotted out of everything that is shown."""

    def __init__(
        self,
        *,
        address: str,
        environment: Environment,
        clock: Clock,
        headers: Mapping[str, str] | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        self._address = checked(address, environment)
        self._clock = clock
        self._headers = {"accept": "application/json", "accept-encoding": "gzip", **(headers or {})}
        self._secrets = tuple(s for s in secrets if s)
        self._client: httpx.Client | None = None

    def get(self, path: str, params: Mapping[str, Json] | None = None, *, also: Sequence[int] = ()) -> Answer:
        """Up to three tries. `also`: statuses that are answers here, besides 2xx. Raises TemporaryError and
        PermanentError.
        """
        tries = Retrying(
            stop=stop_after_attempt(TRIES),
            wait=_pause,
            retry=retry_if_exception(_soon),
            sleep=self._clock.wait,
            reraise=True,
        )
        return tries(self.request, "GET", path, params=params, also=also)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Json] | None = None,
        body: bytes = b"",
        permit: Permit | None = None,
        also: Sequence[int] = (),
    ) -> Answer:
        """One request, once. A method that may change something needs the permit for exactly this body."""
        if method not in SAFE:
            if permit is None:
                raise RefusedError(f"a {method} request needs a permit: only deliveries have one")
            permit.redeem(body)
        url = self._url(path)
        try:
            with self._open().stream(method, url, params=params, content=body or None) as response:
                raw = self._read(response)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return self._judge(response.status_code, headers, raw, also)
        except httpx.TransportError as error:
            raise TemporaryError(f"{self._address.host}: {_kind(error)}") from error

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _open(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(
                headers=self._headers, timeout=_TIMEOUT, follow_redirects=False, trust_env=False, verify=True
            )
        return self._client

    def _url(self, path: str) -> httpx.URL:
        url = self._address.join(path)
        if origin(url) != origin(self._address):
            raise PermanentError(f"refused to ask {url.host}: only {self._address.host} is allowed here")
        return url

    def _read(self, response: httpx.Response) -> bytes:
        limit = self._clock.monotonic() + LONGEST_ANSWER
        parts = bytearray()
        for part in _plain(response):
            parts += part
            if len(parts) > MAX_ANSWER:
                raise PermanentError(f"{self._address.host} answered with more than {MAX_ANSWER} bytes")
            if self._clock.monotonic() > limit:
                raise TemporaryError(f"{self._address.host} took more than {LONGEST_ANSWER:.0f} s to answer")
        return bytes(parts)

    def _judge(self, status: int, headers: Mapping[str, str], raw: bytes, also: Sequence[int]) -> Answer:
        if httpx.codes.is_success(status) or status in also:
            return Answer(status=status, headers=headers, body=self._json(raw))
        shown = f"{self._address.host} answered {status}{self._shown(raw)}"
        if status in TRY_LATER or httpx.codes.is_server_error(status):
            raise TemporaryError(shown, retry_after(headers.get("retry-after", ""), self._clock.now()))
        raise PermanentError(f"{shown} (redirects are not followed)" if httpx.codes.is_redirect(status) else shown)

    def _json(self, raw: bytes) -> Json:
        if not raw.strip():
            return None
        try:
            return canonical.decode(raw)
        except (ValueError, RecursionError) as error:
            raise TemporaryError(f"{self._address.host} answered with something else than JSON") from error

    def _shown(self, raw: bytes) -> str:
        """The codes that an answer names; its sentences may quote what we asked for, and what is stored there."""
        shown = ", ".join(codes(raw))
        for secret in self._secrets:
            shown = shown.replace(secret, "***")
        return f": {shown}" if shown else ""


def codes(raw: bytes) -> list[str]:
    """The words of the error of a JSON answer that stand for kinds of errors: {"error": {"type": ..., "code": ...}}."""
    try:
        said = canonical.decode(raw[:MAX_SHOWN])
    except (ValueError, RecursionError):
        return []
    error = said.get("error", said) if isinstance(said, Mapping) else None
    found = [error.get(name) for name in _CODES] if isinstance(error, Mapping) else [error]
    return [word for word in found if isinstance(word, str) and _CODE.fullmatch(word)]


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date, never negative and never longer than an hour; None when it says neither."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), LONGEST_RETRY_AFTER.total_seconds()))
    moment = _http_date(value)
    return None if moment is None else min(max(moment - now, timedelta(0)), LONGEST_RETRY_AFTER)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _plain(response: httpx.Response) -> Iterator[bytes]:
    """The body as it was before compression, unpacked in bounded steps, so that a bomb is noticed while it is small."""
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        yield from response.iter_raw()
        return
    if encoding != "gzip":
        raise PermanentError(f"an answer is encoded as {encoding[:20]!r}, which was not asked for")
    unpack = zlib.decompressobj(wbits=31)
    try:
        for part in response.iter_raw():
            yield unpack.decompress(part, UNPACKED_AT_ONCE)
            while unpack.unconsumed_tail:
                yield unpack.decompress(unpack.unconsumed_tail, UNPACKED_AT_ONCE)
    except zlib.error as error:
        raise TemporaryError("a compressed answer is damaged") from error
    if not unpack.eof:
        raise TemporaryError("a compressed answer ends too early")


_WORDS: Final[Mapping[type[Exception], str]] = {
    httpx.ConnectError: "no connection",
    httpx.ConnectTimeout: "no connection in time",
    httpx.ReadTimeout: "no answer in time",
    httpx.RemoteProtocolError: "the connection broke off",
}


def _kind(error: Exception) -> str:
    """What went wrong, from the class alone: messages of libraries may hold addresses with secrets."""
    return _WORDS.get(type(error), type(error).__name__)


def _soon(error: BaseException) -> bool:
    return isinstance(error, TemporaryError) and (error.delay is None or error.delay <= PATIENCE)


def _pause(state: RetryCallState) -> float:
    """Half a second, then one; longer where the server asked for it."""
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.delay if isinstance(error, TemporaryError) else None
    backoff = 0.25 * float(1 << state.attempt_number)
    return max(backoff, asked.total_seconds() if asked else 0.0)


