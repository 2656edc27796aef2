"""A ticket of the source that breaks when it is read: told apart from all others, which go on."""

from __future__ import annotations

from dataclasses import dataclass

from anybacklog.errors import ProtocolError
from anybacklog.migration.faults import Fault, telling_faults
from anybacklog.model import Comment, Ticket
from anybacklog.redact import redact
from anybacklog.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Unread:
    """A ticket that is in the source and could not be read whole: its id and key there, and why, secrets masked."""

    id: str
    key: str
    error: str


def journal_of(source: Tracker, ticket: Ticket) -> tuple[Comment, ...] | Unread:
    """Read a ticket's whole journal, oldest entry first, or say why this one cannot be. What concerns all is raised."""
    if not source.capabilities.can("comments") or "comments" in source.capabilities.unreadable:
        return ()
    try:
        with telling_faults():
            return tuple(source.comments(ticket))
    except (ProtocolError, Fault) as error:
        return Unread(ticket.id, ticket.key, redact(f"its comments cannot be read: {error}"))
