"""A ticket of the source that breaks when it is read: told apart from all others, which go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from anybacklog.errors import ProtocolError
from anybacklog.migration.course import Bundle
from anybacklog.migration.faults import Fault, telling_faults
from anybacklog.migration.moved import says_moved
from anybacklog.model import Comment, Ticket
from anybacklog.redact import redact
from anybacklog.steps import Item
from anybacklog.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Unread:
    """A ticket that is in the source and could not be read whole: its id and key there, and why, secrets masked."""

    id: str
    key: str
    error: str

    @property
    def item(self) -> Item:
        """Name it as reports do."""
        return Item(kind="ticket", id=self.id, ticket_id=self.id, ticket_key=self.key)


def bundle_of(source: Tracker, ticket: Ticket, *, links: bool = True) -> Bundle | Unread:
    """Read a ticket's whole journal and links, or say why this one cannot be read. What concerns all is raised.

    Without `links` none are asked for: it has those that came with it.
    """
    part = "comments"
    try:
        with telling_faults():
            comments = _journal_of(source, ticket)
            part = "links"
            return Bundle(_with_files_of(comments, source.whole(ticket) if links else ticket), comments)
    except (ProtocolError, Fault) as error:
        return Unread(ticket.id, ticket.key, redact(f"its {part} cannot be read: {error}"))


def _journal_of(source: Tracker, ticket: Ticket) -> tuple[Comment, ...]:
    """Read the journal, but for what a migration has written there."""
    shown = source.capabilities.can("comments") and "comments" not in source.capabilities.unreadable
    return tuple(each for each in source.comments(ticket) if not says_moved(each.body.source)) if shown else ()


def _with_files_of(comments: Iterable[Comment], ticket: Ticket) -> Ticket:
    """Add the files that came with a comment after the ticket was read; one that is named nowhere is never copied."""
    known = {file.id for file in ticket.attachments}
    late = {file.id: file for comment in comments for file in comment.attachments if file.id not in known}
    return replace(ticket, attachments=(*ticket.attachments, *late.values())) if late else ticket
