"""One protocol per optional ability over tickets and what hangs on them: implementing it is declaring it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, Protocol, runtime_checkable

from anybacklog.backend.drafts import AttachmentDraft, CommentDraft, Marked, TicketFields
from anybacklog.model import Activity, Attachment, Comment, Link, Text, Ticket
from anybacklog.query import TicketQuery


@runtime_checkable
class CountsTickets(Protocol):
    """Can count without listing."""

    def count_tickets(self, query: TicketQuery) -> int:
        """Count what `tickets(query)` yields."""
        ...


@runtime_checkable
class FollowsKeys(Protocol):
    """Keys are given out in order, and a ticket can be read by its key at once, whatever a search knows yet."""

    def tickets_after(self, key: str | None) -> Iterator[Ticket]:
        """Yield every ticket whose key was given out after this one (None: every ticket), in that order.

        No search is asked, which may lag behind writes: it tells whether a ticket was made though its answer was lost.
        """
        ...


@runtime_checkable
class CreatesTickets(Protocol):
    """Tickets can be created."""

    def create_ticket(self, fields: TicketFields) -> Ticket:
        """Create one and give it back as the backend now holds it."""
        ...


@runtime_checkable
class UpdatesTickets(Protocol):
    """Tickets can be changed."""

    def update_ticket(self, ticket_id: str, fields: TicketFields) -> Ticket:
        """Change what `fields` names, leave the rest; a change to the same value is no error."""
        ...


@runtime_checkable
class DeletesTickets(Protocol):
    """Tickets can be deleted, with all that hangs on them."""

    def delete_ticket(self, ticket_id: str) -> None:
        """Delete for good. NotFound if it is not there."""
        ...


@runtime_checkable
class ReadsComments(Protocol):
    """The journal of a ticket can be read."""

    def comments(self, ticket_id: str) -> Iterator[Comment]:
        """Yield every entry, oldest first, entries of changes only included."""
        ...


@runtime_checkable
class AddsComments(Protocol):
    """Comments can be written."""

    def add_comment(self, ticket_id: str, draft: CommentDraft) -> Comment:
        """Add an entry, its files with it in one write, and give it back as it now is."""
        ...


@runtime_checkable
class UpdatesComments(Protocol):
    """The text of a comment can be changed."""

    def update_comment(self, ticket_id: str, comment_id: str, body: Text, *, keep_time: bool = False) -> Comment:
        """Replace the body; `keep_time`, asked only of who holds `comments.updated_at`: that stays as it was."""
        ...


@runtime_checkable
class DeletesComments(Protocol):
    """Comments can be deleted."""

    def delete_comment(self, ticket_id: str, comment_id: str) -> None:
        """Delete for good. NotFound if it is not there."""
        ...


@runtime_checkable
class ReadsAttachments(Protocol):
    """Files at tickets can be listed and read."""

    def attachments(self, ticket_id: str) -> Iterable[Attachment]:
        """List the ticket's files, those of its comments included, oldest first."""
        ...

    def open_attachment(self, ticket_id: str, attachment: Attachment) -> AbstractContextManager[BinaryIO]:
        """Open the bytes for reading once, front to back; size and hash are the Tracker's to check."""
        ...


@runtime_checkable
class AddsAttachments(Protocol):
    """Files can be put at a ticket."""

    def add_attachment(self, ticket_id: str, draft: AttachmentDraft) -> Attachment:
        """Store the rest of the stream in constant memory."""
        ...


@runtime_checkable
class DeletesAttachments(Protocol):
    """Files at tickets can be deleted."""

    def delete_attachment(self, ticket_id: str, attachment_id: str) -> None:
        """Delete for good. NotFound if it is not there."""
        ...


@runtime_checkable
class ReadsLinks(Protocol):
    """Ties between tickets can be read."""

    def links(self, ticket_id: str) -> Iterable[Link]:
        """List them as seen from this ticket."""
        ...


@runtime_checkable
class AddsLinks(Protocol):
    """Tickets can be tied together."""

    def add_link(self, ticket_id: str, kind: str, other_id: str) -> Link:
        """Tie two tickets; the same tie again gives back the one that is there."""
        ...


@runtime_checkable
class ListsActivities(Protocol):
    """The project keeps a feed of what happened."""

    def activities(self) -> Iterator[Activity]:
        """Yield them, newest first."""
        ...


@runtime_checkable
class KeepsExternalIds(Protocol):
    """Tickets, comments and attachments have a field for somebody else's id: where a migration's mark goes."""

    def find_external(self, external_id: str) -> Marked | None:
        """Find what was written with this external id."""
        ...

    def externals(self) -> Iterator[Marked]:
        """Yield all that carries one, in constant memory."""
        ...


@runtime_checkable
class Extends(Protocol):
    """Has typed extras of its vendor."""

    def extension(self, kind: type[Any]) -> object | None:
        """Give the extras of this type, or None."""
        ...


@runtime_checkable
class SpeaksRaw(Protocol):
    """Any call the service has can be made, with auth, budget, retry and redaction."""

    def raw(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, data: Any = None) -> Any:
        """Make the call and give the decoded answer."""
        ...


@runtime_checkable
class CountsRequests(Protocol):
    """Talks to a service and counts what it asks."""

    def requests(self) -> Mapping[str, int]:
        """Give the requests made so far, per rate bucket."""
        ...
