"""A refused request as data, and what it means where the vendor's own words say nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from anybacklog.errors import (
    AnyBacklogError,
    AuthenticationError,
    Conflict,
    NotFound,
    PermissionDenied,
    ProtocolError,
    ValidationError,
)  # fmt: skip


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


def by_status(refusal: Refusal) -> AnyBacklogError:
    """Say what a status means by HTTP's own definition."""
    where = f"{refusal.method} {refusal.path}"
    said = f"{where} was answered {refusal.status}{_excerpt(refusal.body)}"
    match refusal.status:
        case 401:
            return AuthenticationError(f"the service did not accept the credentials: {said}; give another key")
        case 403:
            return PermissionDenied(f"these credentials may not do that: {said}; ask for permission")
        case 404 | 410:
            return NotFound("what", f"{where} asks for")
        case 409 | 412:
            return Conflict(f"what is there changed meanwhile, or is taken: {said}; read it again")
        case 400 | 413 | 415 | 422:
            return ValidationError(f"the service refused the request: {said}", field="request")
        case _:
            return ProtocolError(f"no meaning is known for this answer: {said}")


def _excerpt(body: Any) -> str:
    text = " ".join(str(body).split())[:200] if body else ""
    return f" ({text})" if text else ""
