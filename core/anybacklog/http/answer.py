"""What an answer says: its JSON, or the error it stands for. Nothing here lets a secret through."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

import requests

from anybacklog.errors import AnyBacklogError, ProtocolError, RateLimited, TransportError
from anybacklog.http.budget import TOO_MANY_REQUESTS, as_instant
from anybacklog.http.call import Call
from anybacklog.http.refusal import Explain, Refusal, by_status
from anybacklog.redact import redact, redact_headers, redact_json

EXCERPT = 200


def decoded(call: Call, answer: requests.Response, secrets: Collection[str]) -> Any:
    """Read the body as JSON. A read must have one; a write answered with something else may have been applied."""
    body = answer.content
    if not body.strip() and (call.write or answer.status_code == requests.codes.no_content):
        return None
    with suppress(ValueError, RecursionError):
        return json.loads(body, parse_constant=_finite, parse_float=_finite)
    # Raised out here, so that the exception does not carry the whole body.
    shown = f"{call.where} was answered with something that is not JSON: {excerpt(body, secrets)}"
    if call.write:
        raise TransportError(f"{shown}; it may have happened, so look before sending it again", maybe_applied=True)
    raise ProtocolError(f"{shown}; check that the URL names the right service")


def refused(
    call: Call, answer: requests.Response, secrets: Collection[str], explain: Explain | None, closed_until: float
) -> AnyBacklogError:
    """Turn an answer of 300 or above, or a part that nobody asked for, into the error to raise."""
    status = answer.status_code
    if status == requests.codes.partial_content:
        return ProtocolError(f"{call.where} was answered with a part (206) although the whole was asked for; report it")
    if status < 400:
        return _redirected(call, answer, secrets)
    if status >= 500 or status == requests.codes.request_timeout:
        return _broken(call, answer, secrets)
    refusal = Refusal(
        method=call.method,
        path=call.path.partition("?")[0],
        status=status,
        body=_body(answer, secrets),
        headers=redact_headers(answer.headers, secrets),
    )
    if status == TOO_MANY_REQUESTS:
        moment = as_instant(closed_until)
        return RateLimited(
            f"{call.where}: the service wants fewer requests; run it again after {moment:%H:%M:%S} UTC", retry_at=moment
        )
    return (explain(refusal) if explain else None) or by_status(refusal)


def excerpt(body: bytes, secrets: Collection[str]) -> str:
    """Show the beginning of a body on one line, masked before it is cut."""
    text = " ".join(redact(body[: EXCERPT * 100].decode("utf-8", "replace"), secrets).split())
    return repr(text[:EXCERPT]) if text else "nothing at all"


def _redirected(call: Call, answer: requests.Response, secrets: Collection[str]) -> ProtocolError:
    target = _host(redact(answer.headers.get("Location", ""), secrets)) or "another address there"
    return ProtocolError(
        f"{call.where} was redirected to {target}, where the key is not sent; name that host in the URL if it is right"
    )


def _host(url: str) -> str:
    with suppress(ValueError):
        return urlsplit(url).netloc
    return ""


def _broken(call: Call, answer: requests.Response, secrets: Collection[str]) -> TransportError:
    advice = "it may have happened all the same, so look before sending it again" if call.write else "try again later"
    said = excerpt(answer.content, secrets)
    return TransportError(
        f"{call.where} was answered {answer.status_code} ({said}); {advice}", maybe_applied=call.write
    )


def _finite(number: str) -> float:
    """Refuse `NaN` and `Infinity`, which JSON does not have, and `1e999`, which no number here can hold."""
    if not isfinite(found := float(number)):
        raise ValueError(number)
    return found


def _body(answer: requests.Response, secrets: Collection[str]) -> Any:
    with suppress(ValueError, RecursionError):
        return redact_json(json.loads(answer.content), secrets)
    return redact(answer.text, secrets)
