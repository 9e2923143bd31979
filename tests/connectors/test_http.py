"""The transport against a real server: where it goes, what it refuses, how long it waits, what it never shows."""

import gzip
import json
import socket
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.clock import ManualClock
from syncengine.connectors import http
from syncengine.connectors.http import Transport, retry_after
from syncengine.errors import PermanentError, RefusedError, TamperError, TemporaryError, UserError
from syncengine.model.attempt import Send
from syncengine.model.permit import Permit
from syncengine.vocabulary import Environment
from tests.connectors.server import Reply, Server, serving

SECRET = "sk_test_0123456789abcdef"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(lambda _: Reply(body={"ok": True})) as found:
        yield found


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def transport(server: Server, clock: ManualClock) -> Iterator[Transport]:
    found = Transport(
        address=server.address,
        environment=Environment.LOCAL,
        clock=clock,
        headers={"authorization": f"Bearer {SECRET}"},
        secrets=[SECRET],
    )
    yield found
    found.close()


def permit(body: bytes) -> Permit:
    deadline = datetime(2026, 1, 1, tzinfo=UTC)
    return Permit(Send(attempt=1, action=1, number=1, fence=1, frozen=body, deadline=deadline))


def test_an_answer_comes_with_its_date_and_exact_numbers(server: Server, transport: Transport) -> None:
    date = {"date": "Sat, 31 Jan 2026 09:30:00 GMT"}
    server.answer = lambda _: Reply(raw=b'{"rate": 0.1}', headers=date)
    answer = transport.get("v1/things", {"limit": 3})
    assert str(answer.body["rate"]) == "0.1"
    assert answer.date == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    assert server.asked[0].path == "/v1/things?limit=3"
    assert server.asked[0].headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_passing_fault_is_tried_three_times_and_then_handed_on(
    server: Server, transport: Transport, clock: ManualClock, status: int
) -> None:
    server.answer = lambda _: Reply(status=status)
    began = clock.now()
    with pytest.raises(TemporaryError, match=str(status)):
        transport.get("v1/things")
    assert len(server.asked) == 3
    assert clock.now() - began == timedelta(seconds=1.5)


def test_a_fault_that_passes_in_time_is_not_noticed(server: Server, transport: Transport) -> None:
    server.answer = lambda _: Reply(status=503) if len(server.asked) < 3 else Reply(body=5)
    assert transport.get("v1/things").body == 5


def test_a_short_wait_that_is_asked_for_is_kept_and_a_long_one_is_the_ledgers(
    server: Server, transport: Transport, clock: ManualClock
) -> None:
    server.answer = lambda _: Reply(status=429, headers={"retry-after": "4"})
    began = clock.now()
    with pytest.raises(TemporaryError) as caught:
        transport.get("v1/things")
    assert (len(server.asked), caught.value.delay) == (3, timedelta(seconds=4))
    assert clock.now() - began == timedelta(seconds=8)
    server.answer = lambda _: Reply(status=429, headers={"retry-after": "40"})
    with pytest.raises(TemporaryError) as caught:
        transport.get("v1/things")
    assert (len(server.asked), caught.value.delay) == (4, timedelta(seconds=40))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("999999999999999", 3600),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1.5", None),
        ("Thu, 01 Jan 2026 00:02:00 GMT", 120),
        ("Wed, 31 Dec 2025 23:59:00 GMT", 0),
        ("Fri, 01 Jan 2027 00:00:00 GMT", 3600),
        ("Thu, 01 Jan 2026 00:02:00 -0000", 120),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_absurd(value: str, expected: int | None) -> None:
    found = retry_after(value, datetime(2026, 1, 1, tzinfo=UTC))
    assert found == (None if expected is None else timedelta(seconds=expected))


@given(st.text())
def test_retry_after_survives_every_text(value: str) -> None:
    found = retry_after(value, datetime(2026, 1, 1, tzinfo=UTC))
    assert found is None or timedelta(0) <= found <= timedelta(hours=1)


def test_a_definite_no_is_tried_once_and_shown_by_its_codes(server: Server, transport: Transport) -> None:
    error = {"type": "invalid_request_error", "code": "email_invalid", "message": "bad address: anna@example.org"}
    server.answer = lambda _: Reply(status=400, raw=json.dumps({"error": error}).encode())
    with pytest.raises(PermanentError, match=r"answered 400: invalid_request_error, email_invalid$"):
        transport.get("v1/things")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"<html>Anna Example, anna@example.org</html>",
        b'"anna"',
        b'{"error": {"type": "Anna Example", "code": "4242424242424242"}}',
        b'{"error": "bad key sk_test_1"}',
        b'{"email": "anna@example.org"}',
        b"[" * 5000,
    ],
)
def test_nothing_but_codes_is_shown_of_an_answer(raw: bytes, server: Server, transport: Transport) -> None:
    server.answer = lambda _: Reply(status=400, raw=raw)
    with pytest.raises(PermanentError, match=r"answered 400$"):
        transport.get("v1/things")


def test_a_secret_is_no_code(server: Server, transport: Transport) -> None:
    server.answer = lambda _: Reply(status=401, raw=json.dumps({"error": SECRET}).encode())
    with pytest.raises(PermanentError) as caught:
        transport.get("v1/things")
    assert SECRET not in str(caught.value)


def test_a_redirect_is_an_error_and_is_not_followed(server: Server, transport: Transport) -> None:
    server.answer = lambda _: Reply(status=302, headers={"location": f"{server.address}/elsewhere"})
    with pytest.raises(PermanentError, match="redirects are not followed"):
        transport.get("v1/things")
    assert len(server.asked) == 1


@pytest.mark.parametrize("path", ["http://127.0.0.1:1/x", "//evil.example/x", "https://127.0.0.1/x", "ftp://127.0.0.1/x"])
def test_only_the_configured_host_and_port_is_asked(server: Server, transport: Transport, path: str) -> None:
    with pytest.raises(PermanentError, match="is allowed here"):
        transport.get(path)
    assert server.asked == []


def test_proxies_of_the_surroundings_are_not_used(
    server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert transport.get("v1/things").body == {"ok": True}


def test_a_compressed_answer_is_read(server: Server, transport: Transport) -> None:
    packed = gzip.compress(b'{"ok": 1}' + b" " * 100_000)
    server.answer = lambda _: Reply(raw=packed, headers={"content-encoding": "gzip"})
    assert transport.get("v1/things").body == {"ok": 1}


def test_a_bomb_is_refused_while_it_is_small(server: Server, transport: Transport) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    server.answer = lambda _: Reply(raw=bomb, headers={"content-encoding": "gzip"})
    tracemalloc.start()
    with pytest.raises(PermanentError, match="more than"):
        transport.get("v1/things")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.5 * http.MAX_ANSWER
    server.answer = lambda _: Reply(raw=b" " * (http.MAX_ANSWER + 1))
    with pytest.raises(PermanentError, match="more than"):
        transport.get("v1/things")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(raw=b"<html>hello</html>"), "something else than JSON"),
        (Reply(raw=b'{"half": ', length=500), "the connection broke off"),
        (Reply(raw=gzip.compress(b'{"ok": 1}')[:-9], headers={"content-encoding": "gzip"}), "ends too early"),
        (Reply(raw=b"no gzip", headers={"content-encoding": "gzip"}), "is damaged"),
        (Reply(raw=b"[" * 100_000 + b"]" * 100_000), "something else than JSON"),
    ],
    ids=["html", "cut", "short", "damaged", "deep"],
)
def test_a_damaged_answer_is_asked_for_again(server: Server, transport: Transport, reply: Reply, message: str) -> None:
    server.answer = lambda _: reply
    with pytest.raises(TemporaryError, match=message):
        transport.get("v1/things")
    assert len(server.asked) == 3


def test_an_encoding_that_was_not_asked_for_is_refused(server: Server, transport: Transport) -> None:
    server.answer = lambda _: Reply(raw=b"x", headers={"content-encoding": "br"})
    with pytest.raises(PermanentError, match="encoded as 'br'"):
        transport.get("v1/things")


def test_a_server_that_drips_is_left(server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_ANSWER", -1.0)
    with pytest.raises(TemporaryError, match="to answer"):
        transport.get("v1/things")


def test_a_server_that_is_not_there_is_a_passing_fault(clock: ManualClock) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        transport = Transport(address=address, environment=Environment.LOCAL, clock=clock)
        with pytest.raises(TemporaryError, match="no connection"):
            transport.get("v1/things")
        transport.close()


def test_a_status_that_is_an_answer_is_given_back(server: Server, transport: Transport) -> None:
    server.answer = lambda _: Reply(status=404, body={"error": 1})
    assert transport.get("v1/things", also=(404,)).status == 404


def test_nothing_is_changed_without_a_permit_for_exactly_these_bytes(server: Server, transport: Transport) -> None:
    with pytest.raises(RefusedError):
        transport.request("POST", "v1/things", body=b"{}")
    with pytest.raises(TamperError):
        transport.request("POST", "v1/things", body=b"[]", permit=permit(b"{}"))
    assert server.asked == []
    good = permit(b"{}")
    assert transport.request("POST", "v1/things", body=b"{}", permit=good).body == {"ok": True}
    with pytest.raises(TamperError):
        transport.request("POST", "v1/things", body=b"{}", permit=good)
    assert [(a.method, a.body) for a in server.asked] == [("POST", b"{}")]


@pytest.mark.parametrize(
    ("address", "environment", "allowed"),
    [
        ("https://api.example.com", Environment.PRODUCTION, True),
        ("https://api.example.com:8443/base", Environment.SANDBOX, True),
        ("http://127.0.0.1:8080", Environment.LOCAL, True),
        ("http://localhost:8080", Environment.LOCAL, True),
        ("http://[::1]:8080", Environment.LOCAL, True),
        ("https://8.8.8.8", Environment.PRODUCTION, True),
        ("http://127.0.0.1:8080", Environment.SANDBOX, False),
        ("http://api.example.com", Environment.LOCAL, False),
        ("https://127.0.0.1", Environment.PRODUCTION, False),
        ("https://10.0.0.1", Environment.PRODUCTION, False),
        ("https://169.254.169.254", Environment.PRODUCTION, False),
        ("https://[::ffff:127.0.0.1]", Environment.PRODUCTION, False),
        ("https://127.1", Environment.PRODUCTION, False),
        ("https://2130706433", Environment.PRODUCTION, False),
        ("https://0x7f000001", Environment.PRODUCTION, False),
        ("https://0177.0.0.1", Environment.PRODUCTION, False),
        ("https://user:pw@api.example.com", Environment.PRODUCTION, False),
        ("https://api.example.com?x=1", Environment.PRODUCTION, False),
        ("ftp://api.example.com", Environment.PRODUCTION, False),
        ("api.example.com", Environment.PRODUCTION, False),
        ("https://", Environment.PRODUCTION, False),
    ],
)
def test_an_address_is_https_to_the_world_or_http_to_this_machine(
    address: str, environment: Environment, allowed: bool
) -> None:
    if allowed:
        Transport(address=address, environment=environment, clock=ManualClock()).close()
    else:
        with pytest.raises(UserError):
            Transport(address=address, environment=environment, clock=ManualClock())


def test_a_base_path_of_the_address_stays_before_every_path(server: Server, clock: ManualClock) -> None:
    transport = Transport(address=f"{server.address}/base/", environment=Environment.LOCAL, clock=clock)
    transport.get("v1/things")
    transport.close()
    assert server.asked[0].path == "/base/v1/things"
