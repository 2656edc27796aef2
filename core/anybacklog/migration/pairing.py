"""Which of a target's files is which of those that were sent; most services say so by the name alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from anybacklog.model import Attachment
from anybacklog.steps import Upload


def paired(uploads: Iterable[Upload], attachments: Iterable[Attachment]) -> Iterator[tuple[Upload, Attachment | None]]:
    """Find each file again by its name, and among several of one name by size and hash, else as sent."""
    left = list(attachments)
    for upload in uploads:
        likely = sorted(left, key=lambda each: _likeness(each, upload.attachment), reverse=True)
        found = likely[0] if likely and likely[0].name == upload.attachment.name else None
        if found is not None:
            left.remove(found)
        yield upload, found


def _likeness(there: Attachment, wanted: Attachment) -> tuple[bool, bool, bool]:
    """Order files by how much speaks for them; what is unknown speaks neither for nor against."""
    same_hash = None in (there.sha256, wanted.sha256) or there.sha256 == wanted.sha256
    same_size = None in (there.size, wanted.size) or there.size == wanted.size
    return there.name == wanted.name, same_size, same_hash
