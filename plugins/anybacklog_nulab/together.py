"""What one write of an issue can bring with it: a new issue its files, a change a comment and its files."""

from __future__ import annotations

from collections.abc import Sequence

from anybacklog.plugin import AttachmentDraft, CommentDraft, Ticket, TicketFields
from anybacklog_nulab import drafts
from anybacklog_nulab.journal import JournalOperations, content_of
from anybacklog_nulab.listing import REMEMBERED
from anybacklog_nulab.opened import remember
from anybacklog_nulab.tickets import TicketOperations, refuse_fewer


class TogetherOperations(TicketOperations, JournalOperations):
    """What can be done in one write; each file is sent ahead, `POST /space/attachment` (post-attachment-file)."""

    def create_with_files(self, fields: TicketFields, attachments: Sequence[AttachmentDraft]) -> Ticket:
        """Make an issue as `create_ticket` does, its files with it: `POST /issues` (add-issue), update.

        Each file is sent ahead: `POST /space/attachment` (post-attachment-file), update. An answer with fewer files is
        a ProtocolError that names the issue.
        """
        uploads = [self._client.upload(file) for file in attachments]
        given = len(uploads) + self._client.waiting
        ticket = self._create(fields, uploads)
        refuse_fewer(ticket, given)
        return ticket

    def change_with_comment(self, ticket_id: str, fields: TicketFields, draft: CommentDraft) -> Ticket:
        """Change an issue and write a comment: `PATCH /issues/{i}` (update-issue) with `comment`; all update.

        The answer is the issue: it does not say which entry of the journal the comment became.
        """
        path = self._issue_path(ticket_id)
        definitions = self._definitions_for(fields)
        form = {**drafts.to_changes(fields, definitions), "comment": content_of(draft.body)}
        uploads = [self._client.upload(file) for file in draft.attachments]
        given = len(uploads) + self._client.waiting
        ticket = self._ticket(self._client.write("PATCH", path, {**form, "attachmentId[]": uploads}))
        remember(self._listed_files, ticket.id, ticket.attachments, REMEMBERED)  # for who looks the comment up
        self._refuse_difference(fields, ticket, definitions)
        refuse_fewer(ticket, given)
        return ticket
