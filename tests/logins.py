"""A space that people log in to: a strict fake on loopback, and a browser that goes where its page sends it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests

from anybacklog.backend import OAuthSpec, Traffic
from anybacklog.config import Client
from anybacklog.location import parse
from anybacklog.oauth.endpoints import Endpoints, endpoints_of
from anybacklog_nulab.plugin import OAUTH
from anybacklog_simulators.nulab import Nulab, Simulator, Space, empty_space, simulator
from anybacklog_simulators.nulab.events import Application, Token
from anybacklog_simulators.nulab.oauth import TOKEN

CLIENT = Client("an-application", "its/s3cret+&")
REDIRECT = "http://127.0.0.1:0/callback"


@dataclass
class LoginSpace:
    """The fake, where it is served, and who may ask it for tokens."""

    fake: Simulator[Nulab]
    url: str

    @property
    def space(self) -> Space:
        return self.fake.service.space

    @property
    def address(self) -> str:
        return f"nulab+{self.url}"

    def at(self, spec: OAuthSpec = OAUTH) -> Endpoints:
        return endpoints_of(spec, parse(f"{self.address}/DEMO"), "", Traffic())

    def tokens_asked(self) -> int:
        """Count the requests for tokens."""
        return self.fake.counts()[f"POST {TOKEN}"]

    def gives(self, access: str, refresh: str, seconds: float = 3600) -> None:
        """Have this token live already, so that a login is given it."""
        self.space.oauth.tokens.append(
            Token(
                access=access, refresh=refresh, client_id=CLIENT.id, user_id=self.space.owner_id,
                expires=self.fake.clock.now() + timedelta(seconds=seconds),
            )
        )  # fmt: skip

    def revoke(self) -> None:
        """End every token, and every refresh token."""
        self.space.oauth.tokens.clear()


@contextmanager
def login_space() -> Iterator[LoginSpace]:
    fake = simulator(empty_space())
    fake.service.space.oauth.applications = [Application(client_id=CLIENT.id, client_secret=CLIENT.secret)]
    with fake.served() as server:
        yield LoginSpace(fake, server.url)


def led_to(page: str) -> str:
    """Agree on the page, and give the address that the browser is sent to, without going there."""
    answer = requests.get(page, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


@dataclass
class Browser:
    """Stands in the place of `webbrowser.open`: it goes where it is sent, or where `changed` makes of that."""

    changed: Callable[[str], str] = str
    pages: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    thread: threading.Thread | None = None

    def open(self, page: str, *_: Any) -> bool:
        self.pages.append(page)
        self.thread = threading.Thread(target=self._visit, args=(page,))
        self.thread.start()
        return True

    def _visit(self, page: str) -> None:
        self.shown.append(requests.get(self.changed(led_to(page)), timeout=10).text)
