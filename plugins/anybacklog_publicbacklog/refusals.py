"""What a refusal means. No page shows one: their words are used to tell a missing route from a missing thing, only.

A service that has a route and misses a thing says so in JSON and names the kind of thing. Whatever else is answered
with 404, and every 405, may mean that the route is not there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from anybacklog.plugin import AnyBacklogError, AuthenticationError, NotFound, ProtocolError, Refusal, ValidationError

_THINGS = re.compile(r"(?<![\w-])(ticket|backlog|organi[sz]ation|user)(?:_?not_?found|(?![\w-]))", re.IGNORECASE)
"""Words of their own, or of a code such as TICKET_NOT_FOUND: `get-ticket` is a route's."""
_PATH = re.compile(r"/\S*")
_FIELDS: Mapping[str, str] = {
    "title": "title", "description": "description", "statusId": "status", "ticketTypeId": "type",
    "comment": "comment", "backlogName": "backlogName", "email": "email", "firstName": "firstName",
}  # fmt: skip


class Unrouted(ProtocolError):
    """The service may have no such route; `status` is 404 or 405."""

    def __init__(self, where: str, status: int) -> None:
        super().__init__(f"{where} was answered {status}: the service seems to have no such route; report it")
        self.status = status


def explain(refusal: Refusal) -> AnyBacklogError | None:
    """Read a refusal; None leaves it to the status alone."""
    match refusal.status:
        case 401:
            return AuthenticationError(
                f"the service did not accept the key{_said(refusal)}; a key that is made anew in the organization's "
                "settings ends the old one at once"
            )
        case 404 if thing := names(refusal.body):
            return NotFound(thing, "of this request")
        case 404 | 405:
            return Unrouted(f"{refusal.method} {refusal.path}", refusal.status)
        case 400 | 422:
            return ValidationError(f"the service refused a value{_said(refusal)}", field=_field(refusal))
    return None


def names(body: object) -> str | None:
    """Name the kind of thing that an error in JSON says is missing; None if it names none."""
    if not isinstance(body, dict):
        return None
    found = _THINGS.search(_PATH.sub("", json.dumps(body)))
    return found[1].lower() if found else None


def _said(refusal: Refusal) -> str:
    text = json.dumps(refusal.body, ensure_ascii=False) if isinstance(refusal.body, dict) else str(refusal.body or "")
    return f" ({' '.join(text.split())[:200]})" if text else ""


def _field(refusal: Refusal) -> str:
    said = _said(refusal)
    return next((ours for theirs, ours in _FIELDS.items() if re.search(rf"\b{theirs}\b", said)), "request")
