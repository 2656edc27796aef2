"""What can be done with files, those that come with a new ticket among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from anybacklog.backend import (
    AddsAttachments,
    AttachmentDraft,
    CreatesWithFiles,
    DeletesAttachments,
    ReadsAttachments,
)
from anybacklog.errors import ValidationError
from anybacklog.model import Attachment, Ticket, TicketDraft, User
from anybacklog.tracker.opened import Opened, Ref, id_of, owned
from anybacklog.tracker.streams import verified
from anybacklog.tracker.uploads import upload, uploads


class AttachmentOperations(Opened):
    """What can be done with files, those that come with a new ticket among them."""

    def attachments(self, ref: Ref) -> Sequence[Attachment]:
        """List the files at a ticket, those of its comments included, oldest first."""
        with self._during("attachments"):
            backend = self._able(ReadsAttachments, "attachments")
            ticket_id = self._id(ref)
            return tuple(replace(attachment, ticket=ticket_id) for attachment in backend.attachments(ticket_id))

    def add_attachment(
        self,
        ref: Ref,
        name: str,
        stream: BinaryIO,
        *,
        author: str | User | None = None,
        created_at: datetime | None = None,
        content_type: str | None = None,
        external_id: str | None = None,
    ) -> Attachment:
        """Put a file at a ticket: read from where the stream stands to its end; the stream stays open."""
        with self._during("add_attachment"):
            backend = self._able(AddsAttachments, "add_attachment")
            self._refuse_unheld("attachments", {"author": author, "created_at": created_at, "external_id": external_id})
            draft = AttachmentDraft(
                name=name, stream=stream, content_type=content_type, author=self._person(author), created_at=created_at,
                external_id=external_id,
            )  # fmt: skip
            ticket_id = self._id(ref)
            return replace(backend.add_attachment(ticket_id, upload(draft, self.capabilities)), ticket=ticket_id)

    @contextmanager
    def open_attachment(self, attachment: Attachment) -> Iterator[BinaryIO]:
        """Open a file of a ticket read from this tracker; size, and hash if known, are checked at its end."""
        with self._during("open_attachment"):
            backend = self._able(ReadsAttachments, "open_attachment")
            if not isinstance(attachment, Attachment):
                raise ValidationError(
                    f"open_attachment takes what attachments(ref) lists, not {type(attachment).__name__}",
                    field="attachment",
                    value=attachment,
                )
            if attachment.ticket is None:
                raise ValidationError(
                    f"attachment {attachment.name!r} does not say whose it is; read it with attachments(ref)",
                    field="attachment",
                )
            with backend.open_attachment(attachment.ticket, attachment) as stream:
                yield verified(stream, attachment)

    def delete_attachment(self, ref: Ref, attachment: Attachment | str) -> None:
        """Delete a file from a ticket."""
        with self._during("delete_attachment"):
            self._able(DeletesAttachments, "delete_attachment").delete_attachment(
                self._id(ref), id_of(attachment, Attachment)
            )

    def create_with_files(
        self,
        draft: TicketDraft,
        attachments: Sequence[tuple[str, BinaryIO] | AttachmentDraft],
        *,
        exact: bool = False,
    ) -> Ticket:
        """Create a ticket and its files in one write; `attachments` and `exact` as of `add_comment`, `create_ticket`.

        If a file is refused, nothing is made.
        """
        with self._during("create_with_files"):
            backend = self._able(CreatesWithFiles, "create_with_files")
            fields = self._drafts().to_create(draft, exact=exact)
            return owned(backend.create_with_files(fields, uploads(attachments, self.capabilities)))
