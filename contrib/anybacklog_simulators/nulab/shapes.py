"""Issues, comments and their words as JSON, field by field as recorded; newer fields from the day they came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from anybacklog_simulators.nulab.events import Notification, Star
from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import (
    Attachment,
    Category,
    ChangeLog,
    Comment,
    Issue,
    IssueType,
    Project,
    SharedFile,
    Status,
    Version,
)

JSON = dict[str, Any]

LEADERS = date(2015, 8, 1)
ACCOUNTS = date(2016, 1, 1)
MODERN = date(2024, 1, 1)
"""Days from which on answers have the project's leader setting, people's Nulab accounts, and all that is documented."""
PRIORITIES = {2: ("High", "高"), 3: ("Normal", "中"), 4: ("Low", "低")}
RESOLUTIONS = {
    0: ("Fixed", "対応済み"),
    1: ("Won't Fix", "対応しない"),
    2: ("Invalid", "無効"),
    3: ("Duplication", "重複"),
    4: ("Cannot Reproduce", "再現しない"),
}
SETTINGS = {
    "chartEnabled": False,
    "useResolvedForChart": False,
    "subtaskingEnabled": False,
    "grandchildIssueEnabled": False,
    "projectLeaderCanEditProjectLeader": False,
    "useWiki": True,
    "useDocument": True,
    "useFileSharing": True,
    "useWikiTreeView": True,
    "useSubversion": False,
    "useGit": False,
    "useOriginalImageSizeAtWiki": False,
    "useDevAttributes": True,
}


def instant(value: datetime | None) -> str | None:
    """Write an instant."""
    return None if value is None else value.strftime("%Y-%m-%dT%H:%M:%SZ")


def day(value: date | None) -> str | None:
    """Write a day, as midnight UTC."""
    return None if value is None else f"{value.isoformat()}T00:00:00Z"


def number(value: Decimal | None) -> float | int | None:
    """Write hours or a numeric field."""
    return None if value is None else int(value) if value == int(value) else float(value)


def local(space: Space, words: tuple[str, str]) -> str:
    """Choose the space's language."""
    return words[space.lang == "ja"]


def priority(space: Space, id: int) -> JSON:
    """Give a priority."""
    return {"id": id, "name": local(space, PRIORITIES[id])}


def resolution(space: Space, id: int | None) -> JSON | None:
    """Give a resolution; 0 is one."""
    return None if id is None else {"id": id, "name": local(space, RESOLUTIONS[id])}


def user(space: Space, id: int | None) -> JSON | None:
    """Give a person, as embedded everywhere."""
    if id is None or id not in space.users:
        return None
    found = space.users[id]
    body: JSON = {
        "id": found.id,
        "userId": found.user_id,
        "name": found.name,
        "roleType": found.role_type,
        "lang": found.lang,
        "mailAddress": found.mail_address,
    }
    return body | ({"nulabAccount": found.nulab_account} if space.today(ACCOUNTS) else {})


def users(space: Space, ids: Iterable[int]) -> list[JSON | None]:
    """Give people."""
    return [user(space, id) for id in ids]


def project(space: Space, found: Project) -> JSON:
    """Give a project."""
    settings = SETTINGS | found.settings
    names = ["chartEnabled", "subtaskingEnabled"]
    names = list(SETTINGS) if space.today(MODERN) else names
    names += ["projectLeaderCanEditProjectLeader"] if LEADERS <= space.choices.as_of < MODERN else []
    return {
        "id": found.id,
        "projectKey": found.key,
        "name": found.name,
        **{name: settings[name] for name in names},
        "textFormattingRule": found.text_formatting_rule,
        "archived": found.archived,
        "displayOrder": found.display_order,
    }


def issue_type(space: Space, project_id: int, found: IssueType) -> JSON:
    """Give an issue type."""
    body: JSON = {
        "id": found.id,
        "projectId": project_id,
        "name": found.name,
        "color": found.color,
        "displayOrder": found.display_order,
    }
    templates = {"templateSummary": found.template_summary, "templateDescription": found.template_description}
    return body | (templates if space.today(MODERN) else {})


def category(space: Space, project_id: int, found: Category) -> JSON:
    """Give a category."""
    owner = {"projectId": project_id} if space.today(MODERN) else {}
    return {"id": found.id, **owner, "name": found.name, "displayOrder": found.display_order}


def version(project_id: int, found: Version) -> JSON:
    """Give a version or milestone."""
    return {
        "id": found.id,
        "projectId": project_id,
        "name": found.name,
        "description": found.description,
        "startDate": day(found.start_date),
        "releaseDueDate": day(found.release_due_date),
        "archived": found.archived,
        "displayOrder": found.display_order,
    }


def status(project_id: int, found: Status) -> JSON:
    """Give a status as the project's own list has it."""
    return {
        "id": found.id,
        "projectId": project_id,
        "name": found.name,
        "color": found.color,
        "displayOrder": found.display_order,
    }


def attachment(space: Space, found: Attachment) -> JSON:
    """Give a file at an issue or page."""
    author = {"createdUser": user(space, found.created_user_id), "created": instant(found.created)}
    return {"id": found.id, "name": found.name, "size": found.size, **author}


def shared_file(space: Space, found: SharedFile) -> JSON:
    """Give a shared file or directory."""
    owner = {"projectId": found.project_id} if space.today(MODERN) else {}
    return {
        "id": found.id,
        **owner,
        "type": found.type,
        "dir": found.dir,
        "name": found.name,
        "size": found.size,
        "createdUser": user(space, found.created_user_id),
        "created": instant(found.created),
        "updatedUser": user(space, found.updated_user_id),
        "updated": instant(found.updated),
    }


def shared_files(space: Space, ids: Iterable[int]) -> list[JSON]:
    """Give linked files."""
    return [shared_file(space, space.shared_files[id]) for id in ids]


def star(space: Space, found: Star) -> JSON:
    """Give a star."""
    return {
        "id": found.id,
        "comment": None,
        "url": found.url,
        "title": found.title,
        "presenter": user(space, found.presenter_id),
        "created": instant(found.created),
    }


def stars(space: Space, on: str, target_id: int) -> list[JSON]:
    """Give the stars of a thing."""
    return [star(space, each) for each in space.stars_on(on, target_id)]


def change(found: ChangeLog) -> JSON:
    """Give one change of a comment."""
    return {
        "field": found.field,
        "newValue": found.new,
        "originalValue": found.old,
        "attachmentInfo": found.attachment,
        "attributeInfo": found.attribute,
        "notificationInfo": found.notification,
    }


def comment(space: Space, issue: Issue, found: Comment) -> JSON:
    """Give a comment; what is empty was so in the recordings, and is documented as null since."""
    modern = space.today(MODERN)
    owner = {"projectId": issue.project_id, "issueId": issue.id} if modern else {}
    nothing = None if modern else ""
    changes = list(map(change, found.changes))
    return {
        "id": found.id,
        **owner,
        "content": found.content or nothing,
        "changeLog": changes or (None if modern else []),
        "createdUser": user(space, found.created_user_id),
        "created": instant(found.created),
        "updated": instant(found.updated),
        "stars": stars(space, "comment", found.id),
        "notifications": [notice(space, each) for each in space.notifications_on(found.id)],
    }


def notice(space: Space, found: Notification) -> JSON:
    """Give whom a comment notified."""
    return {
        "id": found.id,
        "alreadyRead": found.already_read,
        "reason": found.reason,
        "user": user(space, found.user_id),
        "resourceAlreadyRead": found.resource_already_read,
    }
