"""What is switched on goes wrong on the wire as told: what a client saw, and what was done nevertheless."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from anybacklog_simulators.faults import Fault, Harm
from anybacklog_simulators.publicbacklog import DEMO_KEY

SAVE, UPDATE = "/tickets/save-ticket", "/tickets/update-ticket"
DRAFT = {"title": "Crash", "description": "It falls over.", "backlogName": "Website", "comment": "first"}
LOST = (ConnectionError, http.client.HTTPException)


class Wire:
    """A real connection, as any client has one."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc

    def __call__(self, method: str, path: str, body: Any = None, timeout: float = 10) -> tuple[int, bytes]:
        """Send a request; give status and body, which must be whole."""
        connection = http.client.HTTPConnection(self.host, timeout=timeout)
        headers = {"apiKey": DEMO_KEY, "Content-Type": "application/json"}
        try:
            connection.request(method, f"/v1{path}", b"" if body is None else json.dumps(body).encode(), headers)
            with connection.getresponse() as answer:
                return answer.status, answer.read()
        finally:
            connection.close()


@pytest.fixture
def wire(api: Any) -> Iterator[Wire]:
    with api.fake.served() as server:
        yield Wire(server.url)


def held(api: Any) -> list[tuple[str, list[str]]]:
    """Give every ticket's title and comments."""
    return [(each["title"], [said["text"] for said in each["comments"]]) for each in api.fake.dump()["tickets"] or []]


MADE = [("Crash", ["first"])]


@pytest.mark.parametrize(("harm", "status", "done"), [("error-before", 503, []), ("error-after", 502, MADE)])
def test_an_error_before_does_nothing_and_an_error_after_has_done_it(
    api: Any, wire: Wire, harm: str, status: int, done: object
) -> None:
    api.fake.faults.add(Fault(harm=Harm(harm), method="POST"))
    got, body = wire("POST", SAVE, DRAFT)
    assert (got, body[:6], held(api)) == (status, b"<html>", done)


@pytest.mark.parametrize(("harm", "done"), [("refuse", []), ("drop-after", MADE)])
def test_a_reset_connection_tells_nothing(api: Any, wire: Wire, harm: str, done: object) -> None:
    api.fake.faults.add(Fault(harm=Harm(harm), method="POST"))
    with pytest.raises(LOST):
        wire("POST", SAVE, DRAFT)
    assert (held(api), api.fake.log) == (done, [("POST", f"/v1{SAVE}", 0)])


def test_a_truncated_answer_ends_half_way(api: Any, wire: Wire) -> None:
    api.fake.faults.add(Fault(harm=Harm.TRUNCATE, method="POST"))
    with pytest.raises(LOST):
        wire("POST", SAVE, {**DRAFT, "description": "x" * 40_000})
    assert held(api) == MADE


def test_a_stalled_answer_never_comes_but_it_is_done(api: Any, wire: Wire) -> None:
    api.fake.faults.add(Fault(harm=Harm.STALL, method="POST"))
    with pytest.raises(TimeoutError):
        wire("POST", SAVE, DRAFT, timeout=0.2)
    assert held(api) == MADE


def test_a_short_stall_is_answered(api: Any, wire: Wire) -> None:
    api.fake.faults.add(Fault(harm=Harm.STALL, seconds=0.01))
    assert wire("GET", "/organizations/get-organization") == (200, b'{"id":1,"name":"Demo"}')


def test_a_late_create_takes_its_number_when_it_arrives(api: Any, clock: Any, wire: Wire) -> None:
    api.fake.faults.add(Fault(harm=Harm.LATE, method="POST", seconds=90, times=1))
    with pytest.raises(LOST):
        wire("POST", SAVE, DRAFT)
    clock.advance(89)
    assert wire("GET", "/tickets/get-ticket?id=1")[0] == 404
    assert json.loads(wire("POST", SAVE, {**DRAFT, "title": "Sooner"})[1])["id"] == 1
    clock.advance(1)
    assert held(api) == [("Sooner", ["first"]), *MADE]
    assert wire("GET", "/tickets/get-ticket?id=2")[0] == 200


def test_a_late_update_may_be_answered_with_an_error_meanwhile(api: Any, clock: Any, wire: Wire) -> None:
    api.create()
    api.fake.faults.add(Fault(harm=Harm.LATE, method="PATCH", seconds=5, status=504))
    assert wire("PATCH", UPDATE, {"id": 1, "comment": "late"})[0] == 504
    assert api.comments(1) == []
    clock.advance(5)
    assert wire("GET", "/tickets/get-ticket?id=1")[0] == 200
    assert api.comments(1) == ["late"]


CHANGE = {"id": 1, "description": "comments copied: 1/1", "comment": "said"}


class TestHalfDone:
    """Where writes are not atomic an error comes between the fields and the comment; no other fault does."""

    @pytest.mark.parametrize("order", ["fields-first", "comment-first"])
    @pytest.mark.parametrize("harm", [harm for harm in Harm if harm not in (Harm.STALL, Harm.LATE)])
    def test_an_update_is_by_error_after_alone(self, chosen: Any, order: str, harm: Harm) -> None:
        api = chosen(writes=order)
        api.create()
        api.fake.faults.add(Fault(harm=harm, method="PATCH"))
        with api.fake.served() as server:
            try:
                Wire(server.url)("PATCH", UPDATE, CHANGE)
            except LOST:
                assert harm is not Harm.ERROR_AFTER
        ticket = api.organization.tickets[1]
        done = [ticket.description != "It falls over.", api.comments(1) != []]
        assert (
            done
            == {
                Harm.REFUSE: [False, False],
                Harm.ERROR_BEFORE: [False, False],
                Harm.ERROR_AFTER: [order == "fields-first", order == "comment-first"],
                Harm.DROP_AFTER: [True, True],
                Harm.TRUNCATE: [True, True],
            }[harm]
        )

    @pytest.mark.parametrize("order", ["fields-first", "comment-first"])
    def test_a_create_is_made_without_its_comment(self, chosen: Any, order: str) -> None:
        api = chosen(writes=order)
        api.fake.faults.add(Fault(harm=Harm.ERROR_AFTER, method="POST"))
        assert api("POST", SAVE, DRAFT).status_code == 502
        assert held(api) == [("Crash", [])]

    def test_what_has_one_part_is_done(self, chosen: Any) -> None:
        api = chosen(writes="fields-first")
        api.create()
        api.fake.faults.add(Fault(harm=Harm.ERROR_AFTER, method="PATCH"))
        api("PATCH", UPDATE, {"id": 1, "comment": "said"})
        api("PATCH", UPDATE, {"id": 1, "title": "Another"})
        assert held(api) == [("Another", ["said"])]
