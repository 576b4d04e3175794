"""A server on 127.0.0.1 that replays prepared answers, and misbehaves on request.

Every path has a script: a list of :class:`Reply`, one a request, the last one repeated. What was asked for is kept
in ``requests``. Nothing leaves the machine.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Reply:
    """One answer.

    ``cut_after`` closes the connection after that many bytes of a body announced whole; ``stall_after`` keeps
    silent from there until the server stops. With ``etag`` or ``last_modified`` it answers conditional
    requests; with ``ranges`` it serves parts of the file.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    last_modified: str = ""
    ranges: bool = True
    cut_after: int | None = None
    stall_after: int | None = None
    content_type: str = "application/octet-stream"
    has_length: bool = True


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    form: dict[str, list[str]]


class ReplayServer:
    """Scripts by path, and the requests that came; ``fallback`` answers paths without a script."""

    def __init__(self) -> None:
        self.scripts: dict[str, list[Reply]] = {}
        self.requests: list[Asked] = []
        self.fallback: Callable[[Asked], Reply] = lambda asked: Reply(status=404)
        self.stopping = threading.Event()
        handler = type("Handler", (_Handler,), {"replay": self})
        self._http = _Server(("127.0.0.1", 0), handler)
        self.base = f"http://127.0.0.1:{self._http.server_port}"

    def script(self, path: str, *replies: Reply) -> str:
        """Prepare the answers of a path and return its address."""
        self.scripts[path] = list(replies)
        return self.base + path

    def next_reply(self, asked: Asked) -> Reply:
        self.requests.append(asked)
        script = self.scripts.get(asked.path)
        if not script:
            return self.fallback(asked)
        return script.pop(0) if len(script) > 1 else script[0]

    @contextmanager
    def running(self) -> Iterator[ReplayServer]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            self._http.shutdown()
            thread.join()
            self._http.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up on a refused answer is no fault of the server's."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    replay: ReplayServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())

    def _answer(self, form: str) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            self.command, parts.path, parse_qs(parts.query), dict(self.headers.items()), parse_qs(form)
        )
        reply = self.replay.next_reply(asked)
        headers = {"Content-Type": reply.content_type, **reply.headers}
        for name, value in (("ETag", reply.etag), ("Last-Modified", reply.last_modified)):
            if value:
                headers[name] = value
        status, body = self._select(reply, asked, headers)
        if reply.has_length:
            headers["Content-Length"] = str(len(body))
        else:
            headers["Connection"] = "close"
        self.send_response_only(status)  # no Date of its own: a script may hold one
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self._send(reply, body)

    def _select(self, reply: Reply, asked: Asked, headers: dict[str, str]) -> tuple[int, bytes]:
        """Whole, part, or not modified, as the request's conditions ask."""
        if reply.status != 200:
            return reply.status, reply.body
        known = asked.headers.get("If-None-Match"), asked.headers.get("If-Modified-Since")
        if any(one and one in (reply.etag, reply.last_modified) for one in known):
            return 304, b""
        wanted, condition = asked.headers.get("Range"), asked.headers.get("If-Range")
        is_same = condition is None or condition in (reply.etag, reply.last_modified)
        if wanted and reply.ranges and is_same:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(reply.body):
                return 416, b""
            headers["Content-Range"] = f"bytes {start}-{len(reply.body) - 1}/{len(reply.body)}"
            return 206, reply.body[start:]
        return 200, reply.body

    def _send(self, reply: Reply, body: bytes) -> None:
        if reply.cut_after is not None:
            self.wfile.write(body[: reply.cut_after])
            self.close_connection = True
        elif reply.stall_after is not None:
            self.wfile.write(body[: reply.stall_after])
            self.wfile.flush()
            self.replay.stopping.wait(20)
            self.close_connection = True
        else:
            self.wfile.write(body)
            self.close_connection = self.close_connection or not reply.has_length

    def log_message(self, *_: object) -> None:
        """Stay silent: tests read ``requests``."""


def serving(server: Any) -> Iterator[Any]:
    """A server of another kind, running; for the fixture that yields from it."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
