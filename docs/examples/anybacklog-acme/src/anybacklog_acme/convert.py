"""Acme's words <-> ours: pure, no files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from anybacklog.plugin import Comment, Project, Status, Text, Ticket

STATUSES = (
    Status(id="open", name="Open", category="open"),
    Status(id="closed", name="Closed", category="done"),
)
_STATUS = {status.id: status for status in STATUSES}


def to_project(record: dict[str, Any]) -> Project:
    """Read `acme.json`."""
    return Project(id=record["id"], key=record["name"], name=record["name"])


def to_ticket(number: str, record: dict[str, Any]) -> Ticket:
    """Read one ticket's file; its name is the ticket's number."""
    return Ticket(
        id=number,
        key=f"T-{number}",
        title=record["title"],
        description=to_text(record["text"]),
        status=_STATUS[record["state"]],
        created_at=datetime.fromisoformat(record["opened"]).astimezone(UTC),
    )


def to_comment(position: int, record: dict[str, Any]) -> Comment:
    """Read one comment; Acme never deletes one, so its position names it for good."""
    created_at = datetime.fromisoformat(record["at"]).astimezone(UTC)
    return Comment(id=str(position), body=to_text(record["text"]), created_at=created_at)


def to_text(source: str) -> Text:
    """Say that Acme's people write Markdown."""
    return Text(source, "markdown")
