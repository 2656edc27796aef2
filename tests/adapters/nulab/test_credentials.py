"""How a space is shown who asks: a key in the header or the query, a token, a login; remembered for the next time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from anybacklog import connect
from anybacklog.backend import Connection, Traffic
from anybacklog.errors import AuthenticationError
from anybacklog.location import parse
from anybacklog_nulab.client import open_client
from anybacklog_nulab.plugin import OAUTH
from anybacklog_simulators.nulab import DEMO_KEY, Nulab, Simulator, empty_space, simulator
from anybacklog_simulators.nulab import oauth as spoken


class Served:
    """A strict fake on loopback; `header_keys` is whether it takes a key in the header."""

    def __init__(self, stack: ExitStack, *, header_keys: bool) -> None:
        self.fake: Simulator[Nulab] = simulator(empty_space())
        self.header_keys = header_keys
        self.url = f"nulab+{stack.enter_context(self.fake.served()).url}/DEMO"

    @property
    def header_keys(self) -> bool:
        return self.fake.service.space.choices.header_keys

    @header_keys.setter
    def header_keys(self, taken: bool) -> None:
        self.fake.service.space.choices.header_keys = taken

    def asked(self, key: str = DEMO_KEY) -> list[int]:
        """Ask who we are by a new connection, and give the statuses it took."""
        before = len(self.fake.log)
        with connect(self.url, api_key=key) as tracker:
            tracker.myself()
        return [status for _, _, status in self.fake.log[before:]]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_a_space_that_takes_the_header_is_shown_the_key_nowhere_else(stack: ExitStack) -> None:
    space = Served(stack, header_keys=True)
    assert space.asked() == [200]


def test_a_space_that_takes_the_query_alone_is_asked_with_the_header_once_in_a_process(stack: ExitStack) -> None:
    space = Served(stack, header_keys=False)
    assert [space.asked() for _ in range(3)] == [[401, 200], [200], [200]]


def test_each_host_is_remembered_by_itself(stack: ExitStack) -> None:
    old, new = Served(stack, header_keys=False), Served(stack, header_keys=True)
    assert [old.asked(), new.asked(), old.asked(), new.asked()] == [[401, 200], [200], [200], [200]]


def test_a_key_that_is_refused_both_ways_is_told_once(stack: ExitStack) -> None:
    space = Served(stack, header_keys=True)
    with pytest.raises(AuthenticationError, match="the space did not accept the key: Authentication failure"):
        space.asked("an-invented-key")
    assert [status for _, _, status in space.fake.log] == [401, 401]


def test_a_refused_token_is_told_in_the_services_words_with_the_way_out(stack: ExitStack) -> None:
    space = Served(stack, header_keys=True)
    opened = Connection(location=parse(space.url), access_token="an-invented-token", traffic=Traffic(read_timeout=5))
    client = open_client(opened)
    with pytest.raises(AuthenticationError) as refused:
        client.get("users/myself")
    client.session.close()
    assert str(refused.value) == (
        "the space did not accept the access token: The access token is invalid (HTTP 401);"
        " log in again with anybacklog login, or give another token"
    )
    assert len(space.fake.log) == 1


def test_a_token_is_shown_as_a_bearers_and_asked_for_anew_at_each_request(stack: ExitStack) -> None:
    space = Served(stack, header_keys=True)

    class Rolling:
        name = "a login"

        def __init__(self) -> None:
            self.shown: list[str] = []

        def token(self) -> str:
            self.shown.append(f"token-{len(self.shown)}")
            return self.shown[-1]

        def renew(self, refused: str) -> bool:
            return refused == "token-0"

    source: Any = Rolling()
    client = open_client(Connection(location=parse(space.url), login=source, traffic=Traffic(read_timeout=5)))
    with pytest.raises(AuthenticationError):
        client.get("users/myself")
    client.session.close()
    assert source.shown == ["token-0", "token-1"]


def test_the_addresses_of_the_login_are_those_of_the_documentation() -> None:
    assert (OAUTH.authorize, OAUTH.token) == (spoken.PAGE, spoken.TOKEN)
    assert not OAUTH.pkce
    assert OAUTH.scopes == ()
