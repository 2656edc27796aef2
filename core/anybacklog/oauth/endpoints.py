"""Where one service is asked for tokens, and by whom: Authlib makes the requests, HttpSession sends them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from anybacklog.backend import OAuthSpec, Traffic
from anybacklog.config import Client, address_of
from anybacklog.errors import AuthenticationError, ConfigurationError, ProtocolError
from anybacklog.location import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The two addresses of a service that people log in to; `address` names the login itself."""

    address: str
    authorize: str
    token: str
    spec: OAuthSpec
    traffic: Traffic

    def authlib(self, client: Client, redirect_uri: str | None = None) -> Any:
        """Give Authlib's client; ConfigurationError without the extra."""
        try:
            from authlib.oauth2.client import OAuth2Client
        except ModuleNotFoundError:
            raise ConfigurationError("a login needs the oauth extra; pip install 'anybacklog[oauth]'") from None
        return OAuth2Client(
            session=_Wire(self, client),
            client_id=client.id,
            client_secret=client.secret,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106  # the name of a method
            scope=" ".join(self.spec.scopes) or None,
            redirect_uri=redirect_uri,
            code_challenge_method="S256" if self.spec.pkce else None,
        )


class Refused(AuthenticationError):
    """The service gave no token: its `code` by RFC 6749, and what it said besides."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(f"{code} ({said})" if said else code)
        self.code = code


def endpoints_of(spec: OAuthSpec, location: Location, default_host: str, traffic: Traffic) -> Endpoints:
    """Find the endpoints of the service at a location."""
    base = location.base_url(default_host)
    return Endpoints(
        address=address_of(location, default_host),
        authorize=base + spec.authorize,
        token=base + spec.token,
        spec=spec,
        traffic=traffic,
    )


@dataclass(frozen=True, slots=True)
class _Answered:
    """A good answer in the shape that Authlib reads."""

    body: Mapping[str, Any]
    status_code: int = 200

    def json(self) -> Mapping[str, Any]:
        return self.body


@dataclass(frozen=True, slots=True)
class _Wire:
    """What Authlib takes for its session: one POST, bounded, masked, never sent elsewhere nor twice."""

    at: Endpoints
    client: Client

    def post(self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> _Answered:
        from anybacklog.http import HttpSession

        _, _, form = auth.prepare("POST", url, dict(headers), urlencode(data))
        secrets = (self.client.secret, data.get("code", ""), data.get("refresh_token", ""))
        base, _, last = url.rpartition("/")
        session = HttpSession(base, secrets=secrets, explain=_explain, traffic=self.at.traffic)
        try:
            return _Answered(_checked(session.request("POST", last, data=dict(parse_qsl(form)))))
        finally:
            session.close()


def _explain(refusal: Any) -> Refused | None:
    """Read the envelope of RFC 6749, section 5.2; None leaves it to the status alone."""
    body = refusal.body if isinstance(refusal.body, dict) else {}
    code, said = body.get("error"), body.get("error_description")
    return Refused(code, said if isinstance(said, str) else "") if isinstance(code, str) and code else None


def _checked(answer: Any) -> dict[str, Any]:
    """Let only an answer of section 5.1 through, its lifetime as whole seconds; what is wrong is named, never shown."""
    if not isinstance(answer, dict):
        raise ProtocolError("the service gave a token in an answer that is no JSON object; report it")
    given = dict(answer)
    access, refresh, lifetime = (given.get(name) for name in ("access_token", "refresh_token", "expires_in"))
    wrong = {
        "access_token": not (isinstance(access, str) and access.isascii() and access.isprintable() and access.strip()),
        "token_type": str(given.get("token_type")).lower() != "bearer",
        "refresh_token": not isinstance(refresh, str | None),
        "expires_in": not (lifetime is None or str(lifetime).isdecimal()),
    }
    if named := [name for name, is_wrong in wrong.items() if is_wrong]:
        raise ProtocolError(f"the service gave a token whose {' and '.join(named)} cannot be used; report it")
    return given | ({} if lifetime is None else {"expires_in": int(lifetime)})
