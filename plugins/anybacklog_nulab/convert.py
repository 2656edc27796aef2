"""Nulab's words <-> ours, pure: no request is made here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

from anybacklog.plugin import (
    Attachment,
    Change,
    Comment,
    Project,
    ProtocolError,
    Text,
    TextFormat,
    Ticket,
    TicketQuery,
    maker,
)  # fmt: skip
from anybacklog_nulab.custom_fields import to_field_value

Loaded = Mapping[str, Any]

make_ticket, make_attachment = maker(Ticket), maker(Attachment)

CHANGED: Mapping[str, str] = {
    "summary": "title", "issueType": "type", "assigner": "assignees", "component": "categories",
    "version": "affected_versions", "milestone": "milestones", "startDate": "start_date", "limitDate": "due_date",
    "estimatedHours": "estimated_hours", "actualHours": "actual_hours", "parentIssue": "parent",
    "attachment": "attachments",
}  # fmt: skip
"""Nulab's names in a change log -> the names of a ticket's fields; others are the same word, or stay as they are."""
FILTERED: Mapping[str, str] = {
    "status": "statusId[]", "category": "categoryId[]", "type": "issueTypeId[]", "priority": "priorityId[]",
    "assignee": "assigneeId[]", "reporter": "createdUserId[]", "milestone": "milestoneId[]",
    "parent": "parentIssueId[]",
}  # fmt: skip
BOUNDS: Mapping[str, tuple[str, int]] = {
    "created_since": ("createdSince", -1), "created_until": ("createdUntil", 1),
    "updated_since": ("updatedSince", -1), "updated_until": ("updatedUntil", 1),
}  # fmt: skip
"""Filters by day, in a zone nobody documents: widened by a day, so that they give too much and never too little."""


class naming:  # noqa: N801  # it reads as a verb
    """Say in a ProtocolError which thing it is about: `with naming("issue PROJ-1"): ...`."""

    __slots__ = ("_thing",)

    def __init__(self, thing: str) -> None:
        self._thing = thing

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ProtocolError):
            error.args = (f"{self._thing}: {error}",)


def to_project(loaded: Loaded, raw: Loaded, web: str) -> Project:
    """Make a project; `web` is the address of the space."""
    key = loaded["project_key"]
    return Project(id=str(loaded["id"]), key=key, name=loaded["name"], url=f"{web}/projects/{key}", raw=raw)


def to_format(rule: str | None) -> TextFormat:
    """Read a project's `textFormattingRule`; a project that has none is older than markdown."""
    return "markdown" if rule == "markdown" else "backlog"


def to_attachment(loaded: Loaded, ticket_id: str | None = None) -> Attachment:
    """Make an attachment, of a ticket if it is told which."""
    return make_attachment(
        id=str(loaded["id"]),
        name=loaded["name"],
        size=loaded["size"],
        author=loaded["created_user"],
        created_at=loaded["created"],
        ticket=ticket_id,
    )


def to_attachments(loaded: Iterable[Loaded] | None, ticket_id: str | None = None) -> tuple[Attachment, ...]:
    """Make attachments, oldest first: ids grow."""
    return tuple([to_attachment(each, ticket_id) for each in sorted(loaded, key=itemgetter("id"))]) if loaded else ()


def to_ticket(loaded: Loaded, raw: Loaded, text_format: TextFormat, web: str) -> Ticket:
    """Make a ticket of an issue; `raw` is the JSON as it was received."""
    description = loaded["description"]
    assignee = loaded["assignee"]
    parent = loaded["parent_issue_id"]
    return make_ticket(
        id=str(loaded["id"]),
        key=loaded["issue_key"],
        url=f"{web}/view/{loaded['issue_key']}",
        title=loaded["summary"],
        description=None if description is None else Text(description, text_format),
        type=loaded["issue_type"],
        status=loaded["status"],
        priority=loaded["priority"],
        resolution=loaded["resolution"],
        reporter=loaded["created_user"],
        assignees=() if assignee is None else (assignee,),
        created_at=loaded["created"],
        updated_at=loaded["updated"],
        start_date=loaded["start_date"],
        due_date=loaded["due_date"],
        estimated_hours=loaded["estimated_hours"],
        actual_hours=loaded["actual_hours"],
        categories=tuple(loaded["category"] or ()),
        affected_versions=tuple(loaded["versions"] or ()),
        milestones=tuple(loaded["milestone"] or ()),
        parent=None if parent is None else str(parent),
        custom_fields=tuple(map(to_field_value, loaded["custom_fields"] or ())),
        attachments=to_attachments(loaded["attachments"], str(loaded["id"])),
        raw=raw,
    )


def to_comment(loaded: Loaded, raw: Loaded, text_format: TextFormat, files: Mapping[str, Attachment]) -> Comment:
    """Make a journal entry; `files` are the ticket's attachments by id, so that a deleted file stays a change only."""
    return Comment(
        id=str(loaded["id"]),
        author=loaded["created_user"],
        body=Text(loaded["content"] or "", text_format),
        created_at=loaded["created"],
        updated_at=loaded["updated"],
        changes=tuple(to_change(each) for each in loaded["change_log"] or ()),
        attachments=tuple(files[each] for each in added_files(loaded) if each in files),
        raw=raw,
    )


def to_change(loaded: Loaded) -> Change:
    """Make a change; a custom field keeps its own name, and an announcement tells its type as the new value."""
    ours = loaded["field"] if loaded["attribute_info"] else CHANGED.get(loaded["field"], loaded["field"])
    named = loaded["attachment_info"] or loaded["attribute_info"]
    announced = (loaded["notification_info"] or {}).get("type")
    return Change(
        field=ours,
        old=loaded["original_value"],
        new=loaded["new_value"] if loaded["new_value"] is not None else announced,
        id=str(named["id"]) if named else None,
    )


def added_files(loaded: Loaded) -> list[str]:
    """Name the files that a comment added, by their ids in the ticket."""
    return [
        str(change["attachment_info"]["id"])
        for change in loaded["change_log"] or ()
        if change["field"] == "attachment" and change["attachment_info"] and change["new_value"]
    ]


def to_filters(query: TicketQuery, project_id: str) -> dict[str, Any] | None:
    """Spell a query as parameters that give all it asks for and perhaps more; None when nothing can match."""
    params: dict[str, Any] = {"projectId[]": project_id}
    for name, parameter in FILTERED.items():
        words = getattr(query, name)
        if words is None:
            continue
        ids = sorted(word for word in words if word.isascii() and word.isdigit())
        if not ids:
            return None
        params[parameter] = ids
    for name, (parameter, days) in BOUNDS.items():
        bound = getattr(query, name)
        if bound is not None:
            params[parameter] = _day_beside(bound, days).isoformat()
    return params


def _day_beside(bound: datetime, days: int) -> date:
    day = bound.date()
    return day if day in (date.min, date.max) else day + timedelta(days=days)
