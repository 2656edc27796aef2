"""The files of one ticket's copy against those of its source: by hash, where anybody can tell it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from anybacklog.migration.apply.fallback import Fallback
from anybacklog.migration.comparison import Odd, shown
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.falling_back import falls_back
from anybacklog.migration.history_file import ID, history_file
from anybacklog.migration.ledger import Pair
from anybacklog.migration.left_open import emptied
from anybacklog.migration.report import Verification
from anybacklog.migration.riding import held_back, kept_files, riding
from anybacklog.migration.verification.origin import Origin, hash_of
from anybacklog.migration.verification.strays import Strays
from anybacklog.model import Attachment, Ticket
from anybacklog.steps import AddComment, Upload, alone, key_of
from anybacklog.tracker import Tracker

_TYPE = "attachments.content_type"


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
    strays: Strays
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
            for odd in self._odd(bundle, attachment, copy):
                self.result.add(ticket.key, there.key, "attachment", attachment.id, odd.field, odd.wanted, odd.found)
        self.named.update(found)
        self._extra(ticket, there, [each for each in found.values() if ("attachment", each.id) not in self.strays.odd])

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

    def _odd(self, bundle: Bundle, one: Attachment, other: Attachment) -> Iterator[Odd]:
        """Yield what of a file is not as it should be."""
        for name, wanted, found in self._pairs(bundle, one, other):
            if wanted != found:
                yield Odd(name, wanted, found)
        yield from self.strays.odd_mark("attachment", bundle.ticket, one.id, other.id)

    def _pairs(self, bundle: Bundle, one: Attachment, other: Attachment) -> Iterator[tuple[str, Any, Any]]:
        """Yield each thing to compare, as it should be and as it is; not what the target may have chosen by itself."""
        yield "name", one.name, other.name
        if self.course.native(_TYPE) and (one.content_type is not None or _TYPE not in self.course.never_empty):
            yield "content_type", one.content_type, other.content_type
        yield self._content(bundle.ticket, one, other)
        wanted = {"created_at": one.created_at, "author": self.course.mapping.of("users", one.author)}
        gone = self._emptied(bundle, one)
        for name, value in wanted.items():
            if self.course.native(f"attachments.{name}") and (value is not None or name in gone):
                yield name, shown(value), shown(getattr(other, name))

    def _emptied(self, bundle: Bundle, one: Attachment) -> Collection[str]:
        """Name the fields of a file that the source has emptied since, by the step that brought the file."""
        home, comment = bundle.ticket.id, riding(bundle, self.course).get(one.id)
        steps = [("attachment", one.id), ("ticket", home), *([("comment", comment.id)] if comment is not None else [])]
        rows = (self.pair.row(f"{kind}:{home}:{item}") for kind, item in steps)
        carrier = next((row for row in rows if row is not None and one.id in row.sent()), None)
        return emptied(one, carrier, self.course.native)

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
