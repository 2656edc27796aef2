"""What is sent again and what never is, and that no secret gets out whatever goes wrong."""

from __future__ import annotations

import json
import logging
import socket
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.errors import AnyBacklogError, TransportError
from anybacklog.http import Credentials, HttpSession, Retry

if TYPE_CHECKING:
    from tests.core.conftest import Action, FakeTime, Server

KEY = "s3cr3t/K+y&99"

TROUBLES: dict[str, Callable[[Server], Action]] = {
    "reset": lambda server: server.reset,
    "half an answer's head": lambda server: server.half_a_head,
    "half an answer's body": lambda server: server.answer(body=b'{"a"', length=20),
    "no answer in time": lambda server: server.stall,
    "500": lambda server: server.answer(500),
    "502": lambda server: server.answer(502, b"<html>"),
    "503": lambda server: server.answer(503),
    "504": lambda server: server.answer(504),
    "408": lambda server: server.answer(408),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_read_is_repeated_after_passing_trouble(
    trouble: str, server: Server, session: HttpSession, fake: FakeTime
) -> None:
    server.script += [TROUBLES[trouble](server), TROUBLES[trouble](server), server.answer(body=b"[1]")]
    assert session.get("issues") == [1]
    assert fake.waits == [0.5, 1.0]
    assert session.requests == {"requests": 3}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_write_that_may_have_arrived_is_sent_once(
    trouble: str, server: Server, session: HttpSession, fake: FakeTime
) -> None:
    server.script += [server.answer(), TROUBLES[trouble](server)]
    session.get("keep-alive")
    with pytest.raises(TransportError, match="look before sending it again") as caught:
        session.request("POST", "issues", data={"summary": "x"})
    assert caught.value.maybe_applied
    assert len(server.requests) == 2
    assert fake.waits == []


def test_a_write_whose_answer_cannot_be_read_may_have_happened(server: Server, session: HttpSession) -> None:
    server.script += [server.answer(201, b'{"id": 1, "summ')]
    with pytest.raises(TransportError) as caught:
        session.request("POST", "issues")
    assert caught.value.maybe_applied


def test_a_write_that_found_nobody_listening_is_tried_again(
    connect: Callable[..., HttpSession], fake: FakeTime
) -> None:
    session = connect(f"http://127.0.0.1:{refused_port()}")
    with pytest.raises(TransportError, match="no connection") as caught:
        session.request("POST", "issues")
    assert not caught.value.maybe_applied
    assert fake.waits == [0.5, 1.0, 2.0, 4.0]


def test_a_write_to_a_host_without_an_address_was_not_sent(connect: Callable[..., HttpSession]) -> None:
    with pytest.raises(TransportError) as caught:
        connect("https://no-such-host.invalid").request("POST", "issues")
    assert not caught.value.maybe_applied


def test_a_read_gives_up_after_its_tries_and_says_why(server: Server, session: HttpSession) -> None:
    server.script += [server.answer(503, b"down for a while")] * 5
    with pytest.raises(TransportError, match=r"answered 503 \('down for a while'\)") as caught:
        session.get("issues")
    assert not caught.value.maybe_applied


def refused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


LEAKS: dict[str, Callable[[Server], Action]] = TROUBLES | {
    "the key echoed in an error": lambda server: server.answer(400, json.dumps({"error": f"bad {KEY}"}).encode()),
    "the key echoed in a page": lambda server: server.answer(200, f"<html>{KEY}".encode()),
    "the key echoed by a redirect": lambda server: server.answer(302, Location=f"https://{KEY}.example/?apiKey={KEY}"),
    "401": lambda server: server.answer(401, f"who is {KEY}?".encode()),
    "403": lambda server: server.answer(403, b"", X_Echo=KEY),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("leak", LEAKS)
def test_no_error_and_no_log_line_holds_the_key(
    leak: str, method: str, server: Server, connect: Callable[..., HttpSession], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    session = connect(credentials=[Credentials(params={"apiKey": KEY})], retry=Retry(tries=2))
    server.script += [LEAKS[leak](server)] * 2
    with pytest.raises(AnyBacklogError) as caught:
        session.request(method, f"issues?echo={KEY}")
    printed = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(session) + repr(caught.value)
    assert "urllib3" in caplog.text
    assert "anybacklog.http" in caplog.text
    for spelling in ("s3cr3t", "K%2By", "K+y"):
        assert spelling not in printed
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@given(tried=st.integers(1, 2000), dice=st.floats(0, 1))
def test_a_pause_is_never_longer_than_the_longest(tried: int, dice: float) -> None:
    retry = Retry(first=0.5, longest=30, dice=lambda: dice)
    assert 0 <= retry.pause(tried) <= 30


@pytest.mark.parametrize(("tried", "most"), [(1, 0.5), (2, 1.0), (3, 2.0), (7, 30.0)])
def test_pauses_double(tried: int, most: float) -> None:
    assert Retry(dice=lambda: 1.0).pause(tried) == most
