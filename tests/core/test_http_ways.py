"""The way a key is shown is remembered by host, and given up as soon as it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from anybacklog.errors import AuthenticationError
from anybacklog.http import Credentials, HttpSession

if TYPE_CHECKING:
    from tests.core.conftest import Server

KEY = "a-key-of-its-own"
Open = Callable[..., HttpSession]


def ways(key: str = KEY) -> list[Credentials]:
    return [Credentials(headers={"X-Key": key}), Credentials(params={"apiKey": key})]


def shown(server: Server) -> list[str]:
    """Say how each request showed its key."""
    return ["header" if "X-Key:" in each else "query" if "apiKey=" in each else "none" for each in server.requests]


def asked(server: Server, connect: Open, *statuses: int, key: str = KEY) -> None:
    """Ask once by a new session, answered with these statuses."""
    server.script += [server.answer(status) for status in statuses]
    session = connect(credentials=ways(key))
    try:
        session.get("a")
    finally:
        session.close()


def test_a_later_session_begins_with_the_way_that_was_accepted(server: Server, connect: Open) -> None:
    asked(server, connect, 401, 200)
    asked(server, connect, 200)
    assert shown(server) == ["header", "query", "query"]


def test_where_the_first_way_is_accepted_no_other_is_shown(server: Server, connect: Open) -> None:
    asked(server, connect, 200)
    asked(server, connect, 200)
    assert shown(server) == ["header", "header"]


def test_a_way_that_is_no_longer_accepted_gives_way_to_the_other(server: Server, connect: Open) -> None:
    asked(server, connect, 401, 200)
    asked(server, connect, 401, 200)
    asked(server, connect, 200)
    assert shown(server) == ["header", "query", "query", "header", "header"]


def test_a_key_that_is_accepted_in_no_way_leaves_nothing_to_remember(server: Server, connect: Open) -> None:
    for _ in range(2):
        with pytest.raises(AuthenticationError):
            asked(server, connect, 401, 401)
    assert shown(server) == ["header", "query", "header", "query"]


def test_another_users_key_begins_with_what_the_host_accepts(server: Server, connect: Open) -> None:
    asked(server, connect, 401, 200)
    asked(server, connect, 200, key="another-key")
    assert shown(server) == ["header", "query", "query"]


def test_another_host_is_asked_from_the_beginning(server: Server, elsewhere: Server, connect: Open) -> None:
    asked(server, connect, 401, 200)
    elsewhere.script.append(elsewhere.answer())
    connect(f"{elsewhere.url}/api", credentials=ways()).get("a")
    assert shown(elsewhere) == ["header"]
