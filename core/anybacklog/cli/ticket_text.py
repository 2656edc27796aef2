"""A ticket as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from anybacklog.errors import NotFound
from anybacklog.model import Attachment, Change, Comment, CustomFieldValue, Named, Text, Ticket, User

if TYPE_CHECKING:
    from anybacklog.tracker import Tracker


def ticket_lines(tracker: Tracker, ticket: Ticket, comments: Sequence[Comment]) -> Iterator[str]:
    """Give the lines: heading, fields, description, attachments, journal."""
    yield f"{ticket.key}  {_line(ticket.title)}"
    yield from _aligned(_fields(tracker, ticket))
    yield from _body("Description", ticket.description)
    if ticket.attachments:
        yield f"\nAttachments ({len(ticket.attachments)})"
        yield from map(_file, ticket.attachments)
    if comments:
        yield f"\nComments ({len(comments)})"
        for comment in comments:
            yield from _entry(comment)


def _fields(tracker: Tracker, ticket: Ticket) -> Iterator[tuple[str, str]]:
    yield "URL", ticket.url or ""
    yield "Type", _names(ticket.type)
    yield "Status", f"{ticket.status.name} ({ticket.status.category})" if ticket.status else ""
    yield "Priority", _names(ticket.priority)
    yield "Resolution", _names(ticket.resolution)
    yield "Reporter", _names(ticket.reporter)
    yield "Assignees", _names(*ticket.assignees)
    yield "Created", _moment(ticket.created_at)
    yield "Updated", _moment(ticket.updated_at)
    yield "Start", str(ticket.start_date or "")
    yield "Due", str(ticket.due_date or "")
    yield "Estimated", _hours(ticket.estimated_hours)
    yield "Actual", _hours(ticket.actual_hours)
    yield "Categories", _names(*ticket.categories)
    yield "Versions", _names(*ticket.affected_versions)
    yield "Milestones", _names(*ticket.milestones)
    yield "Parent", _key(tracker, ticket.parent) if ticket.parent else ""
    for link in ticket.links:
        yield link.kind.replace("_", " ").capitalize(), _key(tracker, link.target)
    for field in ticket.custom_fields:
        yield field.name, _value(field)
    yield "Watchers", _names(*ticket.watchers)


def _aligned(fields: Iterable[tuple[str, str]]) -> Iterator[str]:
    from rich.cells import cell_len

    shown = [(_line(name), _line(value)) for name, value in fields if value]
    width = max((cell_len(name) for name, _ in shown), default=0)
    for name, value in shown:
        yield f"{name}{' ' * (width - cell_len(name))}  {value}"


def _entry(comment: Comment) -> Iterator[str]:
    private = ", private" if comment.private else ""
    who, when = _names(comment.author) or "somebody", _moment(comment.created_at) or "some day"
    yield f"\n{who}, {when} [{comment.id}{private}]"
    if comment.body.source:
        yield _indented(comment.body.source)
    yield from map(_change, comment.changes)
    yield from map(_file, comment.attachments)


def _body(heading: str, text: Text | None) -> Iterator[str]:
    if text is not None and text.source:
        yield f"\n{heading}\n{_indented(text.source)}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.replace("\r\n", "\n").split("\n"))


def _change(change: Change) -> str:
    return f"  {_line(change.field)}: {_line(change.old or '(nothing)')} -> {_line(change.new or '(nothing)')}"


def _file(attachment: Attachment) -> str:
    size = "" if attachment.size is None else f", {attachment.size} bytes"
    return f"  [{attachment.id}] {_line(attachment.name)}{size}"


def _names(*nouns: Named | User | None) -> str:
    return ", ".join(noun.name for noun in nouns if noun is not None)


def _value(field: CustomFieldValue) -> str:
    if field.value is None:
        return ""
    return ", ".join(field.value) if isinstance(field.value, tuple) else str(field.value)


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else ""


def _hours(hours: float | None) -> str:
    return "" if hours is None else f"{hours:g} h"


def _key(tracker: Tracker, id: str) -> str:
    try:
        other = tracker.ticket(id)
    except NotFound:
        return f"{id} (not to be seen with this key)"
    return f"{other.key}  {other.title}"


def _line(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "␊")
