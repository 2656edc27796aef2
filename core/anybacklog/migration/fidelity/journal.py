"""At which level each entry of a ticket's journal arrives, its text aside. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from anybacklog.migration.course import Course
from anybacklog.migration.fidelity.levels import Levels, Row
from anybacklog.migration.history_file import history_level
from anybacklog.migration.riding import is_left_out, is_remark, is_withheld
from anybacklog.model import Comment


def copied(comments: Iterable[Comment], course: Course) -> Iterator[Comment]:
    """Yield the entries that neither the plan nor their privacy keeps back."""
    if "comments" not in course.leave_out:
        yield from (comment for comment in comments if not is_withheld(comment, course))


def of_comment(comment: Comment, levels: Levels) -> Iterator[Row]:
    """Yield a row for every value of an entry, or one that says why it stays behind."""
    course, remark = levels.course, is_remark(comment)
    if "comments" in course.leave_out:
        yield "comments" if remark else "history", "lost", levels.answer("comments").reason
    elif is_left_out(comment, course):
        yield "history", *history_level(course, levels.answer, remark=False)
    elif is_withheld(comment, course):
        yield "comments.private", "lost", "a private comment is not copied where it would become public"
    else:
        yield from _of_copied(comment, levels)


def _of_copied(comment: Comment, levels: Levels) -> Iterator[Row]:
    remark = is_remark(comment)
    if comment.changes:
        name = "comments.changes" if remark else "history"
        yield name, *history_level(levels.course, levels.answer, remark=remark)
    if levels.course.native("comments"):
        yield from levels.attributed(comment.author, comment.created_at, "comments.author", "comments.created_at")
        if comment.updated_at not in (None, comment.created_at):
            yield levels.held("comments.updated_at")
        if comment.private:
            yield levels.held("comments.private")
