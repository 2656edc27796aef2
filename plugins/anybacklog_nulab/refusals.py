"""What a refusal means: by its code first, then by its status, since messages are in the key owner's language.

Vendor page: error-response. Observed, not documented: 6 also means "not a member", 7 also "not in your plan".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from anybacklog.plugin import (
    AnyBacklogError,
    AuthenticationError,
    NotFound,
    PermissionDenied,
    RateLimited,
    Refusal,
    UnsupportedOperation,
    ValidationError,
)  # fmt: skip

_NO_FIELDS = "customField available"
"""In both languages: `current plan is not customField available.` comes with code 7 (observed)."""
_TOKEN = re.compile(r'^Bearer .*error_description="([^"]*)"', re.IGNORECASE)
_PARAMETER = re.compile(r"error\.\w+ : (\S+)")
_SUBJECTS: Mapping[str, str] = {
    "The Subject ": "title", "件名は": "title",
    "The Description ": "description", "詳細は": "description",
    "The Comment ": "comment", "コメントは": "comment",
    "The size of attached file": "attachments.size",
}  # fmt: skip
"""How messages about a value begin, in both languages, and whose value it is."""
_KINDS: Mapping[str, str] = {
    "issues": "ticket", "projects": "project", "comments": "comment", "attachments": "attachment",
    "activities": "activity", "teams": "team", "users": "user", "webhooks": "webhook", "wikis": "wiki",
}  # fmt: skip
_NO_ROUTE = "Undefined resource"
"""In both languages (observed): not that a thing is missing, but that this space never had its route."""
_FULL: Mapping[str, str] = {"relatedIssues": "links", "statuses": "statuses"}
"""What there is too much of, where that is not files."""


def explain(refusal: Refusal) -> AnyBacklogError | None:
    """Read the envelope `{"errors": [{"message", "code", "moreInfo"}]}`; None leaves it to the status alone."""
    errors = refusal.body.get("errors") if isinstance(refusal.body, dict) else None
    said = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    if not said:
        return _bad_token(refusal)
    words = "; ".join(str(each.get("message")) for each in said)
    code, request = said[0].get("code"), refusal.headers.get("X-Request-Id")
    told = f"{words} (code {code}, HTTP {refusal.status}{f', request {request}' if request else ''})"
    return _error(code, told, refusal)


def is_of_a_route(error: NotFound) -> bool:
    """Tell whether what was not found is the route itself, for certain."""
    return _NO_ROUTE in str(error)


def _bad_token(refusal: Refusal) -> AuthenticationError | None:
    """Read what is said of an OAuth token alone: in `WWW-Authenticate`, without an envelope (page: auth)."""
    said = _TOKEN.search(refusal.headers.get("WWW-Authenticate", ""))
    if refusal.status != 401 or said is None:
        return None
    way_out = "log in again with anybacklog login, or give another token"
    return AuthenticationError(f"the space did not accept the access token: {said[1]} (HTTP 401); {way_out}")


def _error(code: object, told: str, refusal: Refusal) -> AnyBacklogError | None:
    if code in (2, 7) and (_NO_FIELDS in told or _lists_fields(refusal)):
        return UnsupportedOperation("custom_fields", f"the space's plan has none: {told}")
    match code:
        case 11:
            return AuthenticationError(
                f"the space did not accept the key: {told}; make another in Personal settings > API"
            )
        case 2 | 3 | 4 | 5 | 12:
            return PermissionDenied(f"the space refused: {told}; ask its administrator")
        case 6:
            return _not_found(told, refusal)
        case 7 | 8 | 9 | 10:
            return _not_taken(code, told, refusal)
        case 13:
            return RateLimited(f"the space wants fewer requests: {told}; run it again in a minute")
        case _:
            return None


def _not_taken(code: object, told: str, refusal: Refusal) -> ValidationError:
    match code:
        case 7:
            return ValidationError(f"the space did not take a value: {told}", field=_field(told))
        case 10:
            return ValidationError(
                f"the space takes no file of that size: {told}", field="attachments.size", limit=told
            )
    field = _FULL.get(refusal.path.rpartition("/")[2], "attachments")
    return ValidationError(f"the space is full: {told}; make room, or leave something out", field=field, limit=told)


def _lists_fields(refusal: Refusal) -> bool:
    return refusal.method == "GET" and refusal.path.endswith("/customFields")


def _not_found(told: str, refusal: Refusal) -> NotFound:
    """Name the innermost thing the path names: `issues/5/comments/9` is comment 9; or say that the route is missing."""
    if _NO_ROUTE in told:
        error = NotFound("route", refusal.path)
        error.args = (f"the space has no such route as {refusal.method} {refusal.path}: {told}",)
        return error
    steps = refusal.path.split("/")
    kind, ref = steps[-2:] if len(steps) % 2 == 0 else steps[-3:-1] or (steps[0], "here")
    if refusal.method == "POST" and steps == ["issues"]:
        kind, ref = "projects", "of the new issue"
    error = NotFound(_KINDS.get(kind, kind), ref)
    error.args = (f"{error}: {told}",)
    return error


def _field(told: str) -> str:
    """Name the field where the message does: a parameter's own name, or a subject in one of the two languages."""
    found = _PARAMETER.search(told)
    if found:
        return found[1]
    return next((field for words, field in _SUBJECTS.items() if words in told), "request")
