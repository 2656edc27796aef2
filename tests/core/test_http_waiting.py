"""Rate budgets against real sockets: who waits, how long, and who need not."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest

from anybacklog.backend import RateState, Traffic, TrafficState
from anybacklog.errors import RateLimited
from anybacklog.http import Clock, Credentials, HttpSession, Rate
from anybacklog.http import lane as lanes

if TYPE_CHECKING:
    from tests.core.conftest import FakeTime, Server


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_after_429_the_request_waits_as_long_as_it_is_told(
    method: str, server: Server, session: HttpSession, fake: FakeTime
) -> None:
    server.script += [server.answer(429, Retry_After="7"), server.answer()]
    session.request(method, "issues")
    assert fake.waits == [7.0]


def test_429_without_a_time_waits_a_minute(server: Server, session: HttpSession, fake: FakeTime) -> None:
    server.script += [server.answer(429), server.answer()]
    session.get("issues")
    assert fake.waits == [60.0]


def test_429_without_end_says_when_to_come_back(server: Server, session: HttpSession, fake: FakeTime) -> None:
    server.script += [server.answer(429, Retry_After="10")] * 5
    with pytest.raises(RateLimited) as caught:
        session.get("issues")
    assert caught.value.retry_at is not None
    assert caught.value.retry_at.timestamp() == fake.time + 10


def test_an_empty_budget_is_waited_for_before_sending_on_the_servers_clock(
    server: Server, session: HttpSession, fake: FakeTime
) -> None:
    server_time = fake.time + 5000  # our clock is wrong
    reset, date = f"{server_time + 30:.0f}", formatdate(server_time, usegmt=True)
    server.script += [server.answer(Date=date, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset), server.answer()]
    session.get("issues")
    assert fake.waits == []
    session.get("issues")
    assert fake.waits == [pytest.approx(31.15)]


def test_budgets_are_kept_apart_by_bucket_and_shared_by_sessions_of_one_user(
    server: Server, connect: Callable[..., HttpSession], fake: FakeTime
) -> None:
    clock = Clock(fake.now, fake.sleep)
    first, second = (connect(bucket=lambda method, path: path, clock=clock) for _ in range(2))
    other = connect(
        bucket=lambda method, path: path, clock=clock, credentials=[Credentials(params={"apiKey": "another"})]
    )
    server.script += [server.answer(X_RateLimit_Remaining="0", X_RateLimit_Reset=f"{fake.time + 9:.0f}")] + [
        server.answer()
    ] * 3
    first.get("search")
    second.get("read")
    other.get("search")
    assert fake.waits == []
    second.get("search")
    assert fake.waits == [pytest.approx(10.15)]
    assert (first.requests, second.requests) == ({"search": 1}, {"read": 1, "search": 1})


def test_a_wait_beyond_patience_is_an_error_and_nothing_is_sent(server: Server, session: HttpSession) -> None:
    server.script += [server.answer(429, Retry_After="86400")]
    with pytest.raises(RateLimited, match="no request for 86400 s"):
        session.get("issues")
    assert len(server.requests) == 1


def test_the_strictest_share_and_rate_of_a_users_sessions_hold_while_they_are_open(
    server: Server, connect: Callable[..., HttpSession], fake: FakeTime
) -> None:
    clock = Clock(fake.now, fake.sleep)
    generous = connect(clock=clock, rates={"requests": Rate(8)})
    sparing = connect(clock=clock, rates={"requests": Rate(6)}, traffic=Traffic(share=0.5))
    server.script += [server.answer()] * 8
    for session in (generous, sparing, generous, generous):
        session.get("issues")
    assert sum(fake.waits) == pytest.approx(60.15)
    sparing.close()
    for _ in range(4):
        generous.get("issues")
    assert sum(fake.waits) == pytest.approx(60.15)


def test_who_comes_back_keeps_to_what_was_said_before(
    server: Server, connect: Callable[..., HttpSession], fake: FakeTime
) -> None:
    server.script += [server.answer(429, Retry_After="1000"), server.answer()]
    for _ in range(2):
        with pytest.raises(RateLimited), closing(connect(clock=Clock(fake.now, fake.sleep))) as session:
            session.get("issues")
    assert len(server.requests) == 1


def test_many_users_leave_only_a_few_behind(connect: Callable[..., HttpSession], fake: FakeTime) -> None:
    clock = Clock(fake.now, fake.sleep)
    kept = connect(clock=clock, credentials=[Credentials(params={"apiKey": "kept"})])
    for number in range(lanes.IDLE_KEPT + 20):
        connect(clock=clock, credentials=[Credentials(params={"apiKey": f"user {number}"})]).close()
    assert sum(not each.sharers for each in lanes._lanes.values()) == lanes.IDLE_KEPT
    assert connect(clock=clock, credentials=[Credentials(params={"apiKey": "kept"})])._lane is kept._lane


def test_who_forgets_to_close_a_session_binds_nobody(
    server: Server, connect: Callable[..., HttpSession], fake: FakeTime
) -> None:
    clock = Clock(fake.now, fake.sleep)
    forgotten = HttpSession(f"{server.url}/api", clock=clock, rates={"requests": Rate(1)})
    assert forgotten.state().rates == (RateState(bucket="requests", limit=1),)
    del forgotten
    gc.collect()
    assert connect(clock=clock, credentials=()).state().rates == ()


def test_a_session_tells_how_its_budgets_stand(
    server: Server, connect: Callable[..., HttpSession], fake: FakeTime
) -> None:
    session = connect(rates={"update": Rate(limit=15)}, bucket=lambda method, path: "read")
    said: dict[str, Any] = {
        "X_RateLimit_Limit": "600",
        "X_RateLimit_Remaining": "599",
        "X_RateLimit_Reset": f"{fake.time - 70:.0f}",
    }
    server.script += [server.answer(Date=formatdate(fake.time - 100, usegmt=True), **said)]
    assert session.state() == TrafficState(rates=(RateState(bucket="update", limit=15),))
    session.get("issues")
    state = session.state()
    assert state.rates[0] == RateState(
        bucket="read", limit=600, remaining=599, resets_at=datetime.fromtimestamp(fake.time + 30, UTC)
    )
    assert state.clock_offset == -99.5


@pytest.mark.parametrize(
    "told", [{"Retry_After": "0"}, {"Retry_After": "1"}, {"Retry_After": "Thu, 01 Jan 1970 00:00:00 GMT"}]
)
def test_after_429_the_pause_is_never_shorter_than_the_backoff(
    told: dict[str, Any], server: Server, session: HttpSession, fake: FakeTime
) -> None:
    start = fake.time
    server.script += [server.answer(429, **told)] * 4 + [server.answer()]
    session.request("POST", "issues")
    assert fake.waits[-2:] == [2.0, 4.0]
    assert fake.time - start >= 0.5 + 1 + 2 + 4


def test_a_read_comes_back_when_an_unavailable_service_wants_it_to(
    server: Server, session: HttpSession, fake: FakeTime
) -> None:
    server.script += [server.answer(503, Retry_After="7"), server.answer(503, Retry_After="0"), server.answer()]
    session.get("issues")
    assert fake.waits == [7.0, 1.0]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "headers",
    [
        {"X_RateLimit_Reset": "1700000100000"},
        {"X_RateLimit_Reset": "1000050", "Date": "Mon, 01 Jan 0001 00:00:00 GMT"},
        {"X_RateLimit_Reset": "1000050", "Date": "Mon, 01 Jan 2024 00:00:00 +99999999999999999999"},
    ],
)
def test_a_header_that_cannot_be_true_starves_nobody(
    headers: dict[str, Any], method: str, server: Server, session: HttpSession, fake: FakeTime
) -> None:
    server.script += [server.answer(X_RateLimit_Remaining="0", **headers), server.answer()]
    assert session.request(method, "issues") == {}
    assert session.get("issues") == {}
    assert sum(fake.waits) <= 60


def test_a_file_may_be_read_while_its_reader_asks_for_something_else(server: Server, session: HttpSession) -> None:
    content = bytes(range(256)) * 8192
    server.script += [server.answer(body=content), server.answer(body=b"[1]"), server.answer(201)]
    with session.stream("attachments/1") as stream:
        beginning = stream.read(100)
        assert session.get("issues") == [1]
        session.request("POST", "issues")
        assert beginning + stream.read() == content
