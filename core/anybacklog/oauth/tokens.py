"""The token of a kept login, renewed once for all threads and processes that use it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import time

from anybacklog.config import Client, Login, Logins
from anybacklog.errors import AuthenticationError, TransportError
from anybacklog.oauth.attempt import as_login
from anybacklog.oauth.endpoints import Endpoints, Refused

EARLY = 30.0
"""Seconds before its end that a token is renewed, if the service then gives another one."""
_log = logging.getLogger("anybacklog.oauth")


class LoginTokens:
    """A TokenSource over a kept login. Reads it when first asked; what is renewed is on disk before it is used.

    A service may answer an early renewal with the same token and what is left of its life (Nulab does): such a token is
    used to its end.
    """

    def __init__(self, at: Endpoints, logins: Logins, *, now: Callable[[], float] = time) -> None:
        self.name = at.address
        self._at, self._logins, self._now = at, logins, now
        self._login: Login | None = None
        self._unchanged = ""

    def token(self) -> str:
        """Give the token to show now, renewed first if it is due; AuthenticationError where the login is over."""
        login = self._login or self._kept()
        self._login = self._renewed("") if self._is_due(login) else login
        return self._login.access_token

    def renew(self, refused: str) -> bool:
        """Get another token than the one that was refused; False if the service gives the same one again."""
        self._login = self._renewed(refused)
        return self._login.access_token != refused

    def _renewed(self, refused: str) -> Login:
        with self._logins.locked(self.name):
            kept = self._kept()
            if kept.access_token != refused and not self._is_due(kept):
                return kept  # somebody else was first
            fresh = self._refreshed(kept)
            place = self._logins.keep(fresh)
        _log.info("the login at %s was renewed; it is kept in %s", self.name, place)
        if fresh.access_token == kept.access_token:
            self._unchanged = fresh.access_token
        return fresh

    def _refreshed(self, login: Login) -> Login:
        if not login.refresh_token:
            raise self._over("it cannot be renewed")
        client = Client(login.client_id, login.client_secret)
        asked_at = self._now()
        try:
            token = self._at.authlib(client).refresh_token(self._at.token, refresh_token=login.refresh_token)
        except Refused as error:
            raise self._over(str(error)) from None
        except TransportError as error:  # nothing of what the caller wanted was sent
            raise TransportError(f"the login could not be renewed: {error}", maybe_applied=False) from None
        return as_login(self._at, client, token, asked_at)

    def _is_due(self, login: Login) -> bool:
        early = 0.0 if login.access_token == self._unchanged else EARLY
        return login.is_due(self._now() + early)

    def _kept(self) -> Login:
        login = self._logins.load(self.name)
        if login is None:
            raise self._over("somebody logged out")
        return login

    def _over(self, why: str) -> AuthenticationError:
        return AuthenticationError(
            f"the login at {self.name} is over: {why}; log in again: anybacklog login {self.name}"
        )
