"""Whether a file arrived: by its mark, or by names, sizes and bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import BinaryIO

from anybacklog.migration.fetching import measured
from anybacklog.migration.ledger.rows import Landed, Row
from anybacklog.migration.places import CannotTell
from anybacklog.migration.questions.ground import Ground
from anybacklog.model import Attachment, TicketId
from anybacklog.steps import AddAttachment


class FileQuestions(Ground):
    """Questions about the files of a ticket."""

    def attached(self, step: AddAttachment, row: Row | None) -> list[Landed] | None:
        """Find where a file ended; None: it is not there."""
        return self.file(step, row, self.files(self.home(step.item)))

    def files(self, home: TicketId) -> Sequence[Attachment]:
        """List a ticket's files, as far as they are looked through: not where their marks are asked for."""
        return () if self.external("attachments.external_id") else self.target.attachments(home)

    def file(self, step: AddAttachment, row: Row | None, there: Iterable[Attachment]) -> list[Landed] | None:
        """Look for a file among those of its ticket, by name and bytes; None: it is not there."""
        ticket_id = self.home(step.item)
        if self.external("attachments.external_id"):
            found = self.by_mark(step, row)
            return [Landed(item=step.item, target_ticket=ticket_id, target_id=found)] if found else None
        known = {landed.target_id for landed in self.pair.landed_on(ticket_id) if landed.item.kind == "attachment"}
        wanted = step.upload.attachment
        sent = row.sent().get(wanted.id) if row is not None else None
        if sent is not None:
            wanted = replace(wanted, size=sent.size, sha256=sent.sha256)
        for attachment in there:
            fresh = attachment.id not in known and attachment.name == wanted.name
            alike = wanted.size is None or attachment.size in (None, wanted.size)
            if fresh and alike and self._same_bytes(attachment, wanted):
                return [Landed(item=step.item, target_ticket=ticket_id, target_id=attachment.id, told=attachment)]
        return None

    def _same_bytes(self, attachment: Attachment, wanted: Attachment) -> bool:
        known = wanted.sha256
        if known is None:
            if self.source is None:
                raise CannotTell(f"the source would have to be asked for the bytes of {wanted.name!r}")
            with self.source.open_attachment(wanted) as stream:
                known = digest(stream)
        with self.target.open_attachment(attachment) as stream:
            return digest(stream) == known


def digest(stream: BinaryIO) -> str:
    """Hash a stream to its end, in constant memory; SHA-256, lower-case hex."""
    return measured(stream).sha256
