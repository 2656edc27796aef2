"""What is switched on goes wrong as told: what a client saw, and what was done nevertheless."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from anybacklog_simulators.faults import Fault, Faults, Harm, fault_from
from anybacklog_simulators.nulab import DEMO_KEY

COMMENTS = "/issues/DEMO-1/comments"


class Wire:
    """A real connection, as any client has one."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc

    def __call__(self, method: str, path: str, timeout: float = 10, **form: str) -> tuple[int, bytes]:
        """Send a request; give status and body, which must be whole."""
        connection = http.client.HTTPConnection(self.host, timeout=timeout)
        headers = {"Backlog-API-Key": DEMO_KEY, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, f"/api/v2{path}", urlencode(form).encode(), headers)
            with connection.getresponse() as answer:
                return answer.status, answer.read()
        finally:
            connection.close()


@pytest.fixture
def wire(api: Any, fake: Any) -> Iterator[Wire]:
    api.issue()
    with fake.served() as server:
        yield Wire(server.url)


def count(api: Any) -> int:
    return int(api.json("GET", f"{COMMENTS}/count")["count"])


@pytest.mark.parametrize(("harm", "status", "done"), [("error-before", 503, 0), ("error-after", 502, 1)])
def test_an_error_before_does_nothing_and_an_error_after_has_done_it(
    api: Any, fake: Any, wire: Wire, harm: str, status: int, done: int
) -> None:
    fake.faults.add(Fault(harm=Harm(harm), method="POST"))
    got, body = wire("POST", COMMENTS, content="x")
    assert (got, body[:6], count(api)) == (status, b"<html>", done)


@pytest.mark.parametrize(("harm", "done"), [("refuse", 0), ("drop-after", 1)])
def test_a_reset_connection_tells_nothing(api: Any, fake: Any, wire: Wire, harm: str, done: int) -> None:
    fake.faults.add(Fault(harm=Harm(harm), method="POST"))
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        wire("POST", COMMENTS, content="x")
    assert count(api) == done
    assert fake.log[-2] == ("POST", f"/api/v2{COMMENTS}", 0)


def test_a_truncated_answer_ends_half_way(api: Any, fake: Any, wire: Wire) -> None:
    fake.faults.add(Fault(harm=Harm.TRUNCATE, method="POST"))
    with pytest.raises((ConnectionError, http.client.IncompleteRead)):
        wire("POST", COMMENTS, content="x" * 40_000)
    assert count(api) == 1


def test_a_stalled_answer_never_comes_but_it_is_done(api: Any, fake: Any, wire: Wire) -> None:
    fake.faults.add(Fault(harm=Harm.STALL, method="POST"))
    with pytest.raises(TimeoutError):
        wire("POST", COMMENTS, content="x", timeout=0.2)
    assert count(api) == 1


def test_a_short_stall_is_answered(fake: Any, wire: Wire) -> None:
    fake.faults.add(Fault(harm=Harm.STALL, method="GET", seconds=0.01))
    assert wire("GET", COMMENTS) == (200, b"[]")


def test_a_late_write_is_done_when_the_clock_says_so(api: Any, fake: Any, clock: Any, wire: Wire) -> None:
    fake.faults.add(Fault(harm=Harm.LATE, method="POST", seconds=90))
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        wire("POST", COMMENTS, content="late")
    clock.advance(89)
    assert count(api) == 0
    clock.advance(11)
    (comment,) = api.json("GET", COMMENTS)
    assert (comment["content"], comment["created"]) == ("late", "2026-03-01T12:01:40Z")


def test_a_late_write_may_be_answered_with_an_error_meanwhile(api: Any, fake: Any, clock: Any, wire: Wire) -> None:
    fake.faults.add(Fault(harm=Harm.LATE, method="POST", seconds=5, status=504))
    assert wire("POST", COMMENTS, content="late")[0] == 504
    clock.advance(5)
    (issue,) = fake.dump()["issues"]
    assert [each["content"] for each in issue["comments"]] == ["late"]


def test_late_writes_are_done_in_their_own_order(api: Any, fake: Any, clock: Any) -> None:
    api.issue()
    fake.faults.add(Fault(harm=Harm.LATE, seconds=20, method="POST", nth=1, status=504))
    fake.faults.add(Fault(harm=Harm.LATE, seconds=10, method="POST", nth=2, status=504))
    for text in ("first", "second"):
        api("POST", COMMENTS, ("content", text))
    clock.advance(30)
    assert [each["content"] for each in api.json("GET", COMMENTS, ("order", "asc"))] == ["second", "first"]


class TestIndex:
    def test_a_search_learns_of_a_new_issue_late_and_reading_it_does_not(
        self, api: Any, fake: Any, clock: Any, project: Any
    ) -> None:
        fake.faults.index_lag = 30
        issue = api.issue()
        here = ("projectId[]", project.id)
        assert api.json("GET", f"/issues/{issue['id']}")["summary"] == "Crash"
        assert (api.json("GET", "/issues"), api.json("GET", "/issues/count", here)) == ([], {"count": 0})
        assert len(api.json("GET", "/projects/DEMO/activities")) == 1
        clock.advance(30)
        assert (len(api.json("GET", "/issues")), api.json("GET", "/issues/count", here)) == (1, {"count": 1})

    def test_a_search_finds_by_what_was_before(self, api: Any, fake: Any, clock: Any) -> None:
        issue = api.issue("old words")
        fake.faults.index_lag = 30
        api.json("PATCH", f"/issues/{issue['id']}", ("summary", "new words"))
        (found,) = api.json("GET", "/issues", ("keyword", "old"))
        assert found["summary"] == "new words"
        assert api.json("GET", "/issues", ("keyword", "new")) == []
        clock.advance(30)
        assert [len(api.json("GET", "/issues", ("keyword", word))) for word in ("old", "new")] == [0, 1]

    def test_each_write_is_late_by_itself(self, api: Any, fake: Any, clock: Any) -> None:
        fake.faults.index_lag = 30
        path = f"/issues/{api.issue('one')['id']}"
        clock.advance(20)
        api.json("PATCH", path, ("summary", "two"))

        def found() -> list[int]:
            return [len(api.json("GET", "/issues", ("keyword", word))) for word in ("one", "two")]

        seen = [found()]
        for seconds in (10, 19, 1):
            clock.advance(seconds)
            seen.append(found())
        assert seen == [[0, 0], [1, 0], [1, 0], [0, 1]]


def test_the_nth_request_is_counted_among_those_that_match() -> None:
    faults = Faults()
    faults.add(Fault(harm=Harm.REFUSE, method="POST", path=r"/comments$", nth=2))
    asked = [("POST", "/a/comments"), ("GET", "/a/comments"), ("POST", "/a"), *[("POST", "/a/comments")] * 2]
    assert [faults.strike(*each) is not None for each in asked] == [False, False, False, True, False]
    assert [(each.method, each.path) for each in faults.struck] == [("POST", "/a/comments")]


def test_chance_is_the_same_for_the_same_seed_and_ends_after_its_times() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add(Fault(harm=Harm.REFUSE, probability=0.3, times=5))
        return [faults.strike("GET", "/") is not None for _ in range(100)]

    assert run(1) == run(1) != run(2)
    assert sum(run(1)) == 5


def test_cleared_faults_strike_no_more() -> None:
    faults = Faults()
    faults.add(Fault(harm=Harm.REFUSE))
    faults.clear()
    assert faults.strike("GET", "/") is None


def test_a_fault_with_an_unknown_name_says_what_there_is() -> None:
    with pytest.raises(ValueError, match="a fault has no nht; it has harm, method, path, nth"):
        fault_from({"harm": "refuse", "nht": 1})
