"""HttpSession against real sockets: what is repeated, what never is, and that no secret gets out."""

from __future__ import annotations

import gzip
import io
import json
import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import pytest

from anybacklog.errors import (
    AnyBacklogError,
    AuthenticationError,
    ConfigurationError,
    NotFound,
    ProtocolError,
    RateLimited,
    TransportError,
    ValidationError,
)
from anybacklog.http import Clock, Credentials, HttpSession, Refusal, Retry, Timeouts

KEY = "s3cr3t/K+y&99"
Action = Callable[[socket.socket], None]


def answer(status: int = 200, body: bytes = b"{}", length: int | None = None, **headers: str) -> Action:
    """Answer like a server that keeps the connection; `length` may lie about the body."""
    given = {"Content-Length": str(len(body) if length is None else length)} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given.items()) + "\r\n"

    def act(connection: socket.socket) -> None:
        connection.sendall(head.encode() + body)
        if length is not None:
            raise ConnectionAbortedError

    return act


def reset(connection: socket.socket) -> None:
    """Take the request and reset the connection without an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    raise ConnectionAbortedError


def half_a_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Len")
    raise ConnectionAbortedError


@dataclass
class Server:
    """Listens on loopback and acts out a script, one action per request."""

    script: list[Action] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    connections: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.threads = [threading.Thread(target=self._listen, daemon=True)]
        self.threads[0].start()

    def stall(self, connection: socket.socket) -> None:
        """Say nothing until the test is over."""
        self.done.wait(30)
        raise ConnectionAbortedError

    def close(self) -> None:
        self.done.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for thread in self.threads:
            thread.join(10)

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            self.threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
            self.threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            while not self.done.is_set():
                try:
                    head = "".join(_head(reader))
                    if not head:
                        return
                    length = next((line[16:] for line in head.splitlines() if line.startswith("Content-Length: ")), "0")
                    self.requests.append(head + reader.read(int(length)).decode())
                    self.script.pop(0)(connection)
                except OSError:
                    return


def _head(reader: io.BufferedReader) -> Iterator[str]:
    while (line := reader.readline()) not in (b"", b"\r\n"):
        yield line.decode("latin-1")


@dataclass
class FakeTime:
    """A clock that moves only when somebody waits."""

    time: float = 1_000_000.0
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def fake() -> FakeTime:
    return FakeTime()


@pytest.fixture
def connect(server: Server, fake: FakeTime) -> Iterator[Callable[..., HttpSession]]:
    opened: list[HttpSession] = []

    def make(url: str = "", **settings: Any) -> HttpSession:
        given: dict[str, Any] = {
            "credentials": [Credentials(headers={"Backlog-API-Key": KEY})],
            "clock": Clock(fake.now, fake.sleep),
            "retry": Retry(dice=lambda: 1.0),
            "timeouts": Timeouts(connect=5, read=0.2),
        } | settings
        opened.append(HttpSession(url or f"{server.url}/api", **given))
        return opened[-1]

    yield make
    for session in opened:
        session.close()


@pytest.fixture
def session(connect: Callable[..., HttpSession]) -> HttpSession:
    return connect()


def refused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


# ---- the ordinary way


def test_an_answer_is_decoded_and_its_connection_used_again(server: Server, session: HttpSession) -> None:
    body = json.dumps({"title": "𠮷野家 🎉 ｶﾞ e\u0301\r\n"}).encode()
    server.script += [answer(body=body), answer(body=gzip.compress(body), Content_Encoding="gzip")]
    assert session.get("issues") == session.get("issues") == json.loads(body)
    assert server.connections == 1


def test_parameters_are_spelt_as_forms_spell_them(server: Server, session: HttpSession) -> None:
    server.script += [answer(201), answer(204, b"")]
    session.request("post", "/issues", params={"a": None}, data={"id[]": [1, 2], "on": True, "text": "𠮷 &"})
    assert session.request("DELETE", "issues/1") is None
    head, _, body = server.requests[0].partition("\r\n")[2].rpartition("\r\n")
    assert server.requests[0].startswith("POST /api/issues HTTP/1.1")
    assert body == "id%5B%5D=1&id%5B%5D=2&on=true&text=%F0%A0%AE%B7+%26"
    assert f"Backlog-API-Key: {KEY}" in head


def test_no_cookie_is_kept(server: Server, session: HttpSession) -> None:
    server.script += [answer(Set_Cookie="id=1; Path=/"), answer()]
    session.get("a")
    session.get("b")
    assert "cookie" not in server.requests[1].lower()


def test_a_download_streams_the_bytes_as_they_are(server: Server, session: HttpSession) -> None:
    content = bytes(range(256)) * 4096
    server.script += [answer(body=content)]
    with session.stream("attachments/1") as stream:
        assert stream.read(5) + stream.read() + stream.read() == content
    assert "Accept-Encoding: identity" in server.requests[0]


def test_a_download_that_is_cut_off_is_an_error_not_a_shorter_file(server: Server, session: HttpSession) -> None:
    server.script += [answer(body=b"half", length=8)]
    with session.stream("attachments/1") as stream, pytest.raises(TransportError, match="cut off") as caught:
        stream.read()
    assert not caught.value.maybe_applied


def test_a_download_that_is_refused_says_so_when_it_is_opened(server: Server, session: HttpSession) -> None:
    server.script += [answer(404)]
    with pytest.raises(NotFound), session.stream("attachments/1"):
        pass


# ---- what is sent again

TROUBLES: dict[str, Callable[[Server], Action]] = {
    "reset": lambda server: reset,
    "half an answer's head": lambda server: half_a_head,
    "half an answer's body": lambda server: answer(body=b'{"a"', length=20),
    "no answer in time": lambda server: server.stall,
    "500": lambda server: answer(500),
    "502": lambda server: answer(502, b"<html>"),
    "503": lambda server: answer(503),
    "504": lambda server: answer(504),
    "408": lambda server: answer(408),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_read_is_repeated_after_passing_trouble(
    trouble: str, server: Server, session: HttpSession, fake: FakeTime
) -> None:
    server.script += [TROUBLES[trouble](server), TROUBLES[trouble](server), answer(body=b"[1]")]
    assert session.get("issues") == [1]
    assert fake.waits == [0.5, 1.0]
    assert session.requests == {"requests": 3}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_write_that_may_have_arrived_is_sent_once(
    trouble: str, server: Server, session: HttpSession, fake: FakeTime
) -> None:
    server.script += [answer(), TROUBLES[trouble](server)]
    session.get("keep-alive")
    with pytest.raises(TransportError, match="look before sending it again") as caught:
        session.request("POST", "issues", data={"summary": "x"})
    assert caught.value.maybe_applied
    assert len(server.requests) == 2
    assert fake.waits == []


def test_a_write_whose_answer_cannot_be_read_may_have_happened(server: Server, session: HttpSession) -> None:
    server.script += [answer(201, b'{"id": 1, "summ')]
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
        connect("http://no-such-host.invalid").request("POST", "issues")
    assert not caught.value.maybe_applied


def test_a_read_gives_up_after_its_tries_and_says_why(server: Server, session: HttpSession) -> None:
    server.script += [answer(503, b"down for a while")] * 5
    with pytest.raises(TransportError, match=r"answered 503 \('down for a while'\)") as caught:
        session.get("issues")
    assert not caught.value.maybe_applied


# ---- budgets


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_after_429_the_request_waits_as_long_as_it_is_told(
    method: str, server: Server, session: HttpSession, fake: FakeTime
) -> None:
    server.script += [answer(429, Retry_After="7"), answer()]
    session.request(method, "issues")
    assert fake.waits == [7.0]


def test_429_without_a_time_waits_a_minute(server: Server, session: HttpSession, fake: FakeTime) -> None:
    server.script += [answer(429), answer()]
    session.get("issues")
    assert fake.waits == [60.0]


def test_429_without_end_says_when_to_come_back(server: Server, session: HttpSession, fake: FakeTime) -> None:
    server.script += [answer(429, Retry_After="10")] * 5
    with pytest.raises(RateLimited) as caught:
        session.get("issues")
    assert caught.value.retry_at is not None
    assert caught.value.retry_at.timestamp() == fake.time + 10


def test_an_empty_budget_is_waited_for_before_sending_on_the_servers_clock(
    server: Server, session: HttpSession, fake: FakeTime
) -> None:
    server_time = fake.time + 5000  # our clock is wrong
    reset, date = f"{server_time + 30:.0f}", formatdate(server_time, usegmt=True)
    server.script += [answer(Date=date, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset), answer()]
    session.get("issues")
    assert fake.waits == []
    session.get("issues")
    assert fake.waits == [30.0]


def test_budgets_are_kept_apart_by_bucket_and_shared_by_sessions_of_one_user(
    server: Server, connect: Callable[..., HttpSession], fake: FakeTime
) -> None:
    clock = Clock(fake.now, fake.sleep)
    first, second = (connect(bucket=lambda method, path: path, clock=clock) for _ in range(2))
    other = connect(
        bucket=lambda method, path: path, clock=clock, credentials=[Credentials(params={"apiKey": "another"})]
    )
    server.script += [answer(X_RateLimit_Remaining="0", X_RateLimit_Reset=f"{fake.time + 9:.0f}")] + [answer()] * 3
    first.get("search")
    second.get("read")
    other.get("search")
    assert fake.waits == []
    second.get("search")
    assert fake.waits == [9.0]
    assert (first.requests, second.requests) == ({"search": 1}, {"read": 1, "search": 1})


def test_a_wait_beyond_patience_is_an_error_and_nothing_is_sent(server: Server, session: HttpSession) -> None:
    server.script += [answer(429, Retry_After="86400")]
    with pytest.raises(RateLimited, match="no request for 86400 s"):
        session.get("issues")
    assert len(server.requests) == 1


def test_one_request_of_a_user_is_in_flight_at_a_time(server: Server, connect: Callable[..., HttpSession]) -> None:
    inside, most = [0], [0]
    lock = threading.Lock()
    both_started = threading.Barrier(2, timeout=10)

    def slow(connection: socket.socket) -> None:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        threading.Event().wait(0.02)  # leave the other the time to come in, if it could
        with lock:
            inside[0] -= 1
        answer()(connection)

    server.script += [slow] * 8
    session, timeouts = connect, Timeouts(read=10)

    def work(mine: HttpSession) -> None:
        both_started.wait()
        for _ in range(4):
            mine.get("x")

    clock = Clock()
    threads = [threading.Thread(target=work, args=(session(timeouts=timeouts, clock=clock),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (most[0], len(server.requests)) == (1, 8)


# ---- credentials and errors


def test_a_key_refused_in_the_header_is_shown_in_the_query_and_that_is_remembered(
    server: Server, connect: Callable[..., HttpSession]
) -> None:
    both = [Credentials(headers={"Backlog-API-Key": KEY}), Credentials(params={"apiKey": KEY})]
    session = connect(credentials=both)
    server.script += [answer(401), answer(), answer()]
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
    server.script += [answer(401)] * 2
    with pytest.raises(AuthenticationError):
        session.get("a")


def test_credentials_do_not_follow_a_redirect(server: Server, session: HttpSession) -> None:
    server.script += [answer(302, Location="https://elsewhere.example/api/issues?x=1")]
    with pytest.raises(ProtocolError, match=r"redirected to elsewhere\.example"):
        session.get("issues")
    assert len(server.requests) == 1


@pytest.mark.parametrize("body", [b"<html>sign in</html>", b'{"id": 1, "summ', b"", b"\xff\xfe\x00"])
def test_a_read_that_is_not_json_shows_how_it_begins(body: bytes, server: Server, session: HttpSession) -> None:
    server.script += [answer(body=body)]
    with pytest.raises(ProtocolError, match="not JSON"):
        session.get("issues")


def test_the_adapter_explains_a_refusal_first(server: Server, connect: Callable[..., HttpSession]) -> None:
    seen: list[Refusal] = []

    def explain(refusal: Refusal) -> AnyBacklogError | None:
        seen.append(refusal)
        return ConfigurationError("as the vendor says") if refusal.body else None

    session = connect(explain=explain)
    server.script += [answer(418, b'{"errors": []}', X_Request_Id="r1"), answer(400, b"")]
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


LEAKS: dict[str, Callable[[Server], Action]] = TROUBLES | {
    "the key echoed in an error": lambda server: answer(400, json.dumps({"error": f"bad {KEY}"}).encode()),
    "the key echoed in a page": lambda server: answer(200, f"<html>{KEY}".encode()),
    "the key echoed by a redirect": lambda server: answer(302, Location=f"https://{KEY}.example/?apiKey={KEY}"),
    "401": lambda server: answer(401, f"who is {KEY}?".encode()),
    "403": lambda server: answer(403, b"", X_Echo=KEY),
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
