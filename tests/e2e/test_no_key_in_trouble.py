"""Whatever goes wrong, and however loud a run is: no sentence, log, traceback, report or exception holds the key."""

from __future__ import annotations

import json
import pickle
import re
import socket
import struct
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.adapters.nulab.served.conftest import Act
from tests.canary import find_canary, find_in_error

import anybacklog
from anybacklog import AnyBacklogError, TicketDraft
from anybacklog.http import lane

if TYPE_CHECKING:
    from tests.adapters.nulab.served.conftest import Space
    from tests.cli.conftest import Call

LOUD = ("-vv", "--debug")


def said(status: int, body: bytes, **headers: str) -> Act:
    """Answer with bytes and headers, in which KEY, HEADERS and URL stand for what the client has sent."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        key = handler.headers["Backlog-API-Key"] or handler.path.partition("apiKey=")[2]
        named = {b"KEY": key.encode(), b"HEADERS": bytes(handler.headers), b"URL": handler.path.encode()}

        def filled(text: bytes) -> bytes:
            return re.sub(b"KEY|HEADERS|URL", lambda found: named[found[0]], text)

        sent = filled(body)
        handler.send_response(status, filled(headers.pop("reason", "X").encode()).decode())
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), filled(value.encode()).decode())
        handler.send_header("Content-Length", str(len(sent)))
        handler.end_headers()
        handler.wfile.write(sent)

    return act


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Reset the connection."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    raise ConnectionResetError


def half_an_answer(handler: BaseHTTPRequestHandler) -> None:
    """Announce more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(handler.headers["Backlog-API-Key"].encode())
    handler.close_connection = True


TROUBLES: dict[str, Act] = {
    "401 that repeats the key": said(401, b'{"errors": [{"message": "bad key KEY", "code": 11}]}'),
    "401 in no JSON": said(401, b"<h1>KEY</h1>", X_Request_Id="KEY"),
    "403 that repeats the headers": said(403, b"HEADERS URL"),
    "404 that repeats the address": said(404, b'{"errors": [{"message": "no URL", "code": 6, "moreInfo": "KEY"}]}'),
    "400 that blames a field called like the key": said(
        400, b'{"errors": [{"message": "error.unknownParameter : KEY", "code": 7}]}', X_Request_Id="KEY"
    ),
    "400 with a code that is the key": said(400, b'{"errors": [{"message": {"KEY": ["KEY"]}, "code": "KEY"}]}'),
    "429 that repeats the key": said(429, b"KEY", Retry_After="99999", X_RateLimit_Limit="KEY"),
    "500 that repeats headers and address": said(500, b"HEADERS\r\nURL", Server="KEY"),
    "500 with the key in its first line": said(500, b"", reason="KEY"),
    "a redirect to another host with the key": said(302, b"", Location="http://127.0.0.1:9/take?apiKey=KEY&x=KEY"),
    "a redirect to nowhere with the key": said(302, b"", Location="KEY"),
    "a redirect to an address that is none": said(302, b"", Location="http://[KEY/"),
    "a redirect in a circle": said(302, b"", Location="/api/v2/users/myself?apiKey=KEY&k=KEY"),
    "no JSON": said(200, b"HEADERS"),
    "JSON cut off within the key": said(200, b'{"a": "KEY'),
    "JSON of the wrong kind": said(200, b'"KEY"'),
    "JSON with the key as its names": said(200, b'{"KEY": {"KEY": ["KEY"]}}'),
    "JSON with the key in every field": said(
        200,
        json.dumps(
            dict.fromkeys(("id", "projectId", "created", "name", "projectKey", "status", "summary", "errors"), "KEY")
        ).encode(),
    ),
    "rows with the key in every field": said(
        200, json.dumps([{"id": 1, "created": "KEY", "status": "KEY", "estimatedHours": "KEY"}]).encode()
    ),
    "an encoding called like the key": said(200, b"KEY", Content_Encoding="KEY"),
    "a reset connection": reset,
    "half an answer": half_an_answer,
}
PLACES = ["projects/A", "issues", "issues/A-1", "issues/1001/comments", "issues/1001/attachments/9"]


@pytest.mark.parametrize(
    ("trouble", "place"),
    [(trouble, place) for number, trouble in enumerate(TROUBLES) for place in ("*", PLACES[number % len(PLACES)])],
)
def test_no_command_tells_the_key_when_the_service_misbehaves(
    trouble: str, place: str, space: Space, address: str, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", space.key)
    url, copy = f"{address}/A?read_timeout=5", f"sqlite:///{tmp_path}/copy.db?project=A"
    space.acts[place] = TROUBLES[trouble]
    reports = ("--report", tmp_path / "r.html", "--json-report", tmp_path / "r.json")
    codes = {
        call(*command, "--key-env", "MY_KEY", *LOUD).code
        for command in (
            ["ls", url],
            ["show", url, "A-1"],
            ["download", url, "A-1", "-o", tmp_path],
            ["migrate", url, copy, "--ledger", tmp_path / "ledger.db", "--yes", *reports],
            ["verify", url, copy, "--ledger", tmp_path / "ledger.db"],
            ["doctor", url],
        )
    }
    assert codes <= {0, 1, 2, 3, 4}
    assert codes != {0}


@pytest.fixture(autouse=True)
def _no_limits_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know nothing of the limits that an earlier server told: a port may be given out again."""
    monkeypatch.setattr(lane, "_lanes", {})


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_exception_carries_the_key_to_who_uses_the_library(
    trouble: str, space: Space, address: str, recwarn: pytest.WarningsRecorder
) -> None:
    with anybacklog.connect(f"{address}/A", api_key=space.key) as tracker:
        tracker.project()
        space.acts["*"] = TROUBLES[trouble]
        calls: list[Callable[[], Any]] = [
            tracker.myself,
            tracker.projects,
            tracker.statuses,
            lambda: list(tracker.tickets()),
            lambda: tracker.count_tickets(),
            lambda: tracker.ticket("A-1"),
            lambda: list(tracker.comments("A-1")),
            lambda: tracker.raw("GET", "issues/A-1"),
            lambda: tracker.create_ticket(TicketDraft(title="t")),
        ]
        errors = [error for each in calls if (error := _error_of(each)) is not None]
        assert errors
        assert [found for error in errors for found in find_in_error(error, space.key)] == []
        assert find_canary(f"{tracker!r} {tracker.location!r} {tracker.location}".encode(), space.key) == []


def _error_of(call: Callable[[], Any]) -> AnyBacklogError | None:
    try:
        call()
    except AnyBacklogError as error:
        return error
    return None


def test_what_holds_a_key_neither_shows_it_nor_takes_it_along(space: Space, address: str) -> None:
    from anybacklog.backend import Connection
    from anybacklog.config import FoundKey
    from anybacklog.http import Credentials, HttpSession
    from anybacklog.location import parse

    key = space.key
    session = HttpSession(f"{address.removeprefix('nulab+')}/{key}", credentials=[Credentials(params={"apiKey": key})])
    holders: list[object] = [
        session,
        Credentials(headers={"Backlog-API-Key": key}),
        Connection(location=parse(address), api_key=key),
        Connection(location=parse(address), access_token=key),
        FoundKey(key, "somewhere"),
    ]
    with anybacklog.connect(f"{address}/A", api_key=key) as tracker:
        for each in (*holders, tracker):
            assert find_canary(f"{each!r} {each!s} {[each]!r}".encode(), key) == []
        with pytest.raises((TypeError, pickle.PicklingError, AttributeError)):
            pickle.dumps(tracker)
    session.close()
