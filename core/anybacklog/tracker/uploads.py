"""Files as they are given -> as the boundary takes them: checked, within the limits, none of them read yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from anybacklog.backend import AttachmentDraft
from anybacklog.errors import ValidationError
from anybacklog.tracker.capabilities import Capabilities
from anybacklog.tracker.drafts import aware
from anybacklog.tracker.opened import refuse_empty
from anybacklog.tracker.streams import limited, refuse_text


def uploads(
    given: Iterable[Any], can: Capabilities, author: str | None = None, created_at: datetime | None = None
) -> tuple[AttachmentDraft, ...]:
    """Take the files of one write; more than a ticket can have are refused before the first of them is sent."""
    files = tuple(_files(given, can, author, created_at))
    limit = can.limits.attachments_per_ticket if files else None
    if limit is not None and len(files) > limit:
        raise ValidationError(
            f"{len(files)} attachments were given, at most {limit} are taken here for a ticket; give fewer",
            field="attachments", limit=limit, value=len(files),
        )  # fmt: skip
    return tuple(upload(file, can) for file in files)


def upload(draft: AttachmentDraft, can: Capabilities) -> AttachmentDraft:
    """Take one file; its stream refuses to go on beyond the limit."""
    refuse_empty(draft.name, "an attachment needs a name", "attachments")
    refuse_text(draft.stream, draft.name)
    stream = limited(draft.stream, draft.name, can.limits.attachment_size)
    return replace(draft, stream=stream, created_at=aware(draft.created_at, "created_at"))


def _files(
    given: Iterable[Any], can: Capabilities, author: str | None, created_at: datetime | None
) -> Iterator[AttachmentDraft]:
    """Read the files of a comment; a pair says nothing of who and when, so the comment does."""
    by = author if author is not None and can.native("attachments.author") else None
    when = created_at if created_at is not None and can.native("attachments.created_at") else None
    for each in given:
        if isinstance(each, AttachmentDraft):
            yield each
        elif isinstance(each, tuple | list) and len(each) == 2:
            yield AttachmentDraft(name=each[0], stream=each[1], author=by, created_at=when)
        else:
            raise ValidationError(
                "attachments of a comment are a list of (name, stream) pairs", field="attachments", value=each
            )
