"""What a service can do instead that writes comments and does not show them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from anybacklog.backend.drafts import CommentDraft, TicketFields
from anybacklog.model import Ticket


@runtime_checkable
class ChangesWithComment(Protocol):
    """A comment can travel with a change of its ticket, where comments are perhaps written and never shown.

    A migration counts its comments so, in the description.
    """

    def change_with_comment(self, ticket_id: str, fields: TicketFields, draft: CommentDraft) -> Ticket:
        """Change what `fields` names and add a comment, both in one write, and give the ticket back as it now is."""
        ...
