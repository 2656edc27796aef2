"""What hangs on a ticket: comments, files, links, and the external ids of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import (
    Row,
    Select,
    and_,
    bindparam,
    delete,
    insert,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from anybacklog.backend import AttachmentDraft, CommentDraft, Marked
from anybacklog.errors import NotFound, ValidationError
from anybacklog.model import LINK_INVERSES, Attachment, Comment, Link, Text, User
from anybacklog.store.sqlite.project import Opened
from anybacklog.store.sqlite.rows import BATCH, instant_text, read_attachment, read_comments
from anybacklog.store.sqlite.tables import ATTACHMENTS, CHANGES, COMMENTS, LINKS, TICKETS
from anybacklog.store.sqlite.tickets import ticket_number
from anybacklog.store.sqlite.words import number_of
from anybacklog.store.values import checked_body, checked_changes, checked_text, encodable, plain_value

_C = COMMENTS.c
_A = ATTACHMENTS.c
_PAGE = (
    select(COMMENTS)
    .where(
        _C.ticket_id == bindparam("ticket"),
        tuple_(_C.created_at, _C.id) > tuple_(bindparam("created_at"), bindparam("last")),
    )
    .order_by(_C.created_at, _C.id)
    .limit(BATCH)
)
_COMMENT = select(COMMENTS).where(_C.ticket_id == bindparam("ticket"), _C.id == bindparam("number"))
_ATTACHMENT = select(ATTACHMENTS).where(_A.ticket_id == bindparam("ticket"), _A.id == bindparam("number"))
_MARKED: dict[Any, Select[Any]] = {
    kind: select(literal(kind).label("kind"), table.c.id, ticket.label("ticket_id"), table.c.external_id)
    .select_from(joined)
    .where(TICKETS.c.project_id + 0 == bindparam("project"))  # no index on it: SQLite would prefer that to the mark's
    for kind, table, ticket, joined in (
        ("ticket", TICKETS, TICKETS.c.id, TICKETS),
        ("comment", COMMENTS, _C.ticket_id, COMMENTS.join(TICKETS, TICKETS.c.id == _C.ticket_id)),
        ("attachment", ATTACHMENTS, _A.ticket_id, ATTACHMENTS.join(TICKETS, TICKETS.c.id == _A.ticket_id)),
    )
}
_EVERY_MARK = [
    found.where(found.selected_columns.external_id.is_not(None)).order_by(found.selected_columns.id)
    for found in _MARKED.values()
]
_MARK = union_all(
    *(
        found.where(found.selected_columns.external_id == bindparam("external_id")).add_columns(
            literal(place).label("place")
        )
        for place, found in enumerate(_MARKED.values())
    )
)
_MARK = _MARK.order_by("place", "id").limit(1)


def comment_page(opened: Opened, ticket: int, after: Comment | None) -> list[Comment]:
    """Read the next comments, oldest first; what a comment is sorted by never changes, so none is missed or doubled."""
    created_at, last = ("", 0) if after is None else (instant_text(after.created_at), int(after.id))
    rows = opened.connection.execute(_PAGE, {"ticket": ticket, "created_at": created_at, "last": last}).all()
    return read_comments(opened.connection, opened.words, rows)


def add_comment(opened: Opened, ticket_id: str, draft: CommentDraft, *, now: datetime) -> Comment:
    """Insert an entry, its changes and its files."""
    ticket = ticket_number(opened, ticket_id)
    body = checked_body(draft.body, "body")
    row = {
        "ticket_id": ticket,
        "author_id": _author(opened, draft.author),
        "body": body.source,
        "body_format": body.format,
        "created_at": instant_text(plain_value("created_at", draft.created_at) or now),
        "updated_at": instant_text(plain_value("updated_at", draft.updated_at)),
        "private": draft.private,
        "external_id": plain_value("external_id", draft.external_id),
    }
    changes = checked_changes(draft.changes)
    number = opened.connection.execute(insert(COMMENTS), row).lastrowid
    if changes:
        opened.connection.execute(
            insert(CHANGES),
            [
                {
                    "comment_id": number,
                    "position": position,
                    "field": each.field,
                    "old": each.old,
                    "new": each.new,
                    "id": each.id,
                }
                for position, each in enumerate(changes)
            ],
        )
    for upload in draft.attachments:
        _add_file(opened, ticket, number, upload, now=now)
    return _read_comment(opened, ticket, number)


def update_comment(opened: Opened, ticket_id: str, comment_id: str, body: Text, *, now: datetime | None) -> Comment:
    """Replace the body; the comment's `updated_at` becomes `now`, or stays (None)."""
    ticket, number = _comment_number(opened, ticket_id, comment_id)
    checked_body(body, "body")
    moved = {"updated_at": instant_text(now)} if now is not None else {}
    values = {"body": body.source, "body_format": body.format, **moved}
    opened.connection.execute(update(COMMENTS).where(_C.id == number).values(values))
    return _read_comment(opened, ticket, number)


def delete_comment(opened: Opened, ticket_id: str, comment_id: str) -> None:
    """Delete an entry; the database's foreign keys take its files."""
    _, number = _comment_number(opened, ticket_id, comment_id)
    opened.connection.execute(delete(COMMENTS).where(_C.id == number))


def add_attachment(opened: Opened, ticket_id: str, draft: AttachmentDraft, *, now: datetime) -> Attachment:
    """Store the rest of the stream."""
    ticket = ticket_number(opened, ticket_id)
    number = _add_file(opened, ticket, None, draft, now=now)
    row = opened.connection.execute(_ATTACHMENT, {"ticket": ticket, "number": number}).one()
    return read_attachment(opened.words, row)


def delete_attachment(opened: Opened, ticket_id: str, attachment_id: str) -> None:
    """Delete a file."""
    row = _attachment_row(opened, ticket_id, attachment_id)
    opened.connection.execute(delete(ATTACHMENTS).where(_A.id == row.id))


def open_attachment(opened: Opened, ticket_id: str, attachment_id: str) -> AbstractContextManager[BinaryIO]:
    """Open a file's bytes; they are read while the caller's transaction lasts."""
    return opened.contents.open(opened.connection, _attachment_row(opened, ticket_id, attachment_id))


def _attachment_row(opened: Opened, ticket_id: str, attachment_id: str) -> Row[Any]:
    wanted = {"ticket": ticket_number(opened, ticket_id), "number": number_of(attachment_id)}
    row = opened.connection.execute(_ATTACHMENT, wanted).first()
    if row is None:
        raise NotFound("attachment", attachment_id, local=True)
    return row


def add_link(opened: Opened, ticket_id: str, kind: str, other_id: str) -> Link:
    """Tie two tickets, or find the tie that is there, told from either side."""
    here, there = ticket_number(opened, ticket_id), ticket_number(opened, other_id)
    if here == there:
        raise ValidationError("a ticket cannot be linked to itself", field="links", value=other_id)
    back = LINK_INVERSES.get(checked_text(kind, "kind"), kind)
    same = or_(
        and_(LINKS.c.ticket_id == here, LINKS.c.kind == kind, LINKS.c.target_id == there),
        and_(LINKS.c.ticket_id == there, LINKS.c.kind == back, LINKS.c.target_id == here),
    )
    number = opened.connection.execute(select(LINKS.c.id).where(same)).scalar()
    if number is None:
        row = {"ticket_id": here, "kind": kind, "target_id": there}
        number = opened.connection.execute(insert(LINKS), row).lastrowid
    return Link(id=str(number), kind=kind, target=other_id)


def find_marked(opened: Opened, external_id: str) -> Marked | None:
    """Find what carries an external id: a ticket, else a comment, else an attachment, of several the oldest."""
    wanted = {"project": opened.number, "external_id": external_id}
    found = opened.connection.execute(_MARK, wanted).first() if encodable(external_id) else None
    return None if found is None else _marked(found)


def every_marked(opened: Opened) -> Iterator[Marked]:
    """Yield what carries an external id: tickets, comments, attachments, each as they were made."""
    for query in _EVERY_MARK:
        for rows in opened.connection.execute(query, {"project": opened.number}).partitions(BATCH):
            yield from map(_marked, rows)


def _marked(row: Row[Any]) -> Marked:
    return Marked(kind=row.kind, id=str(row.id), ticket_id=str(row.ticket_id), external_id=row.external_id)


def _author(opened: Opened, given: str | None) -> int:
    return opened.myself() if given is None else opened.words.number(User, "author", given)


def _comment_number(opened: Opened, ticket_id: str, comment_id: str) -> tuple[int, int]:
    ticket, number = ticket_number(opened, ticket_id), number_of(comment_id)
    if opened.connection.execute(_COMMENT, {"ticket": ticket, "number": number}).first() is None:
        raise NotFound("comment", comment_id, local=True)
    return ticket, number


def _read_comment(opened: Opened, ticket: int, number: int) -> Comment:
    row = opened.connection.execute(_COMMENT, {"ticket": ticket, "number": number}).one()
    return read_comments(opened.connection, opened.words, [row])[0]


def _add_file(opened: Opened, ticket: int, comment: int | None, draft: AttachmentDraft, *, now: datetime) -> int:
    row = {
        "ticket_id": ticket,
        "comment_id": comment,
        "name": checked_text(draft.name, "name"),
        "size": 0,
        "content_type": draft.content_type and checked_text(draft.content_type, "content_type"),
        "sha256": "",
        "author_id": _author(opened, draft.author),
        "created_at": instant_text(plain_value("created_at", draft.created_at) or now),
        "external_id": plain_value("external_id", draft.external_id),
    }
    number = opened.connection.execute(insert(ATTACHMENTS), row).lastrowid
    size, sha256 = opened.contents.keep(opened.connection, number, draft.stream)
    found = {"size": size, "sha256": sha256}
    opened.connection.execute(update(ATTACHMENTS).where(_A.id == number).values(found))
    return int(number)
