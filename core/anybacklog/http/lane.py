"""What is shared in a process by all who talk to one host as one user: connections, budgets, and the turn to send."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from http.cookiejar import DefaultCookiePolicy
from threading import RLock
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from anybacklog.http.budget import Budget, Clock
from anybacklog.location import is_loopback
from anybacklog.redact import redact

_TALKERS = ("connection", "connectionpool", "poolmanager", "response", "util.retry")


@dataclass(slots=True, eq=False, repr=False)
class Lane:
    """One user at one host. Whoever holds `turn` may have a request in flight; nobody else may."""

    connections: requests.Session
    budget: Budget = field(default_factory=Budget)
    turn: RLock = field(default_factory=RLock)
    sharers: int = 0

    def leave(self) -> None:
        """Close the connections when nobody uses them any more; what is known of the budget stays."""
        self.sharers -= 1
        if self.sharers == 0:
            self.connections.close()


def join(base_url: str, secrets: Collection[str], clock: Clock) -> Lane:
    """Give the lane of these credentials at this host; they are told apart by a digest, never kept."""
    parts = urlsplit(base_url)
    user = sha256("\0".join(sorted(secrets)).encode("utf-8", "surrogatepass")).hexdigest()
    lane = _lane(f"{parts.scheme}://{parts.netloc.lower()}", user, clock)
    lane.sharers += 1
    for name in _TALKERS if secrets else ():
        logging.getLogger(f"urllib3.{name}").addFilter(_Masked(frozenset(secrets)))
    return lane


@cache
def _lane(origin: str, user: str, clock: Clock) -> Lane:  # noqa: ARG001  # they are the cache's key
    connections = _Straight()
    connections.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        connections.mount(scheme, _Closing())
    connections.auth = _as_it_is  # else requests would look for a password in ~/.netrc
    connections.trust_env = not is_loopback(urlsplit(origin).hostname or "")
    return Lane(connections)


class _Straight(requests.Session):
    """Follows no redirect, and does not even look at where one leads: the library breaks on some addresses."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002  # theirs
        return None


class _Closing(HTTPAdapter):
    """Closes its sockets at once; the library's own leaves that to the garbage collector."""

    def close(self) -> None:
        pools = self.poolmanager.pools
        for key in pools.keys():  # noqa: SIM118  # the container refuses to be iterated
            pools[key].close()
        super().close()


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


@dataclass(frozen=True, repr=False)
class _Masked(logging.Filter):
    """Masks secrets in urllib3's own log lines, which show the whole address of a request."""

    secrets: frozenset[str]

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage(), self.secrets), None
        record.exc_info = record.exc_text = None
        return True
