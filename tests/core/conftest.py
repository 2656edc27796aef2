"""A loopback server that acts out a script, a clock that only a wait moves, and a tracker in memory."""

from __future__ import annotations

import io
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import Queue
from typing import Any
from uuid import uuid4

import pytest

import anybacklog
from anybacklog.backend import Traffic
from anybacklog.http import Clock, Credentials, HttpSession, Retry
from anybacklog.location import Location, parse
from anybacklog.model import Ticket, TicketDraft
from anybacklog.tracker import Tracker

KEY = "s3cr3t/K+y&99"
Action = Callable[[socket.socket], None]


@dataclass
class Server:
    """Listens on loopback and acts out a script, one action per request; one that is `broken_off` counts for none.

    With `tls` it speaks https.
    """

    script: list[Action] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    broken_off: Queue[str] = field(default_factory=Queue)
    connections: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"
        self.threads = [threading.Thread(target=self._listen, daemon=True)]
        self.threads[0].start()

    @staticmethod
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

    @staticmethod
    def reset(connection: socket.socket) -> None:
        """Take the request and reset the connection without an answer."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        raise ConnectionAbortedError

    @staticmethod
    def half_a_head(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Len")
        raise ConnectionAbortedError

    def stall(self, connection: socket.socket) -> None:
        """Say nothing until the test is over."""
        self.done.wait(30)
        raise ConnectionAbortedError

    def close(self) -> None:
        if self.done.is_set():
            return
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

    def _serve(self, plain: socket.socket) -> None:
        try:
            connection = self.tls.wrap_socket(plain, server_side=True) if self.tls else plain
        except OSError:
            return
        with connection, connection.makefile("rb") as reader:
            while not self.done.is_set():
                try:
                    head = "".join(_head(reader))
                    if not head:
                        return
                    length = next((line[16:] for line in head.splitlines() if line.startswith("Content-Length: ")), "0")
                    body = reader.read(int(length))
                    told = head + body.decode("utf-8", "surrogateescape")
                    if len(body) < int(length):
                        self.broken_off.put(told)
                        return
                    self.requests.append(told)
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
def elsewhere() -> Iterator[Server]:
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
            "traffic": Traffic(connect_timeout=5, read_timeout=0.2),
        } | settings
        opened.append(HttpSession(url or f"{server.url}/api", **given))
        return opened[-1]

    yield make
    for session in opened:
        session.close()


@pytest.fixture
def session(connect: Callable[..., HttpSession]) -> HttpSession:
    return connect()


@pytest.fixture
def location() -> Location:
    return parse(f"memory://{uuid4().hex}/PROJ")


@pytest.fixture
def tracker(location: Location) -> Iterator[Tracker]:
    with anybacklog.connect(str(location)) as opened:
        yield opened


@pytest.fixture
def ticket(tracker: Tracker) -> Ticket:
    return tracker.create_ticket(TicketDraft(title="Crash on save"))
