"""Comments: written by calls that change the ticket, and read where answers happen to carry them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from anybacklog.plugin import (
    Comment,
    CommentDraft,
    Ticket,
    TicketFields,
    UnsupportedOperation,
    ValidationError,
)  # fmt: skip
from anybacklog_publicbacklog import convert
from anybacklog_publicbacklog.tickets import TicketOperations

UNREAD = "the service's answers carry no comments, and it has no call that reads them"


class CommentOperations(TicketOperations):
    """What can be done with comments."""

    def comments(self, ticket_id: str) -> Iterator[Comment]:
        """Yield the comments that `get-ticket` carries, in its order; UnsupportedOperation if it carries none."""
        listed, self._listed = self._listed, None
        raw = listed.raw if listed is not None and listed.id == ticket_id else None
        held = dict(raw) if raw is not None else self._read(ticket_id)
        if "comments" not in self._shown:
            raise UnsupportedOperation("comments", UNREAD)
        return convert.to_comments(held)

    def add_comment(self, ticket_id: str, draft: CommentDraft) -> Comment:
        """Write a comment: `comment` of `PATCH update-ticket`. One that cannot be read again gets an id of ours."""
        text = _text(draft)
        before = {each.id for each in convert.to_comments(self._read(ticket_id))} if "comments" in self._shown else ()
        now = self._write(ticket_id, {}, {"comment": text})
        fresh = [each for each in convert.to_comments(now) if each.id not in before]
        own = [each for each in fresh if each.body.source == text] or fresh  # others may write meanwhile
        return own[-1] if own else Comment(id=f"unread-{uuid.uuid4().hex}", body=draft.body)

    def change_with_comment(self, ticket_id: str, fields: TicketFields, draft: CommentDraft) -> Ticket:
        """Change fields and write a comment in one `PATCH update-ticket`."""
        return self._ticket(self._write(ticket_id, fields, {"comment": _text(draft)}))


def _text(draft: CommentDraft) -> str:
    if not draft.body.source:
        raise ValidationError("a comment needs a text here; write one", field="comment", value="")
    return draft.body.source
