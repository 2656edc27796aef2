"""OAuth 2: the page that gives a code, and the door that gives tokens.

Asking again while a token lives gives the same token, with what is left of its life: so it was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from werkzeug.wrappers import Request

from anybacklog_simulators.nulab.call import Answer
from anybacklog_simulators.nulab.errors import OAuthRefused
from anybacklog_simulators.nulab.events import Application, Grant, Token
from anybacklog_simulators.nulab.space import Space

PAGE, TOKEN = "/OAuth2AccessRequest.action", "/api/v2/oauth2/token"
CODE_SECONDS = 600


def concerns(path: str) -> bool:
    """Tell whether a path is one of these two."""
    return path in (PAGE, TOKEN)


def answer(space: Space, request: Request, now: datetime) -> Answer:
    """Serve the page or the door."""
    if request.path == PAGE:
        return _authorize(space, request.args, now)
    if request.method != "POST":
        raise OAuthRefused("invalid_request", "POST only", 405)
    token = _token(space, request.form, now)
    left = int((token.expires - now).total_seconds())
    body = {"token_type": "Bearer", "access_token": token.access, "expires_in": left, "refresh_token": token.refresh}
    return Answer(body=body)


def _authorize(space: Space, asked: Mapping[str, str], now: datetime) -> Answer:
    """Send the browser back with a code, as if the space's owner had agreed."""
    application = _application(space, asked.get("client_id"))
    back = asked.get("redirect_uri") or application.redirect_uri
    if asked.get("response_type") != "code" or not back or application.redirect_uri not in (None, back):
        raise OAuthRefused("invalid_request", "response_type must be code, redirect_uri the registered one")
    code = f"code-{space.new_id('code')}"
    until = now + timedelta(seconds=CODE_SECONDS)
    space.oauth.grants.append(
        Grant(
            code=code,
            client_id=application.client_id,
            user_id=space.owner_id,
            redirect_uri=asked.get("redirect_uri"),
            expires=until,
        )
    )
    query = {"code": code} | ({"state": asked["state"]} if "state" in asked else {})
    return Answer(302, {}, {"Location": f"{back}{'&' if '?' in back else '?'}{urlencode(query)}"})


def _token(space: Space, asked: Mapping[str, str], now: datetime) -> Token:
    application = _application(space, asked.get("client_id"))
    if asked.get("client_secret") != application.client_secret:
        raise OAuthRefused("invalid_client", "The client secret is wrong", 401)
    match asked.get("grant_type"):
        case "authorization_code":
            return _for_code(space, application, asked, now)
        case "refresh_token":
            return _refreshed(space, application, asked.get("refresh_token"), now)
        case _:
            raise OAuthRefused("unsupported_grant_type", "The grant type is not supported")


def _for_code(space: Space, application: Application, asked: Mapping[str, str], now: datetime) -> Token:
    for grant in space.oauth.grants:
        same = grant.code == asked.get("code") and grant.client_id == application.client_id
        if same and grant.expires > now and grant.redirect_uri in (None, asked.get("redirect_uri")):
            space.oauth.grants.remove(grant)
            return _living(space, application, grant.user_id, now) or _new(space, application, grant.user_id, now)
    raise OAuthRefused("invalid_grant", "The authorization code is invalid or expired")


def _refreshed(space: Space, application: Application, refresh: str | None, now: datetime) -> Token:
    for token in space.oauth.tokens:
        if token.refresh == refresh and token.client_id == application.client_id:
            if token.expires > now:
                return token
            if space.choices.rotating_refresh:
                token.refresh = f"used-{space.new_id('used')}"
            made = _new(space, application, token.user_id, now)
            made.refresh = made.refresh if space.choices.rotating_refresh else str(refresh)
            return made
    raise OAuthRefused("invalid_grant", "The refresh token is invalid")


def _living(space: Space, application: Application, user_id: int, now: datetime) -> Token | None:
    mine = (each for each in space.oauth.tokens if (each.client_id, each.user_id) == (application.client_id, user_id))
    return next((each for each in mine if each.expires > now), None)


def _new(space: Space, application: Application, user_id: int, now: datetime) -> Token:
    number = space.new_id("token")
    token = Token(
        access=f"access-{number}",
        refresh=f"refresh-{number}",
        client_id=application.client_id,
        user_id=user_id,
        expires=now + timedelta(seconds=space.choices.token_seconds),
    )
    space.oauth.tokens.append(token)
    return token


def _application(space: Space, client_id: str | None) -> Application:
    for application in space.oauth.applications:
        if application.client_id == client_id:
            return application
    raise OAuthRefused("invalid_client", "There is no such client", 401)
