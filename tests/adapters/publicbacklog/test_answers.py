"""Whatever shape an answer has, what is in it is found, and what is not is said in one sentence without the key."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.plugin import ProtocolError
from anybacklog_publicbacklog.answers import EXCERPT, unwrapped
from anybacklog_publicbacklog.convert import backlog_of, to_comments, to_project, to_ticket
from anybacklog_publicbacklog.definitions import Definitions
from anybacklog_publicbacklog.options import Options
from anybacklog_publicbacklog.refusals import names
from anybacklog_publicbacklog.texts import Formats

TICKET = {"id": 7, "title": "Crash"}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def read(raw: dict[str, Any]) -> Any:
    return to_ticket(raw, Definitions(Options()), Formats())


@pytest.mark.parametrize("answer", [TICKET, {"data": TICKET}, {"success": True, "ticket": TICKET, "meta": {"took": 3}}])
def test_a_ticket_is_found_at_the_top_or_under_one_key(answer: Any) -> None:
    assert unwrapped(answer, {"id"}, "GET get-ticket") == TICKET


@pytest.mark.parametrize(
    "answer",
    [
        {"ticket": {"id": 7}, "backlog": {"id": 2}},  # what it belongs to stands beside it
        {"id": 7, "backlog": {"id": 2}},  # or in it
        {"id": "request 12", "data": {"id": 7}},  # the envelope has an id of its own
        {"id": "request 12", "status": "ok", "ticket": {"id": 7}},
        {"meta": {"id": 3}, "data": {"id": 7}},
    ],
)
def test_a_ticket_is_told_from_what_else_has_an_id(answer: Any) -> None:
    assert unwrapped(answer, {"id"}, "GET get-ticket", kind="ticket")["id"] == 7


def test_the_object_that_has_most_of_a_ticket_is_the_ticket() -> None:
    answer = {"id": 12, "result": TICKET, "user": {"id": 3}}
    assert unwrapped(answer, {"id", "title"}, "GET get-ticket", kind="ticket") == TICKET


@pytest.mark.parametrize(
    "answer", [None, [TICKET], "OK", 7, {}, {"a": TICKET, "b": TICKET}, {"data": {"data": TICKET}}]
)
def test_what_holds_no_ticket_is_told_with_an_excerpt(answer: Any) -> None:
    with pytest.raises(ProtocolError, match="GET get-ticket was not answered with an object that has id"):
        unwrapped(answer, {"id"}, "GET get-ticket")


def test_an_excerpt_is_short_and_masks_the_key() -> None:
    with pytest.raises(ProtocolError) as raised:
        unwrapped(["the-key" * 100], {"id"}, "GET get-ticket", "the-key")
    assert "the-key" not in str(raised.value)
    assert len(str(raised.value)) < EXCERPT + 150


def test_what_is_missing_or_of_another_kind_is_none_and_stays_in_raw() -> None:
    raw = {"id": "7", "title": None, "statusId": "4", "ticketTypeId": [1], "description": 5, "createdAt": "yesterday"}
    ticket = read(raw)
    assert (ticket.id, ticket.title, ticket.type, ticket.description, ticket.created_at) == ("7", "", None, None, None)
    assert ticket.status is not None
    assert (ticket.status.name, ticket.raw) == ("Done", raw)


@pytest.mark.parametrize("raw", [{"id": 3, "name": "Website"}, {"backlogId": "3", "backlogName": "Website"}])
def test_a_backlog_is_read_however_its_fields_are_called(raw: dict[str, Any]) -> None:
    assert (to_project(raw, "x").id, to_project(raw, "x").key) == ("3", "Website")
    assert to_project({}, "Website").id == "name:Website"


@given(
    st.dictionaries(st.sampled_from(["createdAt", "updatedAt", "status", "ticketType", "backlogId", "extra"]), anything)
)
def test_what_nobody_documented_never_stops_a_ticket_from_being_read(more: dict[str, Any]) -> None:
    raw = TICKET | {name: value for name, value in more.items() if name != "ticketType" or not isinstance(value, str)}
    ticket = read(raw)
    assert (ticket.id, ticket.title, ticket.raw) == ("7", "Crash", raw)


@given(st.lists(anything, max_size=4))
def test_comments_of_any_shape_have_ids_of_their_own(comments: list[Any]) -> None:
    found = list(to_comments({"comments": comments}))
    assert len({each.id for each in found}) == len(found) == len(comments)


def test_comments_come_oldest_first_with_what_is_told_of_them() -> None:
    later = {"id": 2, "text": "later", "createdAt": "2026-01-02T00:00:00Z", "user": {"firstName": "花子", "id": 3}}
    first = {"id": 9, "comment": "<b>first</b>", "createdAt": "2026-01-01T09:00:00+09:00", "author": "taro"}
    one, other = to_comments({"comments": [later, first]})
    assert (one.id, one.body.format, one.author and one.author.name) == ("9", "html", "taro")
    assert (other.id, other.author and (other.author.id, other.author.name)) == ("2", ("3", "花子"))


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ({"backlogName": "Website", "backlogId": 1}, ("1", "Website")),
        ({"backlog": {"id": "x", "name": "Website"}}, ("x", "Website")),
        ({"backlog": "Website"}, (None, "Website")),
        ({}, (None, None)),
    ],
)
def test_the_backlog_of_a_ticket_is_read_however_it_is_named(raw: dict[str, Any], wanted: tuple[Any, Any]) -> None:
    assert backlog_of(raw) == wanted


@pytest.mark.parametrize(
    ("body", "thing"),
    [
        ({"message": "Ticket not found"}, "ticket"),
        ({"message": "Cannot GET /v1/tickets/get-ticket?id=1", "error": "Not Found"}, None),
        ({"code": "TICKET_NOT_FOUND"}, "ticket"),
        ({"error": "backlogNotFound"}, "backlog"),
        ({"code": "ROUTE_NOT_FOUND", "user_agent": "anybacklog"}, None),
        ({"message": "Not found"}, None),
        ({"error": "there is no route get-ticket"}, None),
        ("<html>no ticket here</html>", None),
        (None, None),
    ],
)
def test_only_json_that_names_a_thing_proves_the_route(body: Any, thing: str | None) -> None:
    assert names(body) == thing
