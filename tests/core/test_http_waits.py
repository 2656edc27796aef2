"""What becomes of the time for which a request waits: work is done in it, or the request is not sent at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from anybacklog.backend import Traffic, Waits
from anybacklog.errors import RateLimited, TransportError
from anybacklog.http import HttpSession

if TYPE_CHECKING:
    from tests.core.conftest import FakeTime, Server


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def session(connect: Callable[..., HttpSession], waits: Waits) -> HttpSession:
    traffic = Traffic(connect_timeout=5, read_timeout=0.2, waits=waits)
    return connect(traffic=traffic, bucket=lambda method, path: path)


def closed_for(seconds: int, server: Server, session: HttpSession, waits: Waits) -> None:
    """Have the service tell that nothing of the budget is left for so long."""
    server.script += [server.answer(429, Retry_After=f"{seconds}"), server.answer()]
    with waits.refusing(), pytest.raises(RateLimited):
        session.get("slow")


def test_work_is_done_until_none_is_left_and_the_rest_is_slept(
    server: Server, session: HttpSession, fake: FakeTime, waits: Waits
) -> None:
    closed_for(20, server, session, waits)
    pieces = iter([5, 4])

    def work() -> bool:
        taken = next(pieces, None)
        fake.time += taken or 0
        return taken is not None

    with waits.spent_on(work):
        session.get("slow")
    assert fake.waits == [pytest.approx(11)]


def test_work_without_end_ends_with_the_wait(
    server: Server, session: HttpSession, fake: FakeTime, waits: Waits
) -> None:
    closed_for(20, server, session, waits)
    begun: list[float] = []

    def work() -> bool:
        begun.append(fake.time)
        fake.time += 6
        return True

    with waits.spent_on(work):
        session.get("slow")
    assert (len(begun), fake.waits) == (4, [])


def test_work_may_send_as_the_very_user_who_waits_and_its_own_waits_are_slept(
    server: Server, session: HttpSession, fake: FakeTime, waits: Waits
) -> None:
    closed_for(20, server, session, waits)
    server.script[:0] = [server.answer(503), server.answer()]
    left = [True]

    def work() -> bool:
        if left:
            session.get("other")
        return bool(left and left.pop())

    with waits.spent_on(work):
        session.get("slow")
    assert [each.split()[1] for each in server.requests] == ["/api/slow", "/api/other", "/api/other", "/api/slow"]
    assert fake.waits == [0.5, pytest.approx(19.5)]


def test_what_breaks_in_the_work_ends_the_request_before_it_is_sent(
    server: Server, session: HttpSession, waits: Waits
) -> None:
    closed_for(20, server, session, waits)

    def work() -> bool:
        raise KeyboardInterrupt

    with waits.spent_on(work), pytest.raises(KeyboardInterrupt):
        session.request("POST", "slow")
    assert len(server.requests) == 1


def test_a_request_that_would_wait_is_refused_where_waits_are(
    server: Server, session: HttpSession, fake: FakeTime, waits: Waits
) -> None:
    closed_for(20, server, session, waits)
    with waits.refusing(), pytest.raises(RateLimited, match="no request for 20 s"):
        session.get("slow")
    assert (len(server.requests), fake.waits) == (1, [])
    session.get("slow")
    assert fake.waits == [pytest.approx(20)]


def test_where_waits_are_refused_a_read_is_tried_once(
    server: Server, session: HttpSession, fake: FakeTime, waits: Waits
) -> None:
    server.script += [server.answer(503), server.answer()]
    with waits.refusing(), pytest.raises(TransportError):
        session.get("issues")
    assert (len(server.requests), fake.waits) == (1, [])
