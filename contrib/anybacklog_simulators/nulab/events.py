"""What happened in a space, and what people keep for themselves: activities, notices, stars, watchings, tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(kw_only=True)
class Activity:
    """Something that happened; `content` is the JSON as it was then."""

    id: int
    project_id: int
    type: int
    content: dict[str, Any]
    comment_id: int | None = None
    created_user_id: int
    created: datetime


@dataclass(kw_only=True)
class Notification:
    """Somebody was told; `reason` 1 assigned, 2 commented, 3 created, 4 updated."""

    id: int
    user_id: int
    sender_id: int
    reason: int
    already_read: bool = False
    resource_already_read: bool = False
    project_id: int
    issue_id: int | None = None
    comment_id: int | None = None
    created: datetime


@dataclass(kw_only=True)
class Star:
    """A star for `receiver_id`, on an issue, comment or wiki page: `on` is one of these words, `target_id` its id."""

    id: int
    on: str
    target_id: int
    url: str
    title: str
    presenter_id: int
    receiver_id: int
    created: datetime


@dataclass(kw_only=True)
class Watching:
    """An issue that `user_id` watches."""

    id: int
    user_id: int
    issue_id: int
    note: str | None = None
    resource_already_read: bool = True
    created: datetime
    updated: datetime


@dataclass(kw_only=True)
class Viewed:
    """That `user_id` looked at an issue, project or page, and when last."""

    user_id: int
    kind: str
    target_id: int
    updated: datetime


@dataclass(kw_only=True)
class Application:
    """A client of the OAuth kind; with `redirect_uri` None any address will do."""

    client_id: str
    client_secret: str
    redirect_uri: str | None = None


@dataclass(kw_only=True)
class Grant:
    """An authorization code, good once and until `expires`."""

    code: str
    client_id: str
    user_id: int
    redirect_uri: str | None
    expires: datetime


@dataclass(kw_only=True)
class Token:
    """Access of a client for a user; asking again while it lives gives the same one."""

    access: str
    refresh: str
    client_id: str
    user_id: int
    expires: datetime


@dataclass(kw_only=True)
class OAuth:
    """Who may ask for tokens, and what was given."""

    applications: list[Application] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
