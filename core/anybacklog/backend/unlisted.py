"""What a service can do in one write that others need two for, or that shows no comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from anybacklog.backend.drafts import AttachmentDraft, CommentDraft, TicketFields
from anybacklog.model import Ticket


@runtime_checkable
class CreatesWithFiles(Protocol):
    """A new ticket can bring its files."""

    def create_with_files(self, fields: TicketFields, attachments: Sequence[AttachmentDraft]) -> Ticket:
        """Create a ticket with files in one write, and give it back with them; if one is refused, nothing is made."""
        ...


@runtime_checkable
class ChangesWithComment(Protocol):
    """A comment, and its files where comments have some, can travel with a change of its ticket.

    So a migration saves the write that sets a status; and where comments are written and never shown, it counts them
    so, in the description.
    """

    def change_with_comment(self, ticket_id: str, fields: TicketFields, draft: CommentDraft) -> Ticket:
        """Change what `fields` names and add a comment, both in one write, and give the ticket back as it now is."""
        ...
