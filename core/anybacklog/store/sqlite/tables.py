"""The tables of a ticket file, one per noun, in our field names. Instants are UTC text that sorts, days ISO text."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, MetaData, Table, UniqueConstraint

from anybacklog.model import (
    FIELD_TYPES,
    STATUS_CATEGORIES,
    TEXT_FORMATS,
    Category,
    CustomField,
    Milestone,
    Named,
    Priority,
    Resolution,
    Status,
    TicketType,
    Version,
)
from anybacklog.store.sqlite.columns import SoundFloat, SoundInteger, SoundText

SCHEMA = MetaData()


def _id() -> Column[int]:
    return Column("id", SoundInteger, primary_key=True, autoincrement=True)


def _text(name: str, allowed: tuple[str, ...] = ()) -> Column[str]:
    return Column(name, SoundText(allowed), nullable=False)


def _to(
    name: str, target: str, *, on_delete: str = "RESTRICT", nullable: bool = True, key: bool = False
) -> Column[int]:
    foreign = ForeignKey(f"{target}.id", ondelete=on_delete)
    return Column(name, SoundInteger, foreign, nullable=nullable and not key, primary_key=key)


def _noun_table(name: str, *columns: Column[str] | Column[int]) -> Table:
    owner = _to("project_id", "projects", nullable=False)
    return Table(
        name,
        SCHEMA,
        _id(),
        owner,
        _text("name"),
        *columns,
        UniqueConstraint("project_id", "name"),
        sqlite_autoincrement=True,
    )


def _list_table(name: str, item: str, target: str) -> Table:
    """Build the table of one of a ticket's lists; `position` is the place in the list."""
    return Table(
        name,
        SCHEMA,
        _to("ticket_id", "tickets", on_delete="CASCADE", key=True),
        Column("position", SoundInteger, primary_key=True),
        _to(item, target, nullable=False),
        Index(f"{name}_by_{item}", item, "ticket_id"),
        sqlite_with_rowid=False,
    )


META = Table("meta", SCHEMA, Column("name", SoundText, primary_key=True), _text("value"))
PROJECTS = Table(
    "projects",
    SCHEMA,
    _id(),
    Column("key", SoundText, nullable=False, unique=True),
    _text("name"),
    Column("last_number", SoundInteger, nullable=False),
    sqlite_autoincrement=True,
)
USERS = Table(
    "users",
    SCHEMA,
    _id(),
    Column("login", SoundText),
    _text("name"),
    Column("email", SoundText),
    sqlite_autoincrement=True,
)
NOUNS: dict[type[Named], Table] = {
    TicketType: _noun_table("ticket_types"),
    Status: _noun_table("statuses", _text("category", STATUS_CATEGORIES)),
    Priority: _noun_table("priorities"),
    Resolution: _noun_table("resolutions"),
    Category: _noun_table("categories"),
    Milestone: _noun_table("milestones"),
    Version: _noun_table("versions"),
    CustomField: _noun_table(
        "custom_fields", _text("type", FIELD_TYPES), Column("required", SoundInteger, nullable=False)
    ),
}
OPTIONS = Table(
    "custom_field_options",
    SCHEMA,
    _id(),
    _to("custom_field_id", "custom_fields", nullable=False),
    _text("name"),
    sqlite_autoincrement=True,
)
TICKETS = Table(
    "tickets",
    SCHEMA,
    _id(),
    _to("project_id", "projects", nullable=False),
    _text("key"),
    _text("title"),
    Column("description", SoundText),
    Column("description_format", SoundText(TEXT_FORMATS)),
    _to("type_id", "ticket_types"),
    _to("status_id", "statuses"),
    _to("priority_id", "priorities"),
    _to("resolution_id", "resolutions"),
    _to("reporter_id", "users"),
    Column("created_at", SoundText),
    Column("updated_at", SoundText),
    Column("start_date", SoundText),
    Column("due_date", SoundText),
    Column("estimated_hours", SoundFloat),
    Column("actual_hours", SoundFloat),
    _to("parent_id", "tickets", on_delete="SET NULL"),
    Column("external_id", SoundText),
    UniqueConstraint("project_id", "key"),
    Index("tickets_by_created_at", "project_id", "created_at", "id"),
    Index("tickets_by_updated_at", "project_id", "updated_at", "id"),
    Index("tickets_by_parent", "parent_id"),
    Index("tickets_by_external_id", "external_id"),
    sqlite_autoincrement=True,
)
LISTS: dict[str, Table] = {
    "assignees": _list_table("ticket_assignees", "user_id", "users"),
    "watchers": _list_table("ticket_watchers", "user_id", "users"),
    "categories": _list_table("ticket_categories", "category_id", "categories"),
    "affected_versions": _list_table("ticket_affected_versions", "version_id", "versions"),
    "milestones": _list_table("ticket_milestones", "milestone_id", "milestones"),
}
CUSTOM_VALUES = Table(
    "ticket_custom_fields",
    SCHEMA,
    _to("ticket_id", "tickets", on_delete="CASCADE", key=True),
    _to("custom_field_id", "custom_fields", key=True),
    Column("position", SoundInteger, primary_key=True),
    _text("value"),
    sqlite_with_rowid=False,
)
LINKS = Table(
    "links",
    SCHEMA,
    _id(),
    _to("ticket_id", "tickets", on_delete="CASCADE", nullable=False),
    _text("kind"),
    _to("target_id", "tickets", on_delete="CASCADE", nullable=False),
    Index("links_by_ticket", "ticket_id"),
    Index("links_by_target", "target_id"),
    sqlite_autoincrement=True,
)
COMMENTS = Table(
    "comments",
    SCHEMA,
    _id(),
    _to("ticket_id", "tickets", on_delete="CASCADE", nullable=False),
    _to("author_id", "users"),
    _text("body"),
    _text("body_format", TEXT_FORMATS),
    _text("created_at"),
    Column("updated_at", SoundText),
    Column("external_id", SoundText),
    Column("private", SoundInteger, nullable=False, server_default="0"),
    Index("comments_by_ticket", "ticket_id", "created_at", "id"),
    Index("comments_by_external_id", "external_id"),
    sqlite_autoincrement=True,
)
CHANGES = Table(
    "changes",
    SCHEMA,
    _to("comment_id", "comments", on_delete="CASCADE", key=True),
    Column("position", SoundInteger, primary_key=True),
    _text("field"),
    Column("old", SoundText),
    Column("new", SoundText),
    Column("id", SoundText),
    sqlite_with_rowid=False,
)
ATTACHMENTS = Table(
    "attachments",
    SCHEMA,
    _id(),
    _to("ticket_id", "tickets", on_delete="CASCADE", nullable=False),
    _to("comment_id", "comments", on_delete="CASCADE"),
    _text("name"),
    Column("size", SoundInteger, nullable=False),
    Column("content_type", SoundText),
    _text("sha256"),
    _to("author_id", "users"),
    _text("created_at"),
    Column("external_id", SoundText),
    Index("attachments_by_ticket", "ticket_id", "created_at", "id"),
    Index("attachments_by_comment", "comment_id"),
    Index("attachments_by_external_id", "external_id"),
    sqlite_autoincrement=True,
)
CHUNKS = Table(
    "attachment_chunks",
    SCHEMA,
    _to("attachment_id", "attachments", on_delete="CASCADE", key=True),
    Column("position", SoundInteger, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)
