"""A delivery of a webhook, in the shapes that were seen, and whatever else somebody posts to the address."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.errors import ProtocolError
from anybacklog_nulab.extras import Event
from anybacklog_nulab.kinds import EventType
from anybacklog_nulab.webhook import LONGEST, parse

SEEN: dict[str, Any] = {
    "created": "2017-03-01T02:03:04Z",
    "project": {
        "archived": False, "projectKey": "SHOP", "name": "店", "chartEnabled": False, "id": 5,
        "subtaskingEnabled": False,
    },
    "id": 4711,
    "type": 1,
    "content": {
        "summary": "𠮷野家 🎉", "key_id": 12, "customFields": [], "dueDate": "", "description": "一\r\n二",
        "priority": {"name": "中", "id": 3}, "resolution": {"name": "", "id": None}, "actualHours": "",
        "issueType": {"id": 1, "name": "Bug"}, "milestone": [], "versions": [], "parentIssueId": "",
        "estimatedHours": "", "id": 99, "assignee": None, "category": [], "startDate": "",
        "status": {"name": "未対応", "id": 1},
    },
    "notifications": [],
    "createdUser": {
        "nulabAccount": None, "name": "安", "mailAddress": None, "id": 3, "roleType": 94, "userId": None,
        "lang": "null",
    },
}  # fmt: skip
"""The keys and oddities of a delivery captured in 2017, with words of ours."""


def test_a_delivery_of_2017_is_an_event() -> None:
    event = parse(json.dumps(SEEN, ensure_ascii=False).encode())
    assert (event.id, event.type, event.project_key) == ("4711", EventType.ISSUE_CREATED, "SHOP")
    assert (event.issue_id, event.issue_key, event.comment_id) == ("99", "SHOP-12", None)
    assert event.created_user is not None
    assert (event.created_user.name, event.created_user.login, event.created_user.email) == ("安", None, None)


def test_what_came_stays_as_it_came() -> None:
    event = parse(SEEN)
    assert event.content == SEEN["content"]
    assert event.content["description"] == "一\r\n二"
    assert event.content["dueDate"] == ""
    assert event.raw == SEEN


def test_bytes_text_and_object_say_the_same() -> None:
    text = json.dumps(SEEN)
    assert parse(text.encode()) == parse(text) == parse(SEEN) == parse(b"\xef\xbb\xbf" + text.encode())


@pytest.mark.parametrize("user", [None, "", {}, {"id": "", "name": ""}, {"id": None, "name": "gone"}])
def test_somebody_without_a_number_is_nobody(user: Any) -> None:
    assert parse({**SEEN, "createdUser": user}).created_user is None


@pytest.mark.parametrize("name", ["project", "content", "notifications", "createdUser", "created"])
@pytest.mark.parametrize("nothing", ["", None])
def test_an_empty_text_is_nothing(name: str, nothing: str | None) -> None:
    event = parse({**SEEN, name: nothing})
    assert not getattr(event, {"createdUser": "created_user"}.get(name, name))
    assert event.raw[name] == nothing


@pytest.mark.parametrize("type", [27, 49, 50, 10_000])
def test_a_type_nobody_documented_is_kept(type: int) -> None:
    event = parse({**SEEN, "type": type})
    assert event.type == type
    assert event.content == SEEN["content"]


def test_an_event_about_something_else_names_no_ticket() -> None:
    event = parse({**SEEN, "type": EventType.WIKI_CREATED, "content": {"id": 8, "name": "Home"}})
    assert (event.issue_id, event.issue_key) == (None, None)


@pytest.mark.parametrize(
    "body",
    [b"", b"hello", b"[]", b"null", b"\xff\xfe", "{", b"[" * 100_000, b'{"id": 1}', b'{"type": 1}', {}, "1e999"],
)
def test_what_is_no_delivery_is_one_sentence(body: Any) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse(body)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_body_without_end_is_refused_unread() -> None:
    with pytest.raises(ProtocolError, match="at most 8388608 bytes"):
        parse(b"[" * (LONGEST + 1))


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["", "null", "2017-13-41"]),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=8) | st.sampled_from(["id"]), each),
    max_leaves=5,
)
paths = st.sampled_from(
    [(name,) for name in SEEN]
    + [(name, below) for name in ("project", "content", "createdUser") for below in SEEN[name]]
    + [("content", "comment"), ("content", "changes"), ("extra",)]
)


@given(st.lists(st.tuples(paths, st.just("gone") | junk), max_size=4))
def test_a_delivery_however_mutated_is_an_event_or_a_protocol_error(changes: list[tuple[tuple[str, ...], Any]]) -> None:
    delivery = deepcopy(SEEN)
    for (*above, name), value in changes:
        within = delivery
        for step in above:
            within = within.get(step, {}) if isinstance(within.get(step, {}), dict) else {}
        within.pop(name, None) if value == "gone" else within.update({name: value})
    event = parsed(json.dumps(delivery))
    if event is not None:
        assert event.id == str(delivery["id"])
        assert (event.issue_key, event.issue_id, event.comment_id, event.project_key) is not None
        assert repr(event)


def parsed(body: bytes | str) -> Event | None:
    """Give the event, None where the answer is the one sentence; any other error is let through."""
    with suppress(ProtocolError):
        return parse(body)
    return None


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_body_at_all_breaks_the_reader(body: bytes | str) -> None:
    assert parsed(body) is None
