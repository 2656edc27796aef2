"""Who may send when: one request of a user waits for its answer at a time, and nobody waits for no reason."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from anybacklog.backend import Traffic
from anybacklog.errors import ConfigurationError
from anybacklog.http import Clock, HttpSession

if TYPE_CHECKING:
    from tests.core.conftest import FakeTime, Server

PATIENT = Traffic(read_timeout=10)
FILE = bytes(range(256)) * 16384


@pytest.fixture
def beside() -> Iterator[Callable[[Callable[[], object]], threading.Thread]]:
    """Start work in a thread of its own; at the end of the test all of it is done."""
    threads: list[threading.Thread] = []

    def start(work: Callable[[], object]) -> threading.Thread:
        threads.append(threading.Thread(target=work, daemon=True))
        threads[-1].start()
        return threads[-1]

    yield start
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


def test_one_request_of_a_user_is_in_flight_at_a_time(
    server: Server, connect: Callable[..., HttpSession], beside: Callable[..., threading.Thread]
) -> None:
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
        server.answer()(connection)

    def work(mine: HttpSession) -> None:
        both_started.wait()
        for _ in range(4):
            mine.get("x")

    server.script += [slow] * 8
    clock = Clock()
    threads = [beside(lambda: work(connect(traffic=PATIENT, clock=clock))) for _ in range(2)]
    for thread in threads:
        thread.join(20)
    assert (most[0], len(server.requests)) == (1, 8)


def test_who_waits_for_a_budget_keeps_nobody_from_another(
    server: Server, connect: Callable[..., HttpSession], beside: Callable[..., threading.Thread], fake: FakeTime
) -> None:
    waiting, go_on = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        waiting.set()
        assert go_on.wait(10)
        fake.sleep(seconds)

    clock = Clock(fake.now, sleep)
    first, second = (connect(clock=clock, bucket=lambda method, path: path) for _ in range(2))
    server.script += [
        server.answer(X_RateLimit_Remaining="0", X_RateLimit_Reset=f"{fake.time + 30:.0f}"),
        server.answer(body=b"[1]"),
        server.answer(),
    ]
    first.get("search")
    thread = beside(lambda: first.get("search"))
    assert waiting.wait(10)
    assert second.get("read") == [1]
    go_on.set()
    thread.join(10)
    assert [request.split()[1] for request in server.requests] == ["/api/search", "/api/read", "/api/search"]
    assert fake.waits == [pytest.approx(31.15)]


def test_who_waited_looks_again_whether_another_was_faster(
    server: Server, connect: Callable[..., HttpSession], fake: FakeTime
) -> None:
    def sleep(seconds: float) -> None:
        fake.sleep(seconds)
        if len(fake.waits) == 1:
            other.get("search")

    clock = Clock(fake.now, sleep)
    other, session = connect(clock=clock), connect(clock=clock)
    server.script += [
        server.answer(X_RateLimit_Remaining="0", X_RateLimit_Reset=f"{fake.time + 30:.0f}"),
        server.answer(X_RateLimit_Remaining="0", X_RateLimit_Reset=f"{fake.time + 90:.0f}"),
        server.answer(),
    ]
    session.get("search")
    session.get("search")
    assert fake.waits == [pytest.approx(31.15), pytest.approx(60)]


def test_two_who_pipe_in_opposite_directions_do_not_wait_for_each_other(
    server: Server, elsewhere: Server, connect: Callable[..., HttpSession], beside: Callable[..., threading.Thread]
) -> None:
    clock, both_opened = Clock(), threading.Barrier(2, timeout=10)
    done: list[object] = []

    def pipe(source: Server, target: Server) -> None:
        reading = connect(f"{source.url}/api", traffic=PATIENT, clock=clock)
        writing = connect(f"{target.url}/api", traffic=PATIENT, clock=clock)
        with reading.stream("attachments/1") as stream:
            both_opened.wait()
            done.append(writing.upload("files", name="a", stream=stream, size=len(FILE)))

    for each in (server, elsewhere):
        each.script += [each.answer(body=FILE), each.answer(201, b"[1]")]
    threads = [beside(lambda: pipe(server, elsewhere)), beside(lambda: pipe(elsewhere, server))]
    for thread in threads:
        thread.join(10)
    assert done == [[1], [1]]


def test_a_download_that_nobody_reads_keeps_nobody_waiting(
    server: Server, connect: Callable[..., HttpSession], beside: Callable[..., threading.Thread]
) -> None:
    clock = Clock()
    first, second = (connect(traffic=PATIENT, clock=clock) for _ in range(2))
    server.script += [server.answer(body=FILE), server.answer(body=b"[1]")]
    found: list[object] = []
    with first.stream("attachments/1") as stream:
        beside(lambda: found.append(second.get("issues"))).join(10)
        assert (found, stream.read()) == ([[1]], FILE)


def test_a_download_that_is_closed_half_read_leaves_nothing_to_the_next_request(
    server: Server, session: HttpSession
) -> None:
    server.script += [server.answer(body=FILE), server.answer(body=b"[1]")]
    with session.stream("attachments/1") as stream:
        stream.read(10)
    assert session.get("issues") == [1]
    assert server.connections == 2


def test_a_session_closed_by_one_thread_leaves_the_others_theirs(
    server: Server, connect: Callable[..., HttpSession]
) -> None:
    clock = Clock()
    first, second = connect(traffic=PATIENT, clock=clock), connect(traffic=PATIENT, clock=clock)

    def close_first(connection: socket.socket) -> None:
        first.close()
        server.answer(body=b"[1]")(connection)

    server.script += [close_first, server.answer(body=b"[2]")]
    assert (second.get("a"), second.get("b")) == ([1], [2])
    assert server.connections == 1


def test_a_session_closed_while_it_waits_for_its_budget_sends_nothing(
    server: Server, connect: Callable[..., HttpSession], beside: Callable[..., threading.Thread], fake: FakeTime
) -> None:
    waiting, go_on = threading.Event(), threading.Event()
    refused: list[bool] = []

    def sleep(seconds: float) -> None:
        waiting.set()
        assert go_on.wait(10)
        fake.sleep(seconds)

    def ask() -> None:
        with pytest.raises(ConfigurationError, match="closed; open another"):
            session.get("issues")
        refused.append(True)

    session = connect(clock=Clock(fake.now, sleep))
    server.script += [server.answer(X_RateLimit_Remaining="0", X_RateLimit_Reset=f"{fake.time + 30:.0f}")]
    session.get("issues")
    thread = beside(ask)
    assert waiting.wait(10)
    session.close()
    go_on.set()
    thread.join(10)
    assert (refused, len(server.requests)) == ([True], 1)


def test_a_session_closed_while_an_answer_is_under_way_leaves_no_connection_open(
    server: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = connect(traffic=PATIENT, clock=Clock())
    connections = session._lane.connections
    send = connections.request

    def close_first(*given: object, **named: object) -> object:
        session.close()
        return send(*given, **named)  # type: ignore[arg-type]  # as given

    monkeypatch.setattr(connections, "request", close_first)
    server.script += [server.answer(body=b"[1]")]
    assert session.get("issues") == [1]
    server.threads[-1].join(10)
    assert not server.threads[-1].is_alive()  # it had the connection, and serves it until that is closed


def test_a_closed_session_sends_nothing(server: Server, session: HttpSession) -> None:
    session.close()
    session.close()
    with pytest.raises(ConfigurationError, match="closed; open another"):
        session.get("issues")
    with pytest.raises(ConfigurationError, match="closed; open another"), session.stream("issues"):
        pass
    assert server.connections == 0


def test_one_host_is_one_however_its_port_and_case_are_written(connect: Callable[..., HttpSession]) -> None:
    clock = Clock()
    plain = connect("https://Tracker.example/a", clock=clock)
    assert connect("https://tracker.example:443/b", clock=clock)._lane is plain._lane
    assert connect("https://tracker.example:444/b", clock=clock)._lane is not plain._lane


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_shares_no_connection_with_its_parent(
    server: Server, connect: Callable[..., HttpSession]
) -> None:
    clock = Clock()
    session = connect(traffic=PATIENT, clock=clock)
    server.script += [server.answer(body=b"[%d]" % number) for number in range(3)]
    assert session.get("parent") == [0]
    child = os.fork()
    if child == 0:
        os._exit(_say_how_it_went(session, lambda: connect(traffic=PATIENT, clock=clock)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert session.get("parent") == [2]
    assert server.connections == 2


def _say_how_it_went(inherited: HttpSession, connect: Callable[[], HttpSession]) -> int:
    try:
        inherited.get("child")
    except ConfigurationError as error:
        with closing(connect()) as fresh:
            return int("another process" not in str(error) or fresh.get("child") != [1])
    return 2
