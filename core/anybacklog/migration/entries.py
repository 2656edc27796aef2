"""A ticket's journal and files -> what writes them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.falling_back import point_to
from anybacklog.migration.history_file import history_file
from anybacklog.migration.mark import Mark
from anybacklog.migration.references import Wording
from anybacklog.migration.riding import going_alone, held_back, is_remark, is_withheld, travelling
from anybacklog.migration.telling import comment_header, commented, wordings
from anybacklog.migration.texts import headed
from anybacklog.model import Attachment, Comment, Text, Ticket, User
from anybacklog.steps import AddComment, Item, ItemKind, Upload


def own_files(bundle: Bundle, course: Course) -> Iterator[Upload]:
    """Yield the files that no comment brings."""
    for attachment in going_alone(bundle, course):
        yield _upload(attachment, bundle.ticket, course)
    made = history_file(bundle, course)
    if made is not None:
        yield made


def journal(bundle: Bundle, rest: Iterable[Wording], course: Course) -> Iterator[AddComment]:
    """Yield what writes the comments, oldest first; before them `rest`, the pieces of the description without room."""
    if course.native("comments"):
        yield from _follow_ups(rest, _description_as_comment(bundle.ticket), bundle.ticket, course)
        for comment in bundle.comments:
            if not is_withheld(comment, course):
                yield from _add_comment(comment, bundle.ticket, course)
        of = item_of("ticket", bundle.ticket.id, bundle.ticket)
        yield from (point_to(attachment, of, course) for attachment in held_back(bundle, course))


def _add_comment(comment: Comment, ticket: Ticket, course: Course) -> Iterator[AddComment]:
    attached = travelling(comment, ticket, course)
    kind: ItemKind = "comment" if is_remark(comment) else "history"
    mark = Mark(course.source, ticket.key, "comment", comment.id)
    changes = comment.changes if course.native("comments.changes") else ()
    text, line = commented(comment, ticket, course), comment_header(comment, ticket, course)
    first, *rest = wordings(text, line, course.limits.comment_length, course)
    yield AddComment(
        item=item_of(kind, comment.id, ticket),
        body=first.text,
        plain=first.plain,
        author=_author(course, comment.author, "comments.author"),
        created_at=comment.created_at if course.native("comments.created_at") else None,
        updated_at=comment.updated_at if course.native("comments.updated_at") else None,
        changes=changes,
        private=comment.private and course.native("comments.private"),
        uploads=tuple(_upload(attachment, ticket, course) for attachment in attached),
        mark=str(mark),
    )
    yield from _follow_ups(rest, comment, ticket, course)


def _description_as_comment(ticket: Ticket) -> Comment:
    """Give the comment whose continuations those of the description are."""
    return Comment(id="description", author=ticket.reporter, body=Text("", "plain"), created_at=ticket.created_at)


def _follow_ups(pieces: Iterable[Wording], start: Comment, ticket: Ticket, course: Course) -> Iterator[AddComment]:
    """Yield the comments in which a text goes on: `start` says whose it is, and since when."""
    for number, piece in enumerate(pieces, 2):
        item = item_of("continuation", f"{start.id}+{number}", ticket)
        mark = Mark(course.source, ticket.key, "continuation", item.id)
        heading = course.heading(course.writing.comment, start.author)
        line = course.writing.line(heading, mark, start.author, start.created_at)
        yield AddComment(
            item=item,
            body=headed(piece.text, line),
            plain=headed(piece.plain, line) if piece.plain is not None else None,
            author=_author(course, start.author, "comments.author"),
            created_at=start.created_at if course.native("comments.created_at") else None,
            updated_at=start.updated_at if course.native("comments.updated_at") else None,
            changes=(),
            private=start.private and course.native("comments.private"),
            uploads=(),
            mark=str(mark),
        )


def _upload(attachment: Attachment, ticket: Ticket, course: Course) -> Upload:
    return Upload(
        attachment=replace(attachment, ticket=ticket.id),
        author=_author(course, attachment.author, "attachments.author"),
        created_at=attachment.created_at if course.native("attachments.created_at") else None,
        mark=str(Mark(course.source, ticket.key, "attachment", attachment.id)),
    )


def item_of(kind: ItemKind, id: str, ticket: Ticket) -> Item:
    """Name a thing that belongs to a ticket."""
    return Item(kind=kind, id=id, ticket_id=ticket.id, ticket_key=ticket.key)


def _author(course: Course, user: User | None, field: str) -> User | None:
    return course.mapping.of("users", user) if course.native(field) else None
