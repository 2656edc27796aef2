"""Projects: listing, making, changing, deleting; who is of them."""

from __future__ import annotations

import re
from typing import Any

from anybacklog_simulators.nulab import icons, shapes
from anybacklog_simulators.nulab.call import ADMINISTRATOR, ICON, Answer, Call, Who, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.parameters import a, needed, one_of
from anybacklog_simulators.nulab.recording import JOINED, LEFT, record
from anybacklog_simulators.nulab.shapes import SETTINGS
from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import Issue, IssueType, Project, Status, User, WikiPage

STATUSES = (
    (1, "Open", "未対応", "#ed8077"),
    (2, "In Progress", "処理中", "#4488c5"),
    (3, "Resolved", "処理済み", "#5eb5a6"),
    (4, "Closed", "完了", "#b0be3c"),
)
ISSUE_TYPES = (("Task", "タスク", "#7ea800"), ("Bug", "バグ", "#990000"), ("Request", "要望", "#ff9200"),
               ("Other", "その他", "#2779ca"))  # fmt: skip


def new_project(space: Space, key: str, name: str, id: int | None = None) -> Project:
    """Make a project as the service does: four statuses, four issue types, nobody in it."""
    project = Project(id=space.new_id("project") if id is None else id, key=key, name=name)
    project.statuses = built_in_statuses(space)
    project.issue_types = [
        IssueType(id=space.new_id("issue type"), name=shapes.local(space, (en, ja)), color=color, display_order=order)
        for order, (en, ja, color) in enumerate(ISSUE_TYPES)
    ]
    space.projects[project.id] = project
    return project


def built_in_statuses(space: Space) -> list[Status]:
    """Make the four statuses that every project has."""
    return [
        Status(id=id, name=shapes.local(space, (en, ja)), color=color, display_order=id * 1000)
        for id, en, ja, color in STATUSES
    ]


def listed(call: Call) -> Any:
    """List the projects the caller is of; with `all`, an administrator sees every one."""
    every = call.get("all") and call.user.role_type == ADMINISTRATOR
    archived = call.get("archived")
    return [
        shapes.project(call.space, each)
        for each in call.space.projects.values()
        if (every or call.sees(each.id)) and archived in (None, each.archived)
    ]


def created(call: Call) -> Answer:
    """Make a project with its `Home` page; its maker is in it."""
    _check_key(call, call.get("key"))
    project = new_project(call.space, call.get("key"), call.get("name"))
    project.members = [call.user.id]
    _apply(call, project)
    home = WikiPage(
        id=call.space.new_id("wiki"),
        project_id=project.id,
        name="Home",
        created_user_id=call.user.id,
        created=call.now,
        updated_user_id=call.user.id,
        updated=call.now,
    )
    call.space.wikis[home.id] = home
    _joined(call, project, call.user, JOINED)
    return Answer(201, shapes.project(call.space, project), {"Location": f"{call.host}/projects/{project.key}"})


def shown(call: Call) -> Any:
    """Give a project."""
    return shapes.project(call.space, call.project(outsiders=True))


def changed(call: Call) -> Any:
    """Change a project; a new key changes the keys of all its issues."""
    project = call.project(outsiders=True)
    if call.get("key") not in (None, project.key):
        _check_key(call, call.get("key"))
    _apply(call, project)
    return shapes.project(call.space, project)


def deleted(call: Call) -> Any:
    """Delete a project and everything in it."""
    project = call.project(outsiders=True)
    for issue in list(call.space.issues_of(project.id)):
        call.space.remove_issue(issue)
    space = call.space
    space.wikis = {id: each for id, each in space.wikis.items() if each.project_id != project.id}
    space.activities = {id: each for id, each in space.activities.items() if each.project_id != project.id}
    space.shared_files = {id: each for id, each in space.shared_files.items() if each.project_id != project.id}
    del space.projects[project.id]
    return shapes.project(space, project)


def members(call: Call) -> Any:
    """List a project's people, those of its teams too unless told otherwise."""
    project = call.project(outsiders=True)
    found = project.members if call.get("excludeGroupMembers") else call.space.members(project)
    return shapes.users(call.space, found)


def join(call: Call) -> Any:
    """Take somebody into a project."""
    project, user = call.project(outsiders=True), _given_user(call)
    if user.id not in project.members:
        project.members.append(user.id)
        _joined(call, project, user, JOINED)
    return shapes.user(call.space, user.id)


def leave(call: Call) -> Any:
    """Take somebody out of a project."""
    project, user = call.project(outsiders=True), _given_user(call)
    _remove(project.members, user)
    _joined(call, project, user, LEFT)
    return shapes.user(call.space, user.id)


def administrators(call: Call) -> Any:
    """List a project's administrators."""
    return shapes.users(call.space, call.project(outsiders=True).administrators)


def appoint(call: Call) -> Any:
    """Make a member a project's administrator."""
    project, user = call.project(outsiders=True), _given_user(call)
    if user.id not in project.administrators:
        project.administrators.append(user.id)
    return shapes.user(call.space, user.id)


def dismiss(call: Call) -> Any:
    """Make a project's administrator a member again."""
    project, user = call.project(outsiders=True), _given_user(call)
    _remove(project.administrators, user)
    return shapes.user(call.space, user.id)


def disk_usage(call: Call) -> Any:
    """Tell how much a project stores."""
    return usage(call, call.project(outsiders=True))


def usage(call: Call, project: Project) -> dict[str, int]:
    """Give what a project stores, in bytes."""
    space = call.space
    pages = (each for each in space.wikis.values() if each.project_id == project.id)
    files = (each.size or 0 for each in space.shared_files.values() if each.project_id == project.id)
    return {
        "projectId": project.id,
        "issue": sum(map(_weight, space.issues_of(project.id))),
        "wiki": sum(map(_weight, pages)),
        "file": sum(files),
        "subversion": 0,
        "git": 0,
        **({"gitLFS": 0, "pullRequest": 0} if space.today(shapes.MODERN) else {}),
    }


def image(call: Call) -> Answer:
    """Give a project's picture."""
    project = call.project()
    return icons.picture(f"{project.id}.png")


def _weight(holder: Issue | WikiPage) -> int:
    return sum(each.size for each in holder.attachments)


def _given_user(call: Call) -> User:
    found = call.space.users.get(call.get("userId"))
    if found is None or found.left:
        raise Refused("no_thing", thing="user")
    return found


def _remove(people: list[int], user: User) -> None:
    if user.id not in people:
        raise Refused("no_thing", thing="user")
    people.remove(user.id)


def _joined(call: Call, project: Project, user: User, kind: int) -> None:
    people = [shapes.user(call.space, user.id)]
    record(call, project.id, kind, {"users": people, "group_project_activities": [], "comment": ""})


def _check_key(call: Call, key: str) -> None:
    if not re.fullmatch(r"[A-Z0-9_]{1,25}", key):
        raise Refused("choice", name="key")
    if any(each.key == key for each in call.space.projects.values()):
        raise Refused("key_taken")


def _apply(call: Call, project: Project) -> None:
    project.settings |= {name: call.get(name) for name in SETTINGS if call.get(name) is not None}
    project.key = call.get("key", project.key)
    project.name = call.get("name", project.name)
    project.text_formatting_rule = call.get("textFormattingRule", project.text_formatting_rule)
    project.archived = call.get("archived", project.archived)


_FIELDS = (*a("bool", *(name for name in SETTINGS if name != "useDocument")),
           one_of("textFormattingRule", "backlog", "markdown"))  # fmt: skip
_NAMES = a("text", "name", "key", low=1, high=255)
_USER = needed(*a("int", "userId"))
_P = "/projects/<project>"

ROUTES = (
    route("GET", "/projects", listed, *a("bool", "archived", "all"), lenient=True),
    route("POST", "/projects", created, *needed(*_NAMES), *_FIELDS, who=Who.ADMINISTRATORS),
    route("GET", _P, shown),
    route("PATCH", _P, changed, *_NAMES, *_FIELDS, *a("bool", "archived"), who=Who.PROJECT_ADMINISTRATORS),
    route("DELETE", _P, deleted, who=Who.ADMINISTRATORS),
    route("GET", f"{_P}/image", image, bucket=ICON),
    route("GET", f"{_P}/users", members, *a("bool", "excludeGroupMembers")),
    route("POST", f"{_P}/users", join, *_USER, who=Who.PROJECT_ADMINISTRATORS),
    route("DELETE", f"{_P}/users", leave, *_USER, who=Who.PROJECT_ADMINISTRATORS),
    route("GET", f"{_P}/administrators", administrators),
    route("POST", f"{_P}/administrators", appoint, *_USER, who=Who.ADMINISTRATORS),
    route("DELETE", f"{_P}/administrators", dismiss, *_USER, who=Who.ADMINISTRATORS),
    route("GET", f"{_P}/diskUsage", disk_usage, who=Who.PROJECT_ADMINISTRATORS),
)
