"""A refused request as data, and what it means where the vendor's own words say nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from anybacklog.errors import (
    AnyBacklogError,
    AuthenticationError,
    ConfigurationError,
    Conflict,
    NotFound,
    PermissionDenied,
    ProtocolError,
    RateLimited,
    TransportError,
    ValidationError,
)  # fmt: skip
from anybacklog.http.answer import Answer, excerpt, said
from anybacklog.http.clock import as_instant
from anybacklog.http.origin import origin_of
from anybacklog.http.retry import PASSING, TOO_MANY_REQUESTS
from anybacklog.http.trouble import LOOK
from anybacklog.redact import redact, redact_headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer of 400 or above, secrets masked: `path` without query, `body` decoded if it is JSON, else its text."""

    method: str
    path: str
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Explain: TypeAlias = Callable[[Refusal], AnyBacklogError | None]
"""The adapter's reading of a vendor's error envelope; None leaves it to the status alone."""


def refused(answer: Answer, secrets: Collection[str], explain: Explain | None, closed_until: float) -> AnyBacklogError:
    """Turn an answer of 300 or above, or a part that nobody asked for, into the error to raise."""
    call, status = answer.call, answer.status
    if answer.is_unasked_part:
        return ProtocolError(f"{call.where} was answered with a part (206) although the whole was asked for; report it")
    if status < 400:
        return ProtocolError(f"{call.where} was redirected to {_target(answer, secrets)}, {_WHERE_NOTHING_GOES}")
    if status >= 500 or status in PASSING or (call.foreign and status == TOO_MANY_REQUESTS):
        return _broken(answer, secrets)
    if call.foreign:
        return ProtocolError(
            f"{call.where} was answered {status} there ({excerpt(answer.body, secrets)}); run it again"
        )
    if status == TOO_MANY_REQUESTS:
        moment = as_instant(closed_until)
        return RateLimited(
            f"{call.where}: the service wants fewer requests; run it again after {moment:%H:%M:%S} UTC", retry_at=moment
        )
    refusal = Refusal(
        method=call.method,
        path=redact(call.path.partition("?")[0], secrets),
        status=status,
        body=said(answer, secrets),
        headers=redact_headers(answer.headers, secrets),
    )
    return (explain(refusal) if explain else None) or by_status(refusal)


_WHERE_NOTHING_GOES = "where nothing is changed and the key is not sent; name that host in the URL if it is right"


def _target(answer: Answer, secrets: Collection[str]) -> str:
    """Name the host that a redirect names, and nothing else of the address."""
    with suppress(ValueError):
        return str(origin_of(redact(answer.headers.get("Location", ""), secrets)))
    return "another address there"


def _broken(answer: Answer, secrets: Collection[str]) -> TransportError:
    call = answer.call
    advice = LOOK if call.write else "try again later"
    shown = excerpt(answer.body, secrets)
    return TransportError(f"{call.where} was answered {answer.status} ({shown}); {advice}", maybe_applied=call.write)


def by_status(refusal: Refusal) -> AnyBacklogError:
    """Say what a status means by HTTP's own definition."""
    where = f"{refusal.method} {refusal.path}"
    told = f"{where} was answered {refusal.status}{_excerpt(refusal.body)}"
    match refusal.status:
        case 401:
            return AuthenticationError(f"the service did not accept the credentials: {told}; give another key")
        case 403:
            return PermissionDenied(f"these credentials may not do that: {told}; ask for permission")
        case 407:
            return ConfigurationError(f"the proxy wants a user and a password: {told}; put them into its variable")
        case 404 | 410:
            return NotFound("what", f"{where} asks for")
        case 409 | 412:
            return Conflict(f"what is there changed meanwhile, or is taken: {told}; read it again")
        case 413:
            return ValidationError(f"the service takes no request of that size: {told}", field="request.size")
        case 400 | 415 | 422:
            return ValidationError(f"the service refused the request: {told}", field="request")
        case _:
            return ProtocolError(f"no meaning is known for this answer: {told}")


def _excerpt(body: Any) -> str:
    text = " ".join(str(body).split())[:200] if body else ""
    return f" ({text})" if text else ""
