"""Two spaces to begin with: one with an empty project, and the one a newcomer meets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from anybacklog_simulators.nulab.events import Application
from anybacklog_simulators.nulab.projects import new_project
from anybacklog_simulators.nulab.space import EPOCH, Space
from anybacklog_simulators.nulab.things import (
    Attachment,
    Category,
    ChangeLog,
    Comment,
    CustomField,
    CustomValue,
    Issue,
    Item,
    Project,
    User,
    Version,
    WikiPage,
)

DEMO_KEY = "demo-key-of-the-simulator"
SECOND_KEY = "second-key-of-the-simulator"
"""Keys of the fake's administrator and of its other user; worth nothing anywhere else."""


def empty_space(key: str = "DEMO") -> Space:
    """Make a space with two people and one project that has no issue yet."""
    space = Space()
    owner = User(id=space.new_id("user"), user_id="hanako", name="山田 花子", role_type=1, lang="ja",
                 mail_address="hanako@example.com", keys=[DEMO_KEY])  # fmt: skip
    other = User(id=space.new_id("user"), user_id="taro", name="Taro", mail_address="taro@example.com", lang="en",
                 keys=[SECOND_KEY])  # fmt: skip
    space.users = {owner.id: owner, other.id: other}
    space.owner_id = owner.id
    space.oauth.applications.append(Application(client_id="demo-client", client_secret="demo-client-secret"))  # noqa: S106
    project = new_project(space, key, "デモ")
    project.members, project.administrators = [owner.id, other.id], [owner.id]
    project.settings["subtaskingEnabled"] = True
    return space


def demo_space() -> Space:
    """Make a space with a small project: Japanese and English, comments, a file, a parent, a custom field, a page."""
    space = empty_space()
    (project,) = space.projects.values()
    _add_words(space, project)
    crash = _issue(
        space, project, "保存すると落ちる 🎉", "手順:\r\n\r\n1. 開く\r\n2. 保存する\r\n\r\n𠮷野家 ﾊﾝｶｸ", days=1
    )
    crash.status_id, crash.due_date, crash.estimated_hours = 2, date(2024, 5, 1), Decimal("1.5")
    crash.attachments.append(_file(space, "ログ.txt", "行1\r\n行2\r\n".encode(), crash))
    crash.custom_values = [CustomValue(field_id=project.custom_fields[0].id, items=[1])]
    _comment(space, crash, "再現しました。", days=2, author=1)
    _comment(space, crash, "", days=3, changes=[ChangeLog(field="status", new="処理中", old="未対応")])
    child = _issue(space, project, "Write the test first", "It fails on *save*.", days=2)
    child.parent_id, child.assignee_id = crash.id, list(space.users)[1]
    done = _issue(space, project, "Typo on the front page", "", days=4)
    done.status_id, done.resolution_id = 4, 0
    _page(space, project)
    return space


def _add_words(space: Space, project: Project) -> None:
    project.categories = [Category(id=space.new_id("category"), name="画面", display_order=0)]
    project.versions = [
        Version(
            id=space.new_id("version"), name="1.0", description="", release_due_date=date(2024, 6, 1), display_order=0
        )
    ]
    items = [Item(id=1, name="Windows", display_order=0), Item(id=2, name="macOS", display_order=1)]
    project.custom_fields = [
        CustomField(id=space.new_id("custom field"), type_id=6, name="環境", items=items, last_item=2)
    ]


def _when(days: int) -> datetime:
    return (EPOCH + timedelta(days=days, hours=1)).astimezone(UTC)


def _issue(space: Space, project: Project, summary: str, description: str, *, days: int) -> Issue:
    project.last_number += 1
    owner = space.owner_id
    issue = Issue(
        id=space.new_id("issue"),
        project_id=project.id,
        number=project.last_number,
        issue_type_id=project.issue_types[0].id,
        summary=summary,
        description=description,
        created_user_id=owner,
        created=_when(days),
        updated_user_id=owner,
        updated=_when(days),
    )
    return space.add_issue(issue)


def _comment(
    space: Space, issue: Issue, text: str, *, days: int, author: int = 0, changes: list[ChangeLog] | None = None
) -> None:
    issue.comments.append(
        Comment(
            id=space.new_id("comment"),
            content=text,
            changes=changes or [],
            created_user_id=list(space.users)[author],
            created=_when(days),
            updated=_when(days),
        )
    )


def _file(space: Space, name: str, content: bytes, issue: Issue) -> Attachment:
    return Attachment(
        id=space.new_id("attachment"),
        name=name,
        content=content,
        size=len(content),
        created_user_id=issue.created_user_id,
        created=issue.created,
    )


def _page(space: Space, project: Project) -> None:
    page = WikiPage(
        id=space.new_id("wiki"),
        project_id=project.id,
        name="Home",
        content="# ようこそ\n",
        created_user_id=space.owner_id,
        created=EPOCH,
        updated_user_id=space.owner_id,
        updated=EPOCH,
    )
    space.wikis[page.id] = page
