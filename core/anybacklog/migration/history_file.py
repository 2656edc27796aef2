"""A ticket's changes as one text file at its copy, by the plan's choice: who changed what, when, in order. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from anybacklog.abilities import Answer
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.mark import Mark
from anybacklog.migration.report import Level
from anybacklog.migration.texts import changes_as_text, moment_text
from anybacklog.model import Attachment, Comment
from anybacklog.steps import Upload

ID = "history+file"
"""What stands for the id of an attachment that the source does not have."""
NAME = "history.txt"


def history_file(bundle: Bundle, course: Course) -> Upload | None:
    """Make the file; None: the plan does not want it, nobody changed anything, or the target takes no files."""
    told = [comment for comment in bundle.comments if comment.changes and _may_be_told(comment, course)]
    if course.history != "attachment" or not course.native("attachments") or not told:
        return None
    content = "\n".join(map(_entry, told)).encode("utf-8", "backslashreplace")
    attachment = Attachment(
        id=ID,
        name=NAME,
        size=len(content),
        content_type="text/plain",
        sha256=hashlib.sha256(content).hexdigest(),
        ticket=bundle.ticket.id,
    )
    mark = str(Mark(course.source, bundle.ticket.key, "attachment", ID))
    return Upload(attachment=attachment, author=None, created_at=None, mark=mark, content=content)


def history_level(course: Course, answer: Callable[[str], Answer], *, remark: bool) -> tuple[Level, str]:
    """Say how what changed arrives, and why: as the target's own history, as the plan says, or not at all.

    `remark`: it changed together with a text or files, which travel whatever becomes of history.
    """
    changes, comments, files = map(answer, ("comments.changes", "comments", "attachments"))
    match course.history:
        case "lost" if not remark:
            return "lost", "the plan leaves out entries of changes only"
        case "attachment":
            return ("emulated", f"the plan says attachment; written into {NAME}") if files else ("lost", files.reason)
        case "native" | "lost" if changes:
            return "native", changes.reason
    reason = "the plan says text" if course.history == "text" else changes.reason
    return ("emulated", f"{reason}; written as text") if comments else ("lost", comments.reason)


def _may_be_told(comment: Comment, course: Course) -> bool:
    return not comment.private or course.native("comments.private")


def _entry(comment: Comment) -> str:
    who = comment.author.name if comment.author is not None else ""
    line = " · ".join(filter(None, (moment_text(comment.created_at), who)))
    return f"{line}\n{changes_as_text(comment.changes)}\n"
