"""Which entries of a ticket's journal travel, and which files go with them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anybacklog.model import Attachment, Comment, Ticket

if TYPE_CHECKING:
    from anybacklog.migration.planning import Bundle, Course


def is_remark(comment: Comment) -> bool:
    """Tell an entry with text or files from one of changes only."""
    return bool(comment.body.source or comment.attachments or not comment.changes)


def is_withheld(comment: Comment, course: Course) -> bool:
    """Tell a private comment that the target could not keep private, and history that the plan leaves out."""
    return is_left_out(comment, course) or (comment.private and not course.native("comments.private"))


def is_left_out(comment: Comment, course: Course) -> bool:
    """Tell an entry of changes only that the plan leaves out."""
    return course.history == "lost" and not is_remark(comment)


def withheld_files(bundle: Bundle, course: Course) -> set[str]:
    """Name the files of private comments that the target could not keep private: they stay behind with them."""
    withheld = [comment for comment in bundle.comments if is_withheld(comment, course)]
    return {each.id for comment in withheld for each in comment.attachments}


def riding(bundle: Bundle, course: Course) -> set[str]:
    """Name the files that travel with a comment."""
    kept = [comment for comment in bundle.comments if not is_withheld(comment, course)] if rides(course) else []
    return {each.id for comment in kept for each in files(comment, bundle.ticket)}


def rides(course: Course) -> bool:
    """Tell whether a comment of the target can bring its files."""
    return course.native("comments.attachments") and course.native("comments")


def files(comment: Comment, ticket: Ticket) -> tuple[Attachment, ...]:
    """Name the comment's files that still exist, as the ticket describes them."""
    there = {attachment.id: attachment for attachment in ticket.attachments}
    return tuple(there[attachment.id] for attachment in comment.attachments if attachment.id in there)
