"""What a space holds: plain mutable records that refer to one another by id. JSON is made of them in `shapes`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

UNSET_ORDER = 2147483646
NEW_ORDER = -1


@dataclass(kw_only=True)
class User:
    """Somebody of the space; `keys` open the API, roles are 1 administrator to 6 guest viewer, `left` the space."""

    id: int
    user_id: str | None
    name: str
    role_type: int = 2
    lang: str | None = None
    mail_address: str | None = None
    nulab_account: dict[str, str] | None = None
    keys: list[str] = field(default_factory=list)
    left: bool = False


@dataclass(kw_only=True)
class Team:
    """A group of users, older name: group."""

    id: int
    name: str
    members: list[int] = field(default_factory=list)
    display_order: int = UNSET_ORDER
    created_user_id: int
    created: datetime
    updated_user_id: int
    updated: datetime


@dataclass(kw_only=True)
class IssueType:
    """A kind of issue."""

    id: int
    name: str
    color: str
    display_order: int = NEW_ORDER
    template_summary: str | None = None
    template_description: str | None = None


@dataclass(kw_only=True)
class Category:
    """A category, `component` in histories."""

    id: int
    name: str
    display_order: int = NEW_ORDER


@dataclass(kw_only=True)
class Version:
    """A version, which an issue may be affected by and have as its milestone."""

    id: int
    name: str
    description: str | None = None
    start_date: date | None = None
    release_due_date: date | None = None
    archived: bool = False
    display_order: int = NEW_ORDER


@dataclass(kw_only=True)
class Status:
    """A status; 1 to 4 are in every project."""

    id: int
    name: str
    color: str
    display_order: int


@dataclass(kw_only=True)
class Item:
    """One of the values a list field can have; ids count from 1 within the field and are never used again."""

    id: int
    name: str
    display_order: int


@dataclass(kw_only=True)
class CustomField:
    """A field of a project's own; types are 1 text, 2 sentence, 3 number, 4 date, 5 to 8 lists."""

    id: int
    type_id: int
    name: str
    description: str = ""
    required: bool = False
    issue_types: list[int] = field(default_factory=list)
    display_order: int = UNSET_ORDER
    minimum: str | None = None
    maximum: str | None = None
    initial: str | None = None
    initial_kind: int | None = None
    initial_shift: int | None = None
    unit: str | None = None
    items: list[Item] = field(default_factory=list)
    last_item: int = 0
    allow_input: bool = False
    allow_add_item: bool = False


@dataclass(kw_only=True)
class CustomValue:
    """What an issue has in a field: a text, number or day as text, or the ids of items, and what was typed beside."""

    field_id: int
    text: str | None = None
    items: list[int] = field(default_factory=list)
    other: str | None = None


@dataclass(kw_only=True)
class Webhook:
    """Where a project's events are sent."""

    id: int
    name: str
    description: str = ""
    hook_url: str
    all_event: bool = False
    activity_types: list[int] = field(default_factory=list)
    created_user_id: int
    created: datetime
    updated_user_id: int
    updated: datetime


@dataclass(kw_only=True)
class SharedFile:
    """A file or directory of a project; the API only reads and links them."""

    id: int
    project_id: int
    type: str = "file"
    dir: str = "/"
    name: str
    content: bytes = b""
    size: int | None = None
    created_user_id: int
    created: datetime
    updated_user_id: int | None = None
    updated: datetime


@dataclass(kw_only=True)
class Project:
    """A project and its words; `members` and `administrators` are user ids, `last_number` the last issue's number."""

    id: int
    key: str
    name: str
    settings: dict[str, bool] = field(default_factory=dict)
    text_formatting_rule: str = "markdown"
    archived: bool = False
    display_order: int = UNSET_ORDER
    members: list[int] = field(default_factory=list)
    administrators: list[int] = field(default_factory=list)
    teams: list[int] = field(default_factory=list)
    issue_types: list[IssueType] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    custom_fields: list[CustomField] = field(default_factory=list)
    webhooks: list[Webhook] = field(default_factory=list)
    last_number: int = 0


@dataclass(kw_only=True)
class Attachment:
    """A file at an issue, comment or wiki page, or one uploaded and not yet linked to any; there `user_id` is set."""

    id: int
    name: str
    content: bytes = b""
    size: int
    created_user_id: int
    created: datetime


@dataclass(kw_only=True)
class ChangeLog:
    """One change in a comment's history, in words."""

    field: str
    new: str | None = None
    old: str | None = None
    attachment: dict[str, int | str] | None = None
    attribute: dict[str, int | str] | None = None
    notification: dict[str, str] | None = None


@dataclass(kw_only=True)
class Comment:
    """A comment, or a change of fields, or both."""

    id: int
    content: str
    changes: list[ChangeLog] = field(default_factory=list)
    created_user_id: int
    created: datetime
    updated: datetime


@dataclass(kw_only=True)
class Issue:
    """A ticket, with its comments oldest first."""

    id: int
    project_id: int
    number: int
    issue_type_id: int
    summary: str
    description: str = ""
    resolution_id: int | None = None
    priority_id: int = 3
    status_id: int = 1
    assignee_id: int | None = None
    category_ids: list[int] = field(default_factory=list)
    version_ids: list[int] = field(default_factory=list)
    milestone_ids: list[int] = field(default_factory=list)
    start_date: date | None = None
    due_date: date | None = None
    estimated_hours: Decimal | None = None
    actual_hours: Decimal | None = None
    parent_id: int | None = None
    created_user_id: int
    created: datetime
    updated_user_id: int | None
    updated: datetime
    custom_values: list[CustomValue] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    shared_files: list[int] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    related: list[int] = field(default_factory=list)


@dataclass(kw_only=True)
class PageVersion:
    """What a wiki page was at one time."""

    version: int
    name: str
    content: str
    created_user_id: int
    created: datetime


@dataclass(kw_only=True)
class WikiPage:
    """A page; `name` stands without the `[tags]` it was written with."""

    id: int
    project_id: int
    name: str
    tags: list[str] = field(default_factory=list)
    content: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    shared_files: list[int] = field(default_factory=list)
    versions: list[PageVersion] = field(default_factory=list)
    created_user_id: int
    created: datetime
    updated_user_id: int
    updated: datetime
