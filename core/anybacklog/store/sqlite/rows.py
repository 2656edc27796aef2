"""Rows -> nouns, a batch at a time: one query per table for the whole batch, never one per ticket."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, literal, or_, select, union_all

from anybacklog.model import (
    LINK_INVERSES,
    Attachment,
    Category,
    Change,
    Comment,
    CustomField,
    CustomFieldValue,
    FieldType,
    FieldValue,
    Link,
    Milestone,
    Priority,
    Resolution,
    Status,
    Text,
    TextFormat,
    Ticket,
    TicketType,
    Version,
)
from anybacklog.store.sqlite.damage import decoding
from anybacklog.store.sqlite.tables import ATTACHMENTS, CHANGES, CUSTOM_VALUES, LINKS, LISTS
from anybacklog.store.sqlite.words import Words

BATCH = 500
"""How many rows are read at once: few enough for constant memory and for SQLite's limit of parameters."""

_IDS: BindParameter[int] = bindparam("ids", expanding=True)


def _list_select(field: str) -> Select[Any]:
    ticket_id, position, item = LISTS[field].c
    return select(literal(field).label("field"), ticket_id, position, item.label("item")).where(ticket_id.in_(_IDS))


_LISTS = union_all(*map(_list_select, LISTS)).order_by("ticket_id", "field", "position")
_VALUES = select(CUSTOM_VALUES).where(CUSTOM_VALUES.c.ticket_id.in_(_IDS)).order_by(*CUSTOM_VALUES.primary_key)
_LINKS = select(LINKS).where(or_(LINKS.c.ticket_id.in_(_IDS), LINKS.c.target_id.in_(_IDS))).order_by(LINKS.c.id)
_CHANGES = select(CHANGES).where(CHANGES.c.comment_id.in_(_IDS)).order_by(*CHANGES.primary_key)
_OLDEST_FIRST = (ATTACHMENTS.c.created_at, ATTACHMENTS.c.id)
_TICKETS_FILES = select(ATTACHMENTS).where(ATTACHMENTS.c.ticket_id.in_(_IDS)).order_by(*_OLDEST_FIRST)
_COMMENTS_FILES = select(ATTACHMENTS).where(ATTACHMENTS.c.comment_id.in_(_IDS)).order_by(*_OLDEST_FIRST)


def instant_text(moment: datetime | None) -> str | None:
    """Write an instant so that text order is time order: always six digits after the second."""
    return (
        None if moment is None else f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    )


def read_instant(text: str | None) -> datetime | None:
    """Read what `instant_text` wrote."""
    return None if text is None else datetime.fromisoformat(text)


@decoding()
def read_tickets(
    connection: Connection,
    words: Words,
    rows: Sequence[Row[Any]],
    *,
    lists: dict[tuple[int, str], list[int]] | None = None,
    empty: Collection[str] = (),
) -> list[Ticket]:
    """Read whole tickets for a batch of rows of `tickets`.

    `lists` are known already where they have just been written; the parts named in `empty` hold nothing.
    """
    ids = {"ids": [row.id for row in rows]}
    lists = _lists(connection, ids) if lists is None else lists
    values = {} if "custom_fields" in empty else _custom_values(connection, words, ids)
    links = {} if "links" in empty else _links(connection, ids)
    files = {} if "attachments" in empty else _files(connection, words, ids)
    return [
        _ticket(words, row, lists, values.get(row.id, ()), links.get(row.id, ()), files.get(row.id, ())) for row in rows
    ]


@decoding()
def read_links(connection: Connection, ticket_id: int) -> tuple[Link, ...]:
    """Read one ticket's links as seen from it."""
    return tuple(_links(connection, {"ids": [ticket_id]}).get(ticket_id, ()))


@decoding()
def read_attachments(connection: Connection, words: Words, ticket_id: int) -> tuple[Attachment, ...]:
    """Read one ticket's files, oldest first."""
    return tuple(_files(connection, words, {"ids": [ticket_id]}).get(ticket_id, ()))


@decoding()
def read_comments(connection: Connection, words: Words, rows: Sequence[Row[Any]]) -> list[Comment]:
    """Read whole comments for a batch of rows of `comments`."""
    if not rows:
        return []
    ids = {"ids": [row.id for row in rows]}
    changes: dict[int, list[Change]] = {}
    for row in connection.execute(_CHANGES, ids):
        changes.setdefault(row.comment_id, []).append(Change(field=row.field, old=row.old, new=row.new, id=row.id))
    files: dict[int, list[Attachment]] = {}
    for row in connection.execute(_COMMENTS_FILES, ids):
        files.setdefault(row.comment_id, []).append(read_attachment(words, row))
    return [_comment(words, row, changes.get(row.id, ()), files.get(row.id, ())) for row in rows]


def read_attachment(words: Words, row: Row[Any]) -> Attachment:
    """Read a row of `attachments`."""
    return Attachment(
        id=str(row.id),
        name=row.name,
        size=row.size,
        content_type=row.content_type,
        sha256=row.sha256,
        author=words.user(row.author_id),
        created_at=read_instant(row.created_at),
    )


def value_texts(value: FieldValue) -> list[str]:
    """Write a custom field's value: one text, or one per choice."""
    if isinstance(value, tuple):
        return list(value)
    return [value.isoformat() if isinstance(value, date) else str(value)]


def _ticket(
    words: Words,
    row: Row[Any],
    lists: dict[tuple[int, str], list[int]],
    values: Sequence[CustomFieldValue],
    links: Sequence[Link],
    files: Sequence[Attachment],
) -> Ticket:
    categories, versions = words.all_of(Category), words.all_of(Version)
    milestones, users = words.all_of(Milestone), words.users
    return Ticket(
        id=str(row.id),
        key=row.key,
        title=row.title,
        description=None if row.description is None else Text(row.description, row.description_format),
        type=words.noun(TicketType, row.type_id),
        status=words.noun(Status, row.status_id),
        priority=words.noun(Priority, row.priority_id),
        resolution=words.noun(Resolution, row.resolution_id),
        reporter=words.user(row.reporter_id),
        assignees=tuple(users[number] for number in lists.get((row.id, "assignees"), ())),
        created_at=read_instant(row.created_at),
        updated_at=read_instant(row.updated_at),
        start_date=row.start_date and date.fromisoformat(row.start_date),
        due_date=row.due_date and date.fromisoformat(row.due_date),
        estimated_hours=row.estimated_hours,
        actual_hours=row.actual_hours,
        categories=tuple(categories[number] for number in lists.get((row.id, "categories"), ())),
        affected_versions=tuple(versions[number] for number in lists.get((row.id, "affected_versions"), ())),
        milestones=tuple(milestones[number] for number in lists.get((row.id, "milestones"), ())),
        parent=None if row.parent_id is None else str(row.parent_id),
        links=tuple(links),
        custom_fields=tuple(values),
        attachments=tuple(files),
        watchers=tuple(users[number] for number in lists.get((row.id, "watchers"), ())),
    )


def _comment(words: Words, row: Row[Any], changes: Sequence[Change], files: Sequence[Attachment]) -> Comment:
    return Comment(
        id=str(row.id),
        author=words.user(row.author_id),
        body=Text(row.body, cast("TextFormat", row.body_format)),
        created_at=read_instant(row.created_at),
        updated_at=read_instant(row.updated_at),
        changes=tuple(changes),
        attachments=tuple(files),
        private=bool(row.private),
    )


def _lists(connection: Connection, ids: dict[str, list[int]]) -> dict[tuple[int, str], list[int]]:
    lists: dict[tuple[int, str], list[int]] = {}
    for ticket_id, field, _, item in connection.execute(_LISTS, ids).columns("ticket_id", "field", "position", "item"):
        lists.setdefault((ticket_id, field), []).append(item)
    return lists


def _links(connection: Connection, ids: dict[str, list[int]]) -> dict[int, list[Link]]:
    links: dict[int, list[Link]] = {}
    wanted = frozenset(ids["ids"])
    for row in connection.execute(_LINKS, ids):
        back = LINK_INVERSES.get(row.kind, row.kind)
        for ticket_id, kind, target in ((row.ticket_id, row.kind, row.target_id), (row.target_id, back, row.ticket_id)):
            if ticket_id in wanted:
                links.setdefault(ticket_id, []).append(Link(id=str(row.id), kind=kind, target=str(target)))
    return links


def _files(connection: Connection, words: Words, ids: dict[str, list[int]]) -> dict[int, list[Attachment]]:
    files: dict[int, list[Attachment]] = {}
    for row in connection.execute(_TICKETS_FILES, ids):
        files.setdefault(row.ticket_id, []).append(read_attachment(words, row))
    return files


def _custom_values(
    connection: Connection, words: Words, ids: dict[str, list[int]]
) -> dict[int, list[CustomFieldValue]]:
    texts: dict[int, dict[int, list[str]]] = {}
    for ticket_id, field_id, _, value in connection.execute(_VALUES, ids):
        texts.setdefault(ticket_id, {}).setdefault(field_id, []).append(value)
    return {ticket_id: [_value(words, each, found[each]) for each in found] for ticket_id, found in texts.items()}


def _value(words: Words, field_id: int, texts: list[str]) -> CustomFieldValue:
    definition = words.all_of(CustomField)[field_id]
    value = tuple(texts) if definition.type == "choices" else _single(definition.type, texts[0])
    return CustomFieldValue(id=definition.id, name=definition.name, type=definition.type, value=value)


def _single(type: FieldType, text: str) -> FieldValue:
    match type:
        case "number":
            return int(text) if text.removeprefix("-").isdigit() else float(text)
        case "date":
            return date.fromisoformat(text)
    return text
