"""One attempt to log in: the page to open, then the tokens for what the page sends back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from time import time
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urlsplit

from anybacklog.config import Client, Login
from anybacklog.errors import AuthenticationError
from anybacklog.oauth.endpoints import Endpoints, Refused
from anybacklog.redact import redact, remember


class Attempt:
    """Made for one login; `page` is the address to open. Nothing is sent before `login`."""

    def __init__(self, at: Endpoints, client: Client, redirect_uri: str, *, now: Callable[[], float] = time) -> None:
        self._at, self._client, self._now = at, client, now
        self._authlib = at.authlib(client, redirect_uri)
        self._verifier = secrets.token_urlsafe(48) if at.spec.pkce else None
        self.page, self._state = self._authlib.create_authorization_url(at.authorize, code_verifier=self._verifier)

    def login(self, answer: str) -> Login:
        """Exchange what came back, the whole address or the code alone, for tokens.

        AuthenticationError where the address belongs to another attempt, or no code or token was given.
        """
        code = self._code(answer.strip())
        remember(code)
        asked_at = self._now()
        try:
            token = self._authlib.fetch_token(
                self._at.token, grant_type="authorization_code", code=code, code_verifier=self._verifier
            )
        except Refused as error:
            advice = "check the client's id, its secret and its redirect URI, and log in again"
            raise AuthenticationError(f"{self._at.address} gave no token: {error}; {advice}") from None
        return as_login(self._at, self._client, token, asked_at)

    def _code(self, answer: str) -> str:
        """Read the code out of an address, by Authlib, which compares its state; what is no address is the code."""
        from authlib.oauth2 import OAuth2Error
        from authlib.oauth2.rfc6749.parameters import parse_authorization_code_response

        if "://" not in answer and "code=" not in answer:
            return answer
        address = urldefrag(answer if "?" in answer else f"?{answer}").url
        _refuse_error(dict(parse_qsl(urlsplit(address).query)), self._at.address)
        try:
            return str(parse_authorization_code_response(address, state=self._state)["code"])
        except OAuth2Error as error:
            told = _TOLD.get(error.error, f"cannot be used ({error.error})")
            raise AuthenticationError(
                f"what came back from {self._at.address} {told}; nothing was kept, log in again"
            ) from None


_TOLD = {
    "mismatching_state": "belongs to another login: its state is not the one that was sent",
    "missing_code": "holds no code",
}


def as_login(at: Endpoints, client: Client, token: Mapping[str, Any], asked_at: float) -> Login:
    """Make a login of Authlib's token; its life counts from before it was asked for."""
    lifetime = token.get("expires_in")
    return Login(
        address=at.address,
        client_id=client.id,
        client_secret=client.secret,
        access_token=token["access_token"],
        refresh_token=token.get("refresh_token"),
        expires_at=None if lifetime is None else asked_at + lifetime,
    )


def _refuse_error(query: Mapping[str, str], address: str) -> None:
    """Tell what the service's page said instead of giving a code (RFC 6749, section 4.1.2.1)."""
    if code := query.get("error"):
        said = query.get("error_description")
        told = redact(f"{code} ({said})" if said else code)
        raise AuthenticationError(f"{address} gave no code: {told}; log in again, and agree on its page")
