"""Who asks: a key in the header or the query, or a bearer token."""

from __future__ import annotations

from datetime import datetime

from werkzeug.wrappers import Request

from anybacklog_simulators.nulab.errors import BadToken, Refused
from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import User

KEY_HEADER = "Backlog-API-Key"


def admitted(space: Space, request: Request, now: datetime) -> User:
    """Give the user a request comes from; a key goes before a token."""
    key = request.args.get("apiKey") or (request.headers.get(KEY_HEADER) if space.choices.header_keys else None)
    if key is not None:
        return _by_key(space, key)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _by_token(space, token, now)
    raise Refused("authentication")


def _by_key(space: Space, key: str) -> User:
    for user in space.users.values():
        if key in user.keys and not user.left:
            return user
    raise Refused("authentication")


def _by_token(space: Space, access: str, now: datetime) -> User:
    for token in space.oauth.tokens:
        if token.access == access:
            if token.expires <= now:
                raise BadToken("The access token expired")
            return space.users[token.user_id]
    raise BadToken("The access token is invalid")
