"""The JSON of Nulab's API, as far as we read it. What a service of 2015 or of tomorrow leaves out is None.

Vendor pages: https://developer.nulab.com/docs/backlog/api/2/get-issue-list/ and its neighbours; null as observed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from anybacklog.plugin import (
    Category,
    Milestone,
    Named,
    Priority,
    Resolution,
    TicketType,
    Version,
    WireSchema,
)  # fmt: skip
from anybacklog_nulab.nouns import to_status, to_user, to_word

MIDNIGHT = "T00:00:00Z"  # as every day arrives today (observed)
_DAY = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?:[T ].*)?")
OPTIONAL: dict[str, Any] = {"load_default": None, "allow_none": True}


class Day(fields.Field[date]):
    """A calendar day. Midnight UTC stands for the day itself (observed), so no zone is ever applied."""

    def quick(self, value: Any) -> date:
        """Read a day; ValueError for anything else."""
        return to_day(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> date:  # noqa: ARG002  # theirs
        try:
            return self.quick(value)
        except ValueError:
            raise ValidationError("Not a day") from None


def to_day(value: Any) -> date:
    """Read a day, zeros left out or not, and let go of the time after it; ValueError for anything else."""
    try:
        if isinstance(value, str) and value[10:] == MIDNIGHT and value[4:8:3] == "--":
            return date.fromisoformat(value[:10])
        if isinstance(value, str) and (found := _DAY.fullmatch(value)):
            year, month, day = map(int, found.groups())
            return date(year, month, day)
    except ValueError:  # such as February 30th, told below
        pass
    raise ValueError("holds something that is no day")


class NamedSchema(WireSchema):
    """Whatever has an id and a name: types, statuses, priorities, resolutions, categories, versions, list items."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


def _word(noun: type[Named]) -> NamedSchema:
    kind: type[NamedSchema] = type(f"{noun.__name__}Schema", (NamedSchema,), {"make": staticmethod(to_word(noun))})
    return kind()


WORDS: Mapping[type[Any], NamedSchema] = {
    noun: _word(noun) for noun in (TicketType, Priority, Resolution, Category, Version, Milestone)
}
"""Words that are an id and a name, each read as its noun."""


class StatusSchema(NamedSchema):
    """A status, read as one."""

    make = staticmethod(to_status)


class UserSchema(WireSchema):
    """A person, read as one. `userId`, `mailAddress` and more are null or absent for some (observed)."""

    make = staticmethod(to_user)

    id = fields.Integer(required=True)
    user_id = fields.String(**OPTIONAL)
    name = fields.String(**OPTIONAL)
    mail_address = fields.String(**OPTIONAL)


class ProjectSchema(WireSchema):
    """`GET /projects/{p}`."""

    id = fields.Integer(required=True)
    project_key = fields.String(required=True)
    name = fields.String(required=True)
    text_formatting_rule = fields.String(**OPTIONAL)
    subtasking_enabled = fields.Boolean(**OPTIONAL)
    grandchild_issue_enabled = fields.Boolean(**OPTIONAL)


class AttachmentSchema(WireSchema):
    """A file at an issue; the vendor's example leaves out who and when."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    size = fields.Integer(**OPTIONAL)
    created_user = fields.Nested(UserSchema, **OPTIONAL)
    created = fields.AwareDateTime(**OPTIONAL)


class FieldItemSchema(NamedSchema):
    """A choice of a custom field."""

    display_order = fields.Integer(**OPTIONAL)


class FieldSchema(WireSchema):
    """`GET /projects/{p}/customFields`: a definition."""

    id = fields.Integer(required=True)
    type_id = fields.Integer(required=True)
    name = fields.String(required=True)
    required = fields.Boolean(**OPTIONAL)
    items = fields.List(fields.Nested(FieldItemSchema), **OPTIONAL)


class FieldValueSchema(WireSchema):
    """A custom field in an issue: here the type is called `fieldTypeId`; what `value` is depends on it."""

    id = fields.Integer(required=True)
    field_type_id = fields.Integer(**OPTIONAL)
    name = fields.String(required=True)
    value = fields.Raw(**OPTIONAL)
    other_value = fields.String(**OPTIONAL)


class IssueSchema(WireSchema):
    """One element of `GET /issues`, and `GET /issues/{i}`: the same shape. `milestone` is a list."""

    id = fields.Integer(required=True)
    project_id = fields.Integer(required=True)
    issue_key = fields.String(required=True)
    summary = fields.String(required=True)
    description = fields.String(**OPTIONAL)
    issue_type = fields.Nested(WORDS[TicketType], **OPTIONAL)
    status = fields.Nested(StatusSchema, **OPTIONAL)
    priority = fields.Nested(WORDS[Priority], **OPTIONAL)
    resolution = fields.Nested(WORDS[Resolution], **OPTIONAL)
    assignee = fields.Nested(UserSchema, **OPTIONAL)
    category = fields.List(fields.Nested(WORDS[Category]), **OPTIONAL)
    versions = fields.List(fields.Nested(WORDS[Version]), **OPTIONAL)
    milestone = fields.List(fields.Nested(WORDS[Milestone]), **OPTIONAL)
    start_date = Day(**OPTIONAL)
    due_date = Day(**OPTIONAL)
    estimated_hours = fields.Float(**OPTIONAL)
    actual_hours = fields.Float(**OPTIONAL)
    parent_issue_id = fields.Integer(**OPTIONAL)
    created_user = fields.Nested(UserSchema, **OPTIONAL)
    created = fields.AwareDateTime(**OPTIONAL)
    updated = fields.AwareDateTime(**OPTIONAL)
    custom_fields = fields.List(fields.Nested(FieldValueSchema), **OPTIONAL)
    attachments = fields.List(fields.Nested(AttachmentSchema), **OPTIONAL)


class AttachmentRefSchema(WireSchema):
    """The file a change speaks of."""

    id = fields.Integer(required=True)
    name = fields.String(**OPTIONAL)


class FieldRefSchema(WireSchema):
    """The custom field a change speaks of."""

    id = fields.Integer(required=True)


class NotificationSchema(WireSchema):
    """What was announced, such as `issue.create`."""

    type = fields.String(**OPTIONAL)


class ChangeSchema(WireSchema):
    """One element of a comment's `changeLog`."""

    field = fields.String(required=True)
    new_value = fields.String(**OPTIONAL)
    original_value = fields.String(**OPTIONAL)
    attachment_info = fields.Nested(AttachmentRefSchema, **OPTIONAL)
    attribute_info = fields.Nested(FieldRefSchema, **OPTIONAL)
    notification_info = fields.Nested(NotificationSchema, **OPTIONAL)


class CommentSchema(WireSchema):
    """One element of `GET /issues/{i}/comments`. `content` is "" or null where only fields changed."""

    id = fields.Integer(required=True)
    content = fields.String(**OPTIONAL)
    change_log = fields.List(fields.Nested(ChangeSchema), **OPTIONAL)
    created_user = fields.Nested(UserSchema, **OPTIONAL)
    created = fields.AwareDateTime(**OPTIONAL)
    updated = fields.AwareDateTime(**OPTIONAL)


NAMED = NamedSchema()
STATUS = StatusSchema()
USER = UserSchema()
PROJECT = ProjectSchema()
ATTACHMENT = AttachmentSchema()
FIELD = FieldSchema()
ISSUE = IssueSchema()
COMMENT = CommentSchema()
