"""What is written across the boundary: fields, comments and files to be, all in ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, Literal, TypeAlias, TypedDict

from anybacklog.model import (
    Category,
    Change,
    CustomField,
    FieldValue,
    Milestone,
    Priority,
    Resolution,
    Status,
    Text,
    TicketType,
    User,
    Version,
)

Metadata: TypeAlias = User | TicketType | Status | Priority | Resolution | Category | Milestone | Version | CustomField


class TicketFields(TypedDict, total=False):
    """The fields of a ticket to write: absent leaves, `None` or empty clears, a list replaces the list. Words are ids.

    `custom_fields` maps a field's id to a value, a choice being an option's id (an unknown word: free text). A create
    has at least `title`. The last five are given only to a backend whose `native` says yes to them.
    """

    title: str
    description: Text | None
    type: str | None
    status: str | None
    priority: str | None
    resolution: str | None
    assignees: Sequence[str]
    parent: str | None
    start_date: date | None
    due_date: date | None
    estimated_hours: float | None
    actual_hours: float | None
    categories: Sequence[str]
    affected_versions: Sequence[str]
    milestones: Sequence[str]
    custom_fields: Mapping[str, FieldValue]
    watchers: Sequence[str]
    key: str | None
    reporter: str | None
    created_at: datetime | None
    updated_at: datetime | None
    external_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentDraft:
    """A file to be: `stream` is read from where it stands to its end and never closed by the backend.

    `author` is a user id; it, `created_at` and `external_id` are given only where `native` says yes.
    """

    name: str
    stream: BinaryIO
    content_type: str | None = None
    author: str | None = None
    created_at: datetime | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentDraft:
    """A journal entry to be.

    `author` is a user id; what follows `attachments` is given only where `native` says yes.
    """

    body: Text
    attachments: tuple[AttachmentDraft, ...] = ()
    author: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    changes: tuple[Change, ...] = ()
    private: bool = False
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A thing that carries an external id: what kind, its own id, and the id of the ticket it hangs on (or is)."""

    kind: Literal["ticket", "comment", "attachment"]
    id: str
    ticket_id: str
    external_id: str
