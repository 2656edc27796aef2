"""The library's connections as we want them: nothing is read from the surroundings, kept, or followed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool

from anybacklog.http.retry import UNSENT

PIECE = 1 << 18
"""Bytes of an upload that are read and sent at a time."""


def open_connections() -> requests.Session:
    """Give the connections of one user; the first request connects."""
    connections = _Straight()
    connections.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        connections.mount(scheme, _Closing())
    connections.trust_env = False  # proxies and certificates are read in surroundings.py, ~/.netrc never
    return connections


class _Straight(requests.Session):
    """Follows no redirect, and does not even look at where one leads: the library breaks on some addresses."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002  # theirs
        return None


class _Pool(HTTPConnectionPool):
    """Gives a request as long to be sent as its answer to come: the library gives it what connecting may take.

    Notes on an error that it came before any request, while connection, proxy and TLS were being agreed upon. These
    three are where the library connects; its class of connections stays, since recorders of HTTP put theirs there.
    """

    def _make_request(self, conn: Any, *given: Any, **named: Any) -> Any:
        conn.patience = named["timeout"].read_timeout
        return super()._make_request(conn, *given, **named)

    def _prepare_proxy(self, conn: Any) -> None:
        with _noted():
            super()._prepare_proxy(conn)

    def _validate_conn(self, conn: Any) -> None:
        with _noted():
            if conn.is_closed:
                conn.connect()
            super()._validate_conn(conn)
        conn.timeout = conn.patience


@contextmanager
def _noted() -> Iterator[None]:
    try:
        yield
    except (OSError, HTTPException) as error:
        error.add_note(UNSENT)
        raise


class _Closing(HTTPAdapter):
    """Closes its sockets at once, where the library leaves that to the garbage collector; sends in larger pieces."""

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, blocksize=PIECE, **named)
        _with_our_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        return _with_our_pools(super().proxy_manager_for(proxy, blocksize=PIECE, **named))

    def close(self) -> None:
        for keeper in (self.poolmanager, *self.proxy_manager.values()):
            for key in keeper.pools.keys():  # noqa: SIM118  # the container refuses to be iterated
                keeper.pools[key].close()
        super().close()


def _with_our_pools(keeper: Any) -> Any:
    """Have the library's pools connect as ours do, those for SOCKS too."""
    keeper.pool_classes_by_scheme = {
        scheme: kind if issubclass(kind, _Pool) else type(kind.__name__, (_Pool, kind), {})
        for scheme, kind in keeper.pool_classes_by_scheme.items()
    }
    return keeper
