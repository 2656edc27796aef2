"""What no request can carry is refused before anything is sent, and the field is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.errors import ConfigurationError, TransportError, ValidationError
from anybacklog.http import Credentials, HttpSession
from anybacklog.http.spelling import json_body, pairs

if TYPE_CHECKING:
    from tests.core.conftest import Server

NAN, HALF = float("nan"), "half \ud83c of 🎉"

UNSENDABLE: dict[str, tuple[str, dict[str, Any]]] = {
    "half a character in a form": ("summary", {"data": {"id": 1, "summary": HALF}}),
    "half a character in a list": ("text[]", {"data": {"text[]": ["whole", HALF]}}),
    "half a character in a query": ("keyword", {"params": {"keyword": HALF}}),
    "half a character in a name": ("a parameter's name", {"params": {HALF: 1}}),
    "no number in a form": ("estimatedHours", {"data": {"estimatedHours": NAN}}),
    "half a character in JSON": ("title", {"json": {"issue": {"id": 1, "title": HALF}}}),
    "half a character in a name in JSON": ("issue", {"json": {"issue": {HALF: 1}}}),
    "no number in JSON": ("hours", {"json": {"issues": [{"hours": 1.5}, {"hours": NAN}]}}),
    "infinity in JSON": ("hours", {"json": {"hours": float("-inf")}}),
    "nothing of JSON's": ("body", {"json": [{1, 2}]}),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("what", UNSENDABLE)
def test_a_field_that_cannot_be_sent_is_named_and_nothing_is_sent(
    what: str, method: str, server: Server, session: HttpSession
) -> None:
    field, given = UNSENDABLE[what]
    with pytest.raises(ValidationError, match=r"half a character|finite") as caught:
        session.request(method, "issues", **given)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field} ")
    assert str(caught.value).isascii()
    assert server.requests == []


def test_half_a_character_in_a_path_is_refused_for_a_download_too(server: Server, session: HttpSession) -> None:
    with pytest.raises(ValidationError, match="path holds half a character"), session.stream(f"files/{HALF}"):
        pass
    assert server.requests == []


def test_a_header_that_cannot_be_sent_is_not_told_as_a_lost_connection(server: Server, session: HttpSession) -> None:
    with pytest.raises(TransportError, match="malformed; nothing was sent") as caught:
        session.request("POST", "issues", headers={"X-Note": "two\nlines"})
    assert not caught.value.maybe_applied
    assert server.requests == []


@pytest.mark.parametrize("method", ["", "GET x", "GET /x HTTP/1.1\r\nX-Evil: 1", "GÉT"])
def test_what_is_no_method_is_refused(method: str, server: Server, session: HttpSession) -> None:
    with pytest.raises(ValidationError, match="no method of HTTP") as caught:
        session.request(method, "issues")
    assert caught.value.field == "method"
    assert server.requests == []


def test_a_header_beyond_ascii_is_named(server: Server, session: HttpSession) -> None:
    with pytest.raises(ValidationError, match="the header X-Note holds more than ASCII") as caught:
        session.request("POST", "issues", headers={"X-Note": "日本"})
    assert caught.value.field == "X-Note"
    assert server.requests == []


@pytest.mark.parametrize("key", ["k3y\ud800", "k3y\n", " k3y"])
def test_a_key_no_query_can_carry_is_refused_without_being_shown(key: str, connect: Callable[..., HttpSession]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        connect(credentials=[Credentials(params={"apiKey": key})])
    assert "k3y" not in str(caught.value)


words = st.text(st.characters(codec="utf-8"))
json_words = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda each: st.lists(each) | st.dictionaries(words, each),
)


@given(json_words)
def test_every_other_body_passes_as_it_is(body: Any) -> None:
    assert json_body(body) is body


@given(st.dictionaries(words, words))
def test_every_other_text_passes_as_it_is(texts: dict[str, str]) -> None:
    assert pairs(texts) == list(texts.items())


OUTSIDE = ["//evil.example/a", "https://evil.example/a", "HTTPS:/evil", "..", "a/../../b", "a/%2e%2e/b", "%2E%2E/b",
           "./a", "a/..?x=1", "..%2fb", "..\\b", "\\\\evil", "a#b", "a?b=#c", "http:"]  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_leads_out_of_the_base_is_refused_and_nothing_is_sent(
    path: str, server: Server, session: HttpSession
) -> None:
    with pytest.raises(ValidationError, match="no path below the service's address") as caught:
        session.get(path)
    assert caught.value.field == "path"
    with pytest.raises(ValidationError), session.stream(path):
        pass
    assert server.requests == []


@pytest.mark.parametrize("path", ["a..b/c", "a/...", "a:b/c", "files/x%2F..y", "a?next=https://h/../x", "a%3Fb", "/a"])
def test_a_path_that_only_looks_so_is_sent(path: str, server: Server, session: HttpSession) -> None:
    server.script += [server.answer()]
    session.get(path)
    assert server.requests[0].startswith(f"GET /api/{path.removeprefix('/')} ")


@pytest.mark.parametrize("data", ["a=1", [("a", 1)], 7])
def test_a_form_that_is_no_mapping_is_refused(data: Any, server: Server, session: HttpSession) -> None:
    with pytest.raises(ValidationError, match="a mapping of names to values"):
        session.request("POST", "issues", data=data)
    assert server.requests == []
