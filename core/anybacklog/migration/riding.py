"""Which entries of a ticket's journal travel, and what goes with what in one write. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.falling_back import falls_back
from anybacklog.migration.texts import moment_text
from anybacklog.model import Attachment, Comment, Ticket
from anybacklog.steps import AddComment, Upload

FILES_ABOARD = 20
"""How many files come with a new ticket at most, since all of them lie here at once; others follow one by one."""


def is_remark(comment: Comment) -> bool:
    """Tell an entry with text or files from one of changes only."""
    return bool(comment.body.source or comment.attachments or not comment.changes)


def is_withheld(comment: Comment, course: Course) -> bool:
    """Tell a private comment that the target could not keep private, and history that the plan leaves out."""
    return is_left_out(comment, course) or (comment.private and not course.native("comments.private"))


def is_left_out(comment: Comment, course: Course) -> bool:
    """Tell an entry of changes only that the plan leaves out, or has written into a file."""
    return course.history in ("lost", "attachment") and not is_remark(comment)


def withheld_files(bundle: Bundle, course: Course) -> set[str]:
    """Name the files of private comments that the target could not keep private: they stay behind with them."""
    withheld = [comment for comment in bundle.comments if is_withheld(comment, course)]
    return {each.id for comment in withheld for each in comment.attachments}


def riding(bundle: Bundle, course: Course) -> dict[str, Comment]:
    """Give the files that travel with a comment, by their ids, each with that comment."""
    kept = [comment for comment in bundle.comments if not is_withheld(comment, course)]
    return {each.id: comment for comment in kept for each in travelling(comment, bundle.ticket, course)}


def told_of(attachment: Attachment, comment: Comment | None) -> Iterator[str]:
    """Name the fields of a file of which the comment that it travels with has the same, and tells it there."""
    people = [each.author.id for each in (comment, attachment) if each is not None and each.author is not None]
    if len(people) == 2 and people[0] == people[1]:
        yield "attachments.author"
    if comment is not None and moment_text(comment.created_at) == moment_text(attachment.created_at):
        yield "attachments.created_at"


def kept_files(bundle: Bundle, course: Course) -> list[Attachment]:
    """Name the ticket's files but for those that stay behind."""
    withheld = withheld_files(bundle, course)
    return [attachment for attachment in bundle.ticket.attachments if attachment.id not in withheld]


def held_back(bundle: Bundle, course: Course) -> list[Attachment]:
    """Name the files that go into the fallback folder."""
    return [attachment for attachment in kept_files(bundle, course) if falls_back(attachment, bundle.ticket, course)]


def going_alone(bundle: Bundle, course: Course) -> list[Attachment]:
    """Name the files that go to the target, each by itself."""
    elsewhere = riding(bundle, course)
    kept = kept_files(bundle, course) if course.native("attachments") else []
    return [each for each in kept if each.id not in elsewhere and not falls_back(each, bundle.ticket, course)]


def travelling(comment: Comment, ticket: Ticket, course: Course) -> tuple[Attachment, ...]:
    """Name the files that a comment brings along."""
    brought = files(comment, ticket) if rides(course) else ()
    return tuple(each for each in brought if not falls_back(each, ticket, course))


def rides(course: Course) -> bool:
    """Tell whether a comment of the target can bring its files."""
    return course.native("comments.attachments") and course.native("comments")


def files(comment: Comment, ticket: Ticket) -> tuple[Attachment, ...]:
    """Name the comment's files that still exist, as the ticket describes them."""
    there = {attachment.id: attachment for attachment in ticket.attachments}
    return tuple(there[attachment.id] for attachment in comment.attachments if attachment.id in there)


def come_along(uploads: Sequence[Upload], course: Course) -> Sequence[Upload]:
    """Choose the files that come with their ticket, where they can; one too large would keep it from being made."""
    if "create_with_files" not in course.together:
        return ()
    most = course.limits.attachment_size
    fitting = [each for each in uploads if most is None or (each.attachment.size or 0) <= most]
    return fitting[:FILES_ABOARD]


def last_with(state: Mapping[str, Any], journal: Iterator[AddComment], course: Course) -> Iterator[AddComment]:
    """Let the last comment bring the ticket's state along, where it can: such a write holds a text and files only."""
    last = next(journal, None)
    for step in journal:
        if last is not None:
            yield last
        last = step
    if last is not None:
        can = "change_with_comment" in course.together and not course.native("comments.external_id")
        yield replace(last, state=state) if can and _is_plain(last) else last


def is_named_later(step: AddComment, course: Course) -> bool:
    """Tell a comment that is known again by its mark whenever somebody reads the journal.

    Not one with files, whose ids no mark tells, nor where the target writes texts anew, the mark perhaps with them.
    """
    return course.marks and not step.uploads and not course.writing.texts_become


def _is_plain(step: AddComment) -> bool:
    return not (step.author or step.created_at or step.updated_at or step.changes or step.private)
