"""The files of one ticket's copy against those of its source: by hash, where anybody can tell it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from anybacklog.migration.apply.fallback import Fallback
from anybacklog.migration.comparison import shown
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.falling_back import falls_back
from anybacklog.migration.history_file import ID, history_file
from anybacklog.migration.ledger import Pair
from anybacklog.migration.report import Verification
from anybacklog.migration.riding import held_back, kept_files
from anybacklog.migration.verification.origin import Origin, hash_of
from anybacklog.model import Attachment, Ticket
from anybacklog.steps import AddComment, Upload, alone, key_of
from anybacklog.tracker import Tracker


@dataclass(slots=True)
class Files:
    """Compares files; `unhashed` counts those whose hash at the source nobody can tell.

    `named` are the ids there of one ticket's files that were named as missing or extra.
    """

    origin: Origin
    target: Tracker
    pair: Pair
    course: Course
    result: Verification
    odd: Collection[tuple[str, str]]
    unhashed: int = 0
    named: set[str | None] = field(default_factory=set)

    def compare(self, bundle: Bundle, there: Ticket) -> None:
        """Name the files that are missing, altered or extra."""
        ticket = bundle.ticket
        found = {file.id: replace(file, ticket=there.id) for file in there.attachments}
        self.named.clear()
        made = history_file(bundle, self.course)
        wanted = [each for each in kept_files(bundle, self.course) if not falls_back(each, ticket, self.course)]
        for attachment in (*wanted, *([made.attachment] if made is not None else [])):
            self.result.attachments += 1
            copy_id = self.copy_of(ticket, attachment.id)
            copy = found.pop(copy_id or "", None)
            if copy is None:
                self.named.add(copy_id)
                self.result.add(ticket.key, there.key, "attachment", attachment.id, "missing", attachment.name, None)
                continue
            for name, wanted, got in self._pairs(ticket, attachment, copy):
                if wanted != got:
                    self.result.add(ticket.key, there.key, "attachment", attachment.id, name, wanted, got)
        self.named.update(found)
        self._extra(ticket, there, [each for each in found.values() if ("attachment", each.id) not in self.odd])

    def compare_kept(self, bundle: Bundle, there: Ticket) -> None:
        """Name the files of the fallback folder that are missing or altered."""
        ticket, folder = bundle.ticket, Fallback(Path(self.course.fallback_folder))
        for one in held_back(bundle, self.course):
            self.result.attachments += 1
            landed = self.pair.landed("kept", ticket.id, one.id)
            held = folder.held(landed.target_id) if landed is not None else None
            wanted = self.origin.sha256(one) or (landed.sha256 if landed is not None else None)
            if held is None:
                self.result.add(ticket.key, there.key, "attachment", one.id, "missing", one.name, None)
            elif held != wanted:
                self.result.add(ticket.key, there.key, "attachment", one.id, "sha256", wanted, held)

    def copy_of(self, ticket: Ticket, attachment_id: str) -> str | None:
        """Give the id that a file has in the target."""
        landed = self.pair.landed("attachment", ticket.id, attachment_id)
        return landed.target_id if landed else None

    def went_alone(self, step: AddComment, upload: Upload) -> bool:
        """Tell a file that was sent after its comment; one that a rebuilt ledger found was never intended."""
        row = self.pair.row(key_of(alone(step, upload)))
        return row is not None and row.intended_at is not None

    def _extra(self, ticket: Ticket, there: Ticket, strays: list[Attachment]) -> None:
        copies = {row.target_id: row.item.id for row in self.pair.landed_on(there.id) if row.item.kind == "attachment"}
        for stray in strays:
            source_id = copies.get(stray.id)  # known, but gone from the source since
            key, item = (None, stray.id) if source_id is None else (ticket.key, source_id)
            self.result.add(key, there.key, "attachment", item, "extra", None, stray.name)

    def _pairs(self, ticket: Ticket, one: Attachment, other: Attachment) -> Iterator[tuple[str, Any, Any]]:
        """Yield each thing to compare, as it should be and as it is."""
        yield "name", one.name, other.name
        if one.content_type is not None and self.course.native("attachments.content_type"):
            yield "content_type", one.content_type, other.content_type
        yield self._content(ticket, one, other)
        if self.course.native("attachments.created_at") and one.created_at is not None:
            yield "created_at", shown(one.created_at), shown(other.created_at)
        author = self.course.mapping.of("users", one.author)
        if self.course.native("attachments.author") and author is not None:
            yield "author", author.name, other.author.name if other.author else None

    def _content(self, ticket: Ticket, one: Attachment, other: Attachment) -> tuple[str, Any, Any]:
        """Give the hash at both ends, or the size where neither the source nor the ledger can tell it."""
        landed = self.pair.landed("attachment", ticket.id, one.id)
        wanted = one.sha256 if one.id == ID else self.origin.sha256(one)
        if wanted is None and landed is not None and one.size in (None, landed.size):
            wanted = landed.sha256
        if wanted is not None:
            return "sha256", wanted, hash_of(self.target, other)
        self.unhashed += 1
        return "size", one.size, one.size if other.size is None else other.size
