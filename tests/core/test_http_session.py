"""HttpSession against real sockets: the ordinary way, credentials, and what answers mean."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from anybacklog.errors import (
    AnyBacklogError,
    AuthenticationError,
    ConfigurationError,
    ValidationError,
)  # fmt: skip
from anybacklog.http import Credentials, HttpSession, Refusal

if TYPE_CHECKING:
    from tests.core.conftest import Server

KEY = "s3cr3t/K+y&99"


def test_an_answer_is_decoded_and_its_connection_used_again(server: Server, session: HttpSession) -> None:
    body = json.dumps({"title": "𠮷野家 🎉 ｶﾞ e\u0301\r\n"}).encode()
    server.script += [server.answer(body=body), server.answer(body=gzip.compress(body), Content_Encoding="gzip")]
    assert session.get("issues") == session.get("issues") == json.loads(body)
    assert server.connections == 1


def test_parameters_are_spelt_as_forms_spell_them(server: Server, session: HttpSession) -> None:
    server.script += [server.answer(201), server.answer(204, b"")]
    session.request("post", "/issues", params={"a": None}, data={"id[]": [1, 2], "on": True, "text": "𠮷 &"})
    assert session.request("DELETE", "issues/1") is None
    head, _, body = server.requests[0].partition("\r\n")[2].rpartition("\r\n")
    assert server.requests[0].startswith("POST /api/issues HTTP/1.1")
    assert body == "id%5B%5D=1&id%5B%5D=2&on=true&text=%F0%A0%AE%B7+%26"
    assert f"Backlog-API-Key: {KEY}" in head


def test_no_cookie_is_kept(server: Server, session: HttpSession) -> None:
    server.script += [server.answer(Set_Cookie="id=1; Path=/"), server.answer()]
    session.get("a")
    session.get("b")
    assert "cookie" not in server.requests[1].lower()


def test_a_key_refused_in_the_header_is_shown_in_the_query_and_that_is_remembered(
    server: Server, connect: Callable[..., HttpSession]
) -> None:
    both = [Credentials(headers={"Backlog-API-Key": KEY}), Credentials(params={"apiKey": KEY})]
    session = connect(credentials=both)
    server.script += [server.answer(401), server.answer(), server.answer()]
    session.get("a", {"count": 1})
    session.get("b")
    lines = [request.partition("\r\n")[0] for request in server.requests]
    assert lines[1] == "GET /api/a?count=1&apiKey=s3cr3t%2FK%2By%2699 HTTP/1.1"
    assert lines[2] == "GET /api/b?apiKey=s3cr3t%2FK%2By%2699 HTTP/1.1"
    assert "Backlog-API-Key" not in server.requests[2]


def test_a_key_refused_both_ways_is_an_authentication_error(
    server: Server, connect: Callable[..., HttpSession]
) -> None:
    session = connect(credentials=[Credentials(headers={"Backlog-API-Key": KEY}), Credentials(params={"apiKey": KEY})])
    server.script += [server.answer(401)] * 2
    with pytest.raises(AuthenticationError):
        session.get("a")


def test_the_adapter_explains_a_refusal_first(server: Server, connect: Callable[..., HttpSession]) -> None:
    seen: list[Refusal] = []

    def explain(refusal: Refusal) -> AnyBacklogError | None:
        seen.append(refusal)
        return ConfigurationError("as the vendor says") if refusal.body else None

    session = connect(explain=explain)
    server.script += [server.answer(418, b'{"errors": []}', X_Request_Id="r1"), server.answer(400, b"")]
    with pytest.raises(ConfigurationError, match="as the vendor says"):
        session.get("issues/1", {"count": 2})
    with pytest.raises(ValidationError):
        session.get("issues")
    assert (seen[0].method, seen[0].path, seen[0].status, seen[0].headers["X-Request-Id"]) == (
        "GET",
        "issues/1",
        418,
        "r1",
    )


@pytest.mark.parametrize("key", ["k3y\r\nInjected: 1", " k3y", "k3y ", "鍵"])
def test_a_key_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        HttpSession("https://h.example", credentials=[Credentials(headers={"X-Key": key})])
    assert key.strip() not in str(caught.value)


@pytest.mark.parametrize(
    ("method", "length"), [("HEAD", "Content-Length: 10\r\n"), ("HEAD", ""), ("OPTIONS", "Content-Length: 0\r\n")]
)
def test_only_a_get_needs_a_body(method: str, length: str, server: Server, session: HttpSession) -> None:
    head = f"HTTP/1.1 200 OK\r\n{length}\r\n".encode()
    server.script += [lambda connection: connection.sendall(head), server.answer()]
    assert session.request(method, "issues") is None
    assert session.get("issues") == {}
    assert server.connections == 1
