"""localstripe, an independent billing server, in a process of its own on loopback, and what it sends captured."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Thread
from typing import Any

import httpx

SECRET = "whsec_acceptance_of_localstripe"
KEY = "sk_test_acceptance"
LAUNCH = """
import socket
from aiohttp import web
from localstripe import resources, server
type(resources.store).dump_to_disk = lambda store: None  # it would keep its state in a file that all share
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
web.run_app(server.app, sock=listener, access_log=None, print=None)
"""
"""Its own `start` listens on every interface."""


@contextmanager
def localstripe() -> Iterator[str]:
    """The address of a fresh server."""
    process = subprocess.Popen([sys.executable, "-c", LAUNCH], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port, "localstripe did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


class Capture:
    """An endpoint that writes down every delivery, as a captured line, in the order in which they come."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._changed = Condition()
        capture = self

        class Endpoint(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                capture.take(dict(self.headers.items()), body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def take(self, headers: dict[str, str], body: str) -> None:
        line = {"headers": headers, "body": body, "received_at": datetime.now(UTC).isoformat()}
        with self._changed:
            self.lines.append(json.dumps(line))
            self._changed.notify_all()

    def events(self) -> dict[str, dict[str, Any]]:
        """By event id."""
        bodies = [json.loads(json.loads(line)["body"]) for line in self.lines]
        return {body["id"]: body for body in bodies}

    def wait_for(self, events: set[str], seconds: float = 60) -> None:
        """Until every one of these events has come. The server sends each one second after it happened."""
        with self._changed:
            assert self._changed.wait_for(lambda: events <= self.events().keys(), seconds), "deliveries are missing"

    def wait_for_type(self, type_: str, seconds: float = 60) -> None:
        with self._changed:
            told = self._changed.wait_for(lambda: type_ in {e["type"] for e in self.events().values()}, seconds)
            assert told, f"no {type_} came"

    def write(self, file: Path) -> Path:
        file.write_text("".join(line + "\n" for line in self.lines), "utf-8")
        return file

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def subscribe(billing: str, capture: Capture) -> None:
    """Have every event of the server sent to the capture, signed."""
    told = {"url": capture.address, "secret": SECRET}
    httpx.post(f"{billing}/_config/webhooks/capture", data=told, auth=(KEY, "")).raise_for_status()
