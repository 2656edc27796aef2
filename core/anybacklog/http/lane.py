"""What is shared in a process by all who talk to one host as one user: connections, budgets, and the turn to send."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from os import getpid
from threading import RLock
from weakref import WeakSet

import requests

from anybacklog.http.budget import Budget
from anybacklog.http.clock import Clock
from anybacklog.http.connections import open_connections
from anybacklog.http.origin import Origin
from anybacklog.http.rate import Terms, strictest
from anybacklog.redact import MASK, redact

_TALKERS = ("connection", "connectionpool", "poolmanager", "response", "util.retry")
_QUERY = re.compile(r"\?[^\s\"']+")

IDLE_KEPT = 64
"""How many lanes nobody uses are remembered, so that who comes back keeps to what was learnt before."""


@dataclass(slots=True, eq=False, repr=False)
class Lane:
    """One user at one host. Whoever holds `turn` may send, until the answer is there; nobody else may.

    The strictest terms of all who share it hold. Who is forgotten without having left no longer counts.
    """

    connections: requests.Session
    budget: Budget = field(default_factory=Budget)
    turn: RLock = field(default_factory=RLock)
    sharers: WeakSet[Terms] = field(default_factory=WeakSet)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the turn. Who sent although all had left meanwhile leaves no connection open."""
        with self.turn:
            try:
                yield
            finally:
                if not self.sharers:
                    self.connections.close()

    def leave(self, terms: Terms) -> None:
        """Close the connections when nobody uses them any more; what is known of the budget stays."""
        with _lock:
            self.sharers.discard(terms)
            self.budget.terms = strictest(self.sharers)
            if not self.sharers:
                self.connections.close()
            _forget_idle()


_Key = tuple[int, Origin, str, Clock]
_lanes: dict[_Key, Lane] = {}
_lock = RLock()


def join(home: Origin, secrets: Collection[str], clock: Clock, terms: Terms, login: str = "") -> Lane:
    """Give the lane of these credentials at this host; users are told apart by a digest of them, or by their login.

    A forked process starts with none: two that read from one connection would get each other's answers.
    """
    user = sha256("\0".join([login, *sorted(secrets)]).encode("utf-8", "surrogatepass")).hexdigest()
    with _lock:
        key = (getpid(), home, user, clock)
        lane = _lanes.pop(key) if key in _lanes else Lane(open_connections())
        _lanes[key] = lane  # last in the row: the one that was joined last
        lane.sharers.add(terms)
        lane.budget.terms = strictest(lane.sharers)
        _forget_idle()
    for name in _TALKERS:
        logging.getLogger(f"urllib3.{name}").addFilter(_MASK)
    return lane


def _forget_idle() -> None:
    for idle in [key for key, lane in _lanes.items() if not lane.sharers][:-IDLE_KEPT]:
        del _lanes[idle]


class _Masked(logging.Filter):
    """Masks urllib3's own log lines, which show whole addresses: every secret that is known, and every query.

    The query of an address that a redirect leads to is its signature, a secret that no lane knows.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _QUERY.sub(f"?{MASK}", redact(record.getMessage())), None
        record.exc_info = record.exc_text = None
        return True


_MASK = _Masked()
