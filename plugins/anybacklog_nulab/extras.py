"""What Nulab has around tickets, as frozen values in the vendor's own words; `raw` is the whole answer.

Ids are `str`, instants aware UTC. None: this service did not say, or there is nothing. A field is read from the key of
its name in camelCase, as `extra_schemas` knows its type; what has no default must be there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from anybacklog.plugin import Attachment, User
from anybacklog_nulab.kinds import ABOUT_AN_ISSUE, EventType, Reason

Raw: TypeAlias = Mapping[str, Any]
Id: TypeAlias = str
"""A number there, a text here."""
Tag: TypeAlias = str
"""An object with a name there, its name here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The space. `timezone`, such as Asia/Tokyo, is the only word of a zone in the whole API."""

    space_key: str
    name: str | None = None
    owner_id: Id | None = None
    lang: str | None = None
    timezone: str | None = None
    report_send_time: str | None = None
    text_formatting_rule: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """What the space's plan allows. Limits are counts, those of files and storage bytes; 0 means without limit.

    `attribute`: custom fields. `component`: categories. `attachment_num_limit`: files at one issue.
    """

    active: bool | None = None
    attachment_limit: int | None = None
    attachment_limit_per_file: int | None = None
    attachment_num_limit: int | None = None
    attribute: bool | None = None
    attribute_limit: int | None = None
    burndown: bool | None = None
    comment_limit: int | None = None
    component_limit: int | None = None
    file_sharing: bool | None = None
    gantt: bool | None = None
    git: bool | None = None
    grandchild_issue_enabled: bool | None = None
    issue_limit: int | None = None
    licence_type_id: int | None = None
    limit_date: datetime | None = None
    nulab_account: bool | None = None
    parent_child_issue: bool | None = None
    post_issue_by_mail: bool | None = None
    project_group: bool | None = None
    project_limit: int | None = None
    pull_request_attachment_limit_per_file: int | None = None
    pull_request_attachment_num_limit: int | None = None
    remote_address: bool | None = None
    remote_address_limit: int | None = None
    started_on: datetime | None = None
    storage_limit: int | None = None
    subversion: bool | None = None
    subversion_external: bool | None = None
    user_limit: int | None = None
    version_limit: int | None = None
    wiki_attachment: bool | None = None
    wiki_attachment_limit_per_file: int | None = None
    wiki_attachment_num_limit: int | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person with a role: 1 administrator, 2 normal user, 3 reporter, 4 viewer, 5 and 6 guests; others were seen.

    `user_id` is the login; people who only have a Nulab account have none.
    """

    id: Id
    user_id: str | None = None
    name: str | None = None
    role_type: int | None = None
    lang: str | None = None
    mail_address: str | None = None
    last_login_time: datetime | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team of the space, called group in its older routes."""

    id: Id
    name: str
    members: tuple[User, ...] = ()
    display_order: int | None = None
    created_user: User | None = None
    created: datetime | None = None
    updated_user: User | None = None
    updated: datetime | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened: an activity of a list, or what a webhook delivered.

    `content` is as it came: its keys are snake_case and depend on the type. `notifications` is empty in lists since
    February 2022; `Nulab.activity` fills it. Statuses and the like in `content["changes"]` are ids as texts.
    """

    id: Id
    type: EventType
    project: Raw = field(default_factory=dict)
    content: Raw = field(default_factory=dict)
    notifications: tuple[Raw, ...] = ()
    created_user: User | None = None
    created: datetime | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)

    @property
    def project_key(self) -> str | None:
        """The key of the project it happened in."""
        key = self.project.get("projectKey")
        return key if isinstance(key, str) and key else None

    @property
    def issue_id(self) -> str | None:
        """The id of the issue it is about, None where it is about none, or about several."""
        return _id_in(self.content) if self.type in ABOUT_AN_ISSUE else None

    @property
    def issue_key(self) -> str | None:
        """The key of that issue, such as PROJ-12."""
        number = self.content.get("key_id") if self.type in ABOUT_AN_ISSUE else None
        return f"{self.project_key}-{number}" if self.project_key and _is_number(number) else None

    @property
    def comment_id(self) -> str | None:
        """The id of the comment that came with it."""
        comment = self.content.get("comment")
        return _id_in(comment) if isinstance(comment, Mapping) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """The key's owner was told of something; what it was is in `raw`, under `issue`, `comment`, `pullRequest` ..."""

    id: Id
    reason: Reason
    already_read: bool | None = None
    resource_already_read: bool | None = None
    project: Raw | None = None
    issue: Raw | None = None
    comment: Raw | None = None
    sender: User | None = None
    created: datetime | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """An issue that somebody keeps an eye on."""

    id: Id
    type: str | None = None
    note: str | None = None
    resource_already_read: bool | None = None
    issue: Raw | None = None
    last_content_updated: datetime | None = None
    created: datetime | None = None
    updated: datetime | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiki:
    """A page. `content` is None in lists; `Nulab.wiki` brings it, files and stars. A `/` in `name` makes the tree."""

    id: Id
    project_id: Id | None = None
    name: str
    content: str | None = None
    tags: tuple[Tag, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    shared_files: tuple[Raw, ...] = ()
    stars: tuple[Raw, ...] = ()
    created_user: User | None = None
    created: datetime | None = None
    updated_user: User | None = None
    updated: datetime | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WikiVersion:
    """A page as it was. `page_id` is the page's id."""

    page_id: Id
    version: int
    name: str | None = None
    content: str | None = None
    created_user: User | None = None
    created: datetime | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address the space posts events to: all of them, or those of `activity_type_ids`.

    `hook_url` is not shown by `repr`: whoever knows it can pretend to be the space.
    """

    id: Id
    name: str
    description: str | None = None
    hook_url: str = field(repr=False)
    all_event: bool | None = None
    activity_type_ids: tuple[EventType, ...] = ()
    created_user: User | None = None
    created: datetime | None = None
    updated_user: User | None = None
    updated: datetime | None = None
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


def _id_in(found: Raw) -> str | None:
    number = found.get("id")
    return str(number) if _is_number(number) else None


def _is_number(value: object) -> bool:
    return type(value) is int and value > 0
