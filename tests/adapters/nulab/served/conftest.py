"""A small strict space on loopback, and a tracker that is connected to it."""

from __future__ import annotations

import json
import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.canary import find_in_records

import anybacklog
from anybacklog import Tracker

Json = dict[str, Any]
Query = dict[str, list[str]]
PAGING = {"sort", "order", "offset", "count"}
Act = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Space:
    """Answers like Nulab: strict about parameters, 404 for what it does not have.

    `refusals` are answers in the place of its own, those of bytes sent as they are; `acts` do what they like with a
    request, and come first.
    """

    key: str = ""
    issues: list[Json] = field(default_factory=list)
    comments: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    refusals: dict[str, tuple[int, Any]] = field(default_factory=dict)
    acts: dict[str, Act] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    before_answer: Callable[[str, Query], None] = lambda path, query: None
    min_id_is_exclusive: bool = True
    always_newest_first: bool = False
    count_lies_by: int = 0
    key_in: str = "header"

    @staticmethod
    def issue(number: int, **more: Any) -> Json:
        created = f"2015-05-{1 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00Z"
        return {
            "id": 1000 + number,
            "projectId": 5,
            "issueKey": f"A-{number}",
            "summary": "s",
            "created": created,
        } | more

    @staticmethod
    def refusal(status: int, code: int, message: str = "いいえ") -> tuple[int, Any]:
        return status, {"errors": [{"message": message, "code": code, "moreInfo": ""}]}

    def answer(self, path: str, query: Query, header: str | None) -> tuple[int, Any]:
        self.before_answer(path, query)
        key = header if self.key_in == "header" else query.get("apiKey", [None])[0]
        query.pop("apiKey", None)
        self.shown.add(str(key))
        if key != self.key:
            return self.refusal(401, 11, f"Authentication failure of {key}.")
        if path in self.refusals:
            return self.refusals[path]
        if path in ("issues", "issues/count"):
            unknown = set(query) - PAGING - {"projectId[]", "statusId[]"}
            if unknown or query.get("projectId[]") != ["5"]:
                return self.refusal(400, 7, f"error.unknownParameter : {min(unknown, default='projectId[]')}")
            return 200, self.page(query) if path == "issues" else {"count": len(self.issues) + self.count_lies_by}
        if path.startswith("issues/") and path.endswith("/comments"):
            return 200, self.entries(query)
        known = {
            "projects/A": {"id": 5, "projectKey": "A", "name": "a", "textFormattingRule": "markdown"},
            "projects": [{"id": 5, "projectKey": "A", "name": "a"}],
            "users/myself": {"id": 1, "name": "me"},
            "issues/1001/attachments": self.attachments,
            "issues/A-1": self.issue(1),
            "issues/B-1": self.issue(1, projectId=6, issueKey="B-1"),
            "statuses": [{"id": 1, "name": "Open"}],
        }
        return (200, known[path]) if path in known else self.refusal(404, 6, "No such thing.")

    def page(self, query: Query) -> list[Json]:
        rows = sorted(self.issues, key=lambda row: row[query["sort"][0]], reverse=query["order"] == ["desc"])
        offset, count = int(query["offset"][0]), int(query["count"][0])
        assert count <= 100
        return rows[offset : offset + count]

    def entries(self, query: Query) -> list[Json]:
        low = int(query.get("minId", ["0"])[0])
        rows = [row for row in self.comments if row["id"] > low or (row["id"] == low and not self.min_id_is_exclusive)]
        descending = self.always_newest_first or query.get("order") != ["asc"]
        return sorted(rows, key=lambda row: int(row["id"]), reverse=descending)[: int(query["count"][0])]


@contextmanager
def serving(space: Space, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve a space on loopback, and give the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path = parts.path.removeprefix("/api/v2/")
            query = parse_qs(parts.query, keep_blank_values=True)
            space.asked.append(f"{path}?{'&'.join(sorted(query))}")
            if act := space.acts.get(path) or space.acts.get("*"):
                act(self)
                return
            status, answer = space.answer(path, query, self.headers.get("Backlog-API-Key"))
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Request-Id", "r-77")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            space.written.append(f"{self.command} {urlsplit(self.path).path.removeprefix('/api/v2/')}")
            self.do_GET()

        do_PATCH = do_DELETE = do_POST  # noqa: N815  # theirs

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Say nothing of clients that leave."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture(autouse=True)
def _no_key_is_logged(canary: str, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert find_in_records(caplog.get_records("call"), canary) == []


@pytest.fixture
def space(canary: str) -> Space:
    return Space(key=canary)


@pytest.fixture
def address(space: Space) -> Iterator[str]:
    with serving(space) as port:
        yield f"nulab+http://127.0.0.1:{port}"


@pytest.fixture
def tracker(address: str, space: Space) -> Iterator[Tracker]:
    with anybacklog.connect(f"{address}/A", api_key=space.key) as tracker:
        yield tracker
