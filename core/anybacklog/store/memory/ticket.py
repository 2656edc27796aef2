"""A ticket in memory, with its journal and its files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from anybacklog.backend import AttachmentDraft, CommentDraft
from anybacklog.model import LINK_INVERSES, Attachment, Comment, Link, Ticket, User
from anybacklog.query import known_order, sort_key
from anybacklog.store.values import checked_body, checked_changes, checked_text, chunks, plain_value

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class MemoryTicket:
    """A ticket as it reads now, with its journal and its files' bytes by attachment id."""

    ticket: Ticket
    comments: dict[str, Comment] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def journal(self) -> list[Comment]:
        """List the comments, oldest first."""
        return sorted(self.comments.values(), key=_age)

    def keep_attachment(self, attachment: Attachment, content: bytes) -> None:
        """Put a file at the ticket."""
        self.files[attachment.id] = content
        self.ticket = replace(self.ticket, attachments=tuple(sorted((*self.ticket.attachments, attachment), key=_age)))

    def drop_attachment(self, attachment_id: str) -> None:
        """Forget a file, in the comment that brought it too."""
        self.ticket = replace(self.ticket, attachments=_without(self.ticket.attachments, attachment_id))
        for comment_id, comment in self.comments.items():
            self.comments[comment_id] = replace(comment, attachments=_without(comment.attachments, attachment_id))

    def tie(self, kind: str, other: MemoryTicket, new_id: Callable[[], str]) -> Link:
        """Tie this ticket to another; the other side shows the inverse kind. What is tied so already stays."""
        for link in self.ticket.links:
            if (link.kind, link.target) == (kind, other.ticket.id):
                return link
        link = Link(id=new_id(), kind=kind, target=other.ticket.id)
        back = Link(id=link.id, kind=LINK_INVERSES.get(kind, kind), target=self.ticket.id)
        self.ticket = replace(self.ticket, links=(*self.ticket.links, link))
        other.ticket = replace(other.ticket, links=(*other.ticket.links, back))
        return link


def in_order(tickets: Iterable[MemoryTicket], order: str) -> list[str]:
    """Give the ids in the order asked for."""
    order = known_order(order)
    ordered = sorted((held.ticket for held in tickets), key=sort_key(order), reverse=order.startswith("-"))
    return [ticket.id for ticket in ordered]


def entry(draft: CommentDraft, *, id: str, author: User, now: datetime) -> Comment:
    """Make a draft an entry of the journal, still without its files."""
    return Comment(
        id=id,
        author=author,
        body=checked_body(draft.body, "body"),
        created_at=plain_value("created_at", draft.created_at) or now,
        updated_at=plain_value("updated_at", draft.updated_at),
        changes=checked_changes(draft.changes),
        private=draft.private,
    )


def read_file(draft: AttachmentDraft, *, id: str, author: User, now: datetime) -> tuple[Attachment, bytes]:
    """Read the rest of a draft's stream into an attachment and its bytes."""
    checked_text(draft.external_id or "", "external_id")
    checked_text(draft.content_type or "", "content_type")
    content = b"".join(chunks(draft.stream))
    attachment = Attachment(
        id=id,
        name=checked_text(draft.name, "name"),
        size=len(content),
        content_type=draft.content_type,
        sha256=hashlib.sha256(content).hexdigest(),
        author=author,
        created_at=plain_value("created_at", draft.created_at) or now,
    )
    return attachment, content


def _age(thing: Comment | Attachment) -> tuple[datetime, int]:
    return (thing.created_at or _LONG_AGO, int(thing.id))


def _without(attachments: tuple[Attachment, ...], id: str) -> tuple[Attachment, ...]:
    return tuple(attachment for attachment in attachments if attachment.id != id)
