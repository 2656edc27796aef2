"""At which level each file of a ticket arrives: in the target, in the fallback folder, or not at all. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from anybacklog.migration.course import Bundle
from anybacklog.migration.falling_back import WAY_OUT, could_fall_back, falls_back, kept_for, why_unheld
from anybacklog.migration.fidelity.levels import Levels, Row
from anybacklog.migration.riding import kept_files, riding, told_of
from anybacklog.model import Attachment, Ticket


def of_files(bundle: Bundle, levels: Levels) -> Iterator[Row]:
    """Yield a row for every value of the ticket's files, those of its comments among them."""
    kept, brought = kept_files(bundle, levels.course), riding(bundle, levels.course)
    for attachment in kept:
        told = tuple(told_of(attachment, brought.get(attachment.id)))
        for row in _of_attachment(attachment, bundle.ticket, levels):
            said = row[1] == "lost" and row[0] in told
            yield (row[0], "emulated", f"{row[2]}; the comment that brings it tells it") if said else row
    for _ in range(len(bundle.ticket.attachments) - len(kept)):
        yield "attachments", "lost", "a file of a private comment is not copied where it would become public"


def _of_attachment(attachment: Attachment, ticket: Ticket, levels: Levels) -> Iterator[Row]:
    course = levels.course
    name, level, reason = levels.held("attachments")
    if falls_back(attachment, ticket, course):
        yield name, "emulated", kept_for(reason if level == "lost" else why_unheld(attachment, ticket, course))
        return
    yield name, level, f"{reason}; {WAY_OUT}" if level == "lost" and could_fall_back(course) else reason
    if course.native("attachments"):
        if attachment.author is not None:
            yield levels.noun("attachments.author", "users", attachment.author)
        if attachment.created_at is not None:
            yield levels.held("attachments.created_at")
