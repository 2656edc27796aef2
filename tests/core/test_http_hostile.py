"""Answers that no honest service gives: told in one sentence, bounded in memory, and never carried in an exception."""

from __future__ import annotations

import gzip
import json
import socket
import traceback
import tracemalloc
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from anybacklog.errors import ProtocolError, TransportError, ValidationError
from anybacklog.http import HttpSession, Retry
from anybacklog.http.answer import LONGEST_EXCUSE, LONGEST_JSON

if TYPE_CHECKING:
    from tests.core.conftest import Action, Server

NO_JSON = {
    "a login page": (b"<html><title>Sign in</title>", r"not JSON: '<html><title>Sign in"),
    "half of it": (b'{"id": 1, "summ', "not JSON: "),
    "nothing": (b"", "not JSON: nothing at all"),
    "bytes that are no UTF-8": (b'["\xff\xfe"]', "its bytes are not UTF-8"),
    "UTF-16": ("[1]".encode("utf-16"), "its bytes are not UTF-8"),
    "half a character as bytes": (b'["\xed\xa0\xbc"]', "its bytes are not UTF-8"),
    "NaN": (b"[NaN]", "a number without end"),
    "infinity": (b"[-Infinity]", "a number without end"),
    "a huge number": (b"[1e999]", "a number without end"),
    "a long number": (b"[" + b"9" * 10_000 + b"]", "a number without end"),
    "deep nesting": (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
}


@pytest.mark.parametrize("what", NO_JSON)
def test_a_read_that_cannot_be_understood_says_why(what: str, server: Server, session: HttpSession) -> None:
    body, told = NO_JSON[what]
    server.script += [server.answer(body=body, Content_Type="text/html")]
    with pytest.raises(ProtocolError, match=told) as caught:
        session.get("issues")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("what", sorted(NO_JSON.keys() - {"nothing"}))
def test_a_write_that_was_answered_so_may_have_happened(what: str, server: Server, session: HttpSession) -> None:
    body, told = NO_JSON[what]
    server.script += [server.answer(201, body)]
    with pytest.raises(TransportError, match=told) as caught:
        session.request("POST", "issues")
    assert caught.value.maybe_applied
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_what_only_looks_odd_is_read(server: Server, session: HttpSession) -> None:
    value = ["\U00020bb7\U0001f389", "\\ud83c is how half a character is written", 10**4000, 1.5e300, {"": None}]
    value += ["half a character: \ud83c", {"\udf89": "and the other half as a name"}]  # of one ticket among many
    server.script += [
        server.answer(body=json.dumps(value).encode(), Content_Type="text/html"),
        server.answer(body=b"\xef\xbb\xbf[1]"),
    ]
    assert session.get("a") == value
    assert session.get("a") == [1]


def endless(head: bytes, piece: bytes) -> Action:
    """Send a body that has no end, as long as somebody reads it."""

    def act(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        while True:
            connection.sendall(piece)

    return act


SPACES = b" " * (1 << 18)
ENDLESS: dict[str, Callable[[], Action]] = {
    "of 10 GB": lambda: endless(b"Content-Length: 10000000000\r\n", SPACES),
    "without a length": lambda: endless(b"Connection: close\r\n", SPACES),
    "in chunks": lambda: endless(b"Transfer-Encoding: chunked\r\n", b"40000\r\n" + SPACES + b"\r\n"),
    "as a gzip bomb": lambda: endless(
        b"Content-Encoding: gzip\r\nContent-Length: 10000000000\r\n", gzip.compress(b" " * (200 << 20), 1)
    ),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("what", ENDLESS)
def test_an_answer_beyond_the_limit_is_left_unread(
    what: str, method: str, server: Server, session: HttpSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anybacklog.http.exchange.LONGEST_JSON", 4 << 20)
    monkeypatch.setattr("anybacklog.http.answer.LONGEST_JSON", 4 << 20)
    server.script += [ENDLESS[what]()]
    tracemalloc.start()
    try:
        with pytest.raises((ProtocolError, TransportError), match="more than 4 MiB, which is the limit") as caught:
            session.request(method, "issues")
        assert tracemalloc.get_traced_memory()[1] < 30 << 20
    finally:
        tracemalloc.stop()
    assert isinstance(caught.value, ProtocolError if method == "GET" else TransportError)


def test_the_limits_are_far_beyond_what_services_answer() -> None:
    assert (LONGEST_JSON, LONGEST_EXCUSE) == (64 << 20, 1 << 20)


def test_of_an_endless_refusal_only_the_beginning_is_read(server: Server, connect: Callable[..., HttpSession]) -> None:
    def act(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 500 X\r\nContent-Length: 10000000000\r\n\r\n")
        while True:
            connection.sendall(b"sorry " * 10_000)

    server.script += [act]
    with pytest.raises(TransportError, match=r"answered 500 \('sorry sorry"):
        connect(retry=Retry(tries=1)).get("issues")


@pytest.mark.parametrize("word", ["9", "a", "\\\\", "[", "a:", "a:b,", "token"])
def test_a_refusal_of_one_endless_word_is_masked_before_anybody_tires(
    word: str, server: Server, session: HttpSession
) -> None:
    server.script += [server.answer(400, word.encode() * (LONGEST_EXCUSE // len(word)))]
    with pytest.raises(ValidationError, match="refused the request") as caught:
        session.get("issues")
    assert len(str(caught.value)) < 600


HEADS = {
    "thousands of headers": b"".join(b"X-%d: 1\r\n" % number for number in range(5000)),
    "an endless header": b"X: " + b"x" * 100_000 + b"\r\n",
}


@pytest.mark.parametrize("what", HEADS)
def test_a_head_beyond_the_limits_of_http_is_the_services_fault(
    what: str, server: Server, session: HttpSession
) -> None:
    server.script += [lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n" + HEADS[what] + b"\r\n{}")] * 2
    with pytest.raises(ProtocolError, match="head of the answer is not HTTP, or beyond its limits"):
        session.get("issues")
    with pytest.raises(TransportError, match="head of the answer is not HTTP") as caught:
        session.request("POST", "issues")
    assert caught.value.maybe_applied


def test_a_write_answered_with_two_lengths_may_have_happened(server: Server, session: HttpSession) -> None:
    head = b"HTTP/1.1 201 Created\r\nContent-Length: 3, 4\r\n\r\n"
    server.script += [lambda connection: connection.sendall(head + b"[1]")] * 2
    with pytest.raises(TransportError, match=r"not HTTP.*may have happened") as caught:
        session.request("POST", "issues")
    assert caught.value.maybe_applied
    with pytest.raises(ProtocolError, match="not HTTP"):
        session.get("issues")
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [101, 102, 103])
def test_what_follows_an_interim_answer_is_not_taken_for_the_next_requests(
    status: int, server: Server, session: HttpSession
) -> None:
    def interim(connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 {status} X\r\n\r\n".encode())

    server.script += [interim, server.answer(body=b"[1]"), interim, server.answer(body=b"[2]")]
    for method, error in (("POST", TransportError), ("GET", ProtocolError)):
        with pytest.raises(error, match=f"an answer \\({status}\\) that nobody asked for"):
            session.request(method, "issues")
        session.get("issues")
    assert server.connections == 3


def test_what_is_no_http_at_all_is_the_services_fault(server: Server, session: HttpSession) -> None:
    server.script += [lambda connection: connection.sendall(b"220 smtp.example ready\r\n")]
    with pytest.raises(ProtocolError, match="not HTTP"):
        session.get("issues")


def test_a_body_that_is_not_packed_as_it_says_is_told(server: Server, connect: Callable[..., HttpSession]) -> None:
    server.script += [server.answer(body=b"[1]", Content_Encoding="gzip")]
    with pytest.raises(TransportError, match="could not be unpacked"):
        connect(retry=Retry(tries=1)).get("issues")


@pytest.mark.parametrize("what", NO_JSON)
def test_no_exception_carries_the_body(what: str, server: Server, session: HttpSession) -> None:
    body = NO_JSON[what][0] + b" " * 20_000 + b"far-down-in-the-body"
    server.script += [server.answer(body=body)]
    with pytest.raises(ProtocolError) as caught:
        session.get("issues")
    assert "far-down-in-the-body" not in "".join(traceback.format_exception(caught.value))
    assert not any(isinstance(each, bytes) for each in vars(caught.value).values())
