"""The nouns every backlog shares: immutable values, in words of our own.

Every `id` is a `str`, whatever the vendor uses. Instants are aware UTC `datetime`s, calendar days are `date`s and are
never shifted. What a backend does not say is `None`; what it says is empty is an empty text or tuple.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

TextFormat: TypeAlias = Literal["markdown", "backlog", "html", "textile", "plain"]
StatusCategory: TypeAlias = Literal["open", "in_progress", "done"]
FieldType: TypeAlias = Literal["text", "number", "date", "choice", "choices"]
FieldValue: TypeAlias = "str | int | float | date | tuple[str, ...] | None"
Raw: TypeAlias = "Mapping[str, Any] | None"

TEXT_FORMATS: tuple[TextFormat, ...] = ("markdown", "backlog", "html", "textile", "plain")
STATUS_CATEGORIES: tuple[StatusCategory, ...] = ("open", "in_progress", "done")
FIELD_TYPES: tuple[FieldType, ...] = ("text", "number", "date", "choice", "choices")
LINK_INVERSES: Mapping[str, str] = {
    "relates": "relates",
    "blocks": "blocked_by",
    "blocked_by": "blocks",
    "duplicates": "duplicated_by",
    "duplicated_by": "duplicates",
    "precedes": "follows",
    "follows": "precedes",
}


class TicketId(str):
    """A ticket's id where a `str` could also be a key: it is never tried as one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A text as its backend holds it, to the last code point, and the markup it is written in.

    The one noun that may be written without keywords: `Text("# Title", "markdown")`.
    """

    source: str
    format: TextFormat = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person as the backend knows them; `login` and `email` may be hidden from the key in use."""

    id: str
    login: str | None = None
    name: str
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something a project defines and a ticket refers to."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Named):
    """One of a project's own words; `raw` is what the vendor says of it beside, where the project was asked for it."""

    raw: Raw = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketType(Word):
    """A kind of ticket: bug, task, request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority(Named):
    """How urgent a ticket is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution(Named):
    """How a ticket ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category(Word):
    """A part of the product a ticket belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone(Word):
    """A point the ticket is planned for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(Word):
    """A release the ticket was found in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Word):
    """A step of the workflow, and which of our three categories it counts as."""

    category: StatusCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Project(Named):
    """What a URL names: a Nulab project, a PublicBacklog backlog, a project in a SQLite file."""

    key: str
    url: str | None = None
    raw: Raw = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField(Named):
    """The definition of a custom field; `options` are the choices in display order, `raw` the vendor's own words."""

    type: FieldType
    options: tuple[Named, ...] = ()
    required: bool = False
    raw: Raw = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomFieldValue(Named):
    """One custom field of one ticket. A choice is the option's name, several are a tuple of names."""

    type: FieldType
    value: FieldValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A tie to another ticket of the project, seen from one side; both sides show one `id`. `target` is a ticket id."""

    id: str
    kind: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file at a ticket, without its bytes. `size` in bytes, `sha256` in lower-case hex where the backend knows it.

    `ticket` is the id of the ticket it was read from; the Tracker fills it in, and it is no part of the JSON.
    """

    id: str
    name: str
    size: int | None = None
    content_type: str | None = None
    sha256: str | None = None
    author: User | None = None
    created_at: datetime | None = None
    ticket: str | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field's old and new value, as the backend displayed them then; `id` names the thing where it has one."""

    field: str
    old: str | None = None
    new: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One entry of a ticket's journal. An entry of changes only has an empty body."""

    id: str
    author: User | None = None
    body: Text
    created_at: datetime | None = None
    updated_at: datetime | None = None
    changes: tuple[Change, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    private: bool = False
    raw: Raw = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One unit of work. `parent` is the id of another ticket of the project; hours are decimal hours."""

    id: str
    key: str
    url: str | None = None
    title: str
    description: Text | None = None
    type: TicketType | None = None
    status: Status | None = None
    priority: Priority | None = None
    resolution: Resolution | None = None
    reporter: User | None = None
    assignees: tuple[User, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    start_date: date | None = None
    due_date: date | None = None
    estimated_hours: float | None = None
    actual_hours: float | None = None
    categories: tuple[Category, ...] = ()
    affected_versions: tuple[Version, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    parent: str | None = None
    links: tuple[Link, ...] = ()
    custom_fields: tuple[CustomFieldValue, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    watchers: tuple[User, ...] = ()
    raw: Raw = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something that happened in a project; `kind` is the vendor's word or number, an open set."""

    id: str
    kind: str
    author: User | None = None
    created_at: datetime | None = None
    ticket: str | None = None
    raw: Raw = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDraft:
    """A ticket to be. A word is a name or an id; a noun is taken by its id.

    The last line needs a backend that lets one.
    """

    title: str
    description: str | Text | None = None
    type: str | TicketType | None = None
    status: str | Status | None = None
    priority: str | Priority | None = None
    resolution: str | Resolution | None = None
    assignees: Sequence[str | User] = ()
    parent: str | int | Ticket | None = None
    start_date: date | None = None
    due_date: date | None = None
    estimated_hours: float | None = None
    actual_hours: float | None = None
    categories: Sequence[str | Category] = ()
    affected_versions: Sequence[str | Version] = ()
    milestones: Sequence[str | Milestone] = ()
    custom_fields: Mapping[str, FieldValue] = field(default_factory=dict)
    watchers: Sequence[str | User] = ()
    key: str | None = None
    reporter: str | User | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    external_id: str | None = None
