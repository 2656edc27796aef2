"""The shape of every noun in JSON, declared once: reading, writing and the published JSON Schema follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from anybacklog.forms.fields import (
    CustomValue,
    Day,
    Flag,
    Instant,
    Number,
    Str,
    VendorWords,
    Whole,
    Word,
)
from anybacklog.forms.form import Form, Many, One
from anybacklog.model import (
    FIELD_TYPES,
    STATUS_CATEGORIES,
    TEXT_FORMATS,
    Activity,
    Attachment,
    Category,
    Change,
    Comment,
    CustomField,
    CustomFieldValue,
    Link,
    Milestone,
    Named,
    Priority,
    Project,
    Resolution,
    Status,
    Text,
    Ticket,
    TicketType,
    User,
    Version,
)


class TextForm(Form):
    """A text and its markup."""

    source = Str(required=True)
    format = Word(TEXT_FORMATS, required=True)


class UserForm(Form):
    """A person."""

    id = Str(required=True)
    login = Str(allow_none=True)
    name = Str(required=True)
    email = Str(allow_none=True)


class NamedForm(Form):
    """What has an id and a name and nothing else."""

    id = Str(required=True)
    name = Str(required=True)


class WordForm(NamedForm):
    """One of a project's own words."""

    raw = VendorWords(allow_none=True)


class StatusForm(WordForm):
    """A status and the category it counts as."""

    category = Word(STATUS_CATEGORIES, required=True)


class ProjectForm(NamedForm):
    """What a URL names."""

    key = Str(required=True)
    url = Str(allow_none=True)
    raw = VendorWords(allow_none=True)


class CustomFieldForm(NamedForm):
    """The definition of a custom field."""

    type = Word(FIELD_TYPES, required=True)
    options = Many(NamedForm, Named)
    required = Flag()
    raw = VendorWords(allow_none=True)


class CustomFieldValueForm(NamedForm):
    """One custom field of one ticket; `type` tells how to read `value`."""

    type = Word(FIELD_TYPES, required=True)
    value = CustomValue(required=True, allow_none=True)


class LinkForm(Form):
    """A tie to another ticket."""

    id = Str(required=True)
    kind = Str(required=True)
    target = Str(required=True)


class AttachmentForm(Form):
    """A file, without its bytes."""

    id = Str(required=True)
    name = Str(required=True)
    size = Whole(allow_none=True)
    content_type = Str(allow_none=True)
    sha256 = Str(allow_none=True)
    author = One(UserForm, User, allow_none=True)
    created_at = Instant(allow_none=True)


class ChangeForm(Form):
    """One field's old and new value."""

    field = Str(required=True)
    old = Str(allow_none=True)
    new = Str(allow_none=True)
    id = Str(allow_none=True)


class CommentForm(Form):
    """One entry of a ticket's journal."""

    id = Str(required=True)
    author = One(UserForm, User, allow_none=True)
    body = One(TextForm, Text, required=True)
    created_at = Instant(allow_none=True)
    updated_at = Instant(allow_none=True)
    changes = Many(ChangeForm, Change)
    attachments = Many(AttachmentForm, Attachment)
    private = Flag()
    raw = VendorWords(allow_none=True)


class TicketForm(Form):
    """One unit of work, with the contract's names in the contract's order."""

    id = Str(required=True)
    key = Str(required=True)
    url = Str(allow_none=True)
    title = Str(required=True)
    description = One(TextForm, Text, allow_none=True)
    type = One(NamedForm, TicketType, allow_none=True)
    status = One(StatusForm, Status, allow_none=True)
    priority = One(NamedForm, Priority, allow_none=True)
    resolution = One(NamedForm, Resolution, allow_none=True)
    reporter = One(UserForm, User, allow_none=True)
    assignees = Many(UserForm, User)
    created_at = Instant(allow_none=True)
    updated_at = Instant(allow_none=True)
    start_date = Day(allow_none=True)
    due_date = Day(allow_none=True)
    estimated_hours = Number(allow_none=True)
    actual_hours = Number(allow_none=True)
    categories = Many(NamedForm, Category)
    affected_versions = Many(NamedForm, Version)
    milestones = Many(NamedForm, Milestone)
    parent = Str(allow_none=True)
    links = Many(LinkForm, Link)
    custom_fields = Many(CustomFieldValueForm, CustomFieldValue)
    attachments = Many(AttachmentForm, Attachment)
    watchers = Many(UserForm, User)
    raw = VendorWords(allow_none=True)


class ActivityForm(Form):
    """Something that happened in a project."""

    id = Str(required=True)
    kind = Str(required=True)
    author = One(UserForm, User, allow_none=True)
    created_at = Instant(allow_none=True)
    ticket = Str(allow_none=True)
    raw = VendorWords(allow_none=True)


FORMS: Mapping[str, tuple[type, type[Form]]] = {
    "ticket": (Ticket, TicketForm), "comment": (Comment, CommentForm), "attachment": (Attachment, AttachmentForm),
    "user": (User, UserForm), "status": (Status, StatusForm), "ticket_type": (TicketType, WordForm),
    "priority": (Priority, NamedForm), "resolution": (Resolution, NamedForm), "category": (Category, WordForm),
    "milestone": (Milestone, WordForm), "version": (Version, WordForm), "named": (Named, NamedForm),
    "project": (Project, ProjectForm), "custom_field": (CustomField, CustomFieldForm),
    "custom_field_value": (CustomFieldValue, CustomFieldValueForm), "link": (Link, LinkForm),
    "change": (Change, ChangeForm), "text": (Text, TextForm), "activity": (Activity, ActivityForm),
}  # fmt: skip
"""The kinds: what a document calls a noun, the noun, and its form."""


def form_of(noun: type) -> Form:
    """Give the one shared form of a noun."""
    return _forms()[noun]


def kind_of(noun: type) -> str:
    """Give the word a document uses for a noun."""
    return _kinds()[noun]


@cache
def _forms() -> Mapping[type, Form]:
    return {noun: form(noun) for noun, form in FORMS.values()}


@cache
def _kinds() -> Mapping[type, str]:
    return {noun: kind for kind, (noun, _) in FORMS.items()}
