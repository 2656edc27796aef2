"""A project's words with all that Nulab keeps of them, and what of each can be said when it is made or changed.

`...Parts` beside the name make one, `...Changes` change one: what is not named stays, None or nothing clears.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypedDict

from anybacklog_nulab.extras import Id, Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueType:
    """A type of issue. The templates fill in a new issue of it, in the browser only."""

    id: Id
    project_id: Id | None = None
    name: str
    color: str | None = None
    display_order: int | None = None
    template_summary: str | None = None
    template_description: str | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


class IssueTypeParts(TypedDict, total=False):
    """`color` is one of ten that add-issue-type lists, such as #7ea800."""

    color: str
    template_summary: str | None
    template_description: str | None


class IssueTypeChanges(IssueTypeParts, total=False):
    """And another name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status. 1 to 4 are Nulab's own: open, in progress, resolved, closed; others are the project's."""

    id: Id
    project_id: Id | None = None
    name: str
    color: str | None = None
    display_order: int | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


class StatusChanges(TypedDict, total=False):
    """`color` is one of ten that add-status lists, such as #3b9dbd."""

    name: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category; a change log calls it component."""

    id: Id
    project_id: Id | None = None
    name: str
    display_order: int | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version, which is the milestone of that name too. Days are calendar days."""

    id: Id
    project_id: Id | None = None
    name: str
    description: str | None = None
    start_date: date | None = None
    release_due_date: date | None = None
    archived: bool | None = None
    display_order: int | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


class VersionParts(TypedDict, total=False):
    """What a new version may have."""

    description: str | None
    start_date: date | None
    release_due_date: date | None


class VersionChanges(VersionParts, total=False):
    """And what only an old one can."""

    name: str
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A choice of a custom field; `id` counts from 1 in each field, and none is used twice."""

    id: Id
    name: str
    display_order: int | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """The definition of a custom field.

    `type_id`: 1 text, 2 sentence, 3 number, 4 date, 5 single list, 6 multiple list, 7 checkbox, 8 radio; others may
    come. `applicable_issue_types`: none are all. Limits and first values of numbers and dates are in `raw`.
    """

    id: Id
    project_id: Id | None = None
    type_id: int
    name: str
    description: str | None = None
    required: bool | None = None
    use_issue_type: bool | None = None
    applicable_issue_types: tuple[Id, ...] = ()
    display_order: int | None = None
    items: tuple[Item, ...] = ()
    allow_input: bool | None = None
    allow_add_item: bool | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


class CustomFieldSettings(TypedDict, total=False):
    """Which of them a field takes depends on its type (add-custom-field).

    `min`, `max`: a number's or a date's. `initial_value`, `unit`: a number's. `initial_value_type`: a date's; 1 today,
    2 today and `initial_shift` days, 3 `initial_date`. `allow_input`: a checkbox's or radio's text of one's own.
    """

    description: str | None
    required: bool
    applicable_issue_types: Sequence[str]
    min: float | date | None
    max: float | date | None
    initial_value: float | None
    unit: str | None
    initial_value_type: int
    initial_date: date | None
    initial_shift: int | None
    allow_input: bool
    allow_add_item: bool


class CustomFieldParts(CustomFieldSettings, total=False):
    """And the names of a list's choices."""

    items: Sequence[str]


class CustomFieldChanges(CustomFieldSettings, total=False):
    """And another name; choices are changed one by one."""

    name: str
