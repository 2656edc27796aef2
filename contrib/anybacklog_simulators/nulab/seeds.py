"""From the service's JSON to records: people, projects, issues and what hangs on them; the way back of `shapes`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from anybacklog_simulators.nulab.issue_shape import Thing
from anybacklog_simulators.nulab.projects import built_in_statuses
from anybacklog_simulators.nulab.shapes import JSON, SETTINGS
from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import (
    Attachment,
    Category,
    Issue,
    IssueType,
    Project,
    SharedFile,
    Status,
    Team,
    User,
    Version,
    Webhook,
)


def instant(value: str | None) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(value or "1970-01-01T00:00:00Z")


def day(value: str | None) -> date | None:
    """Read a day: the date that stands there, whatever the hours."""
    return date.fromisoformat(value[:10]) if value else None


def project_of(space: Space, id: int) -> Project:
    """Give a project, one with only a number if nothing is known of it."""
    if id not in space.projects:
        space.projects[id] = Project(id=id, key=f"PROJECT_{id}", name="", statuses=built_in_statuses(space))
        space.used("project", id)
    return space.projects[id]


def take_key(space: Space, project: Project, key: str) -> Project:
    """Give a project its key; a key is used again only when the project that had it is gone."""
    for other in [each for each in space.projects.values() if each.key == key and each is not project]:
        for gone in list(space.issues_of(other.id)):
            space.remove_issue(gone)
        del space.projects[other.id]
    project.key = key
    return project


def put(things: list[Thing], new: Thing) -> None:
    """Put a thing into a list, in place of the one with its number."""
    same = [place for place, each in enumerate(things) if each.id == new.id]
    things[slice(same[0], same[0] + 1) if same else slice(len(things), None)] = [new]


def authors(body: JSON) -> dict[str, Any]:
    """Read who made a thing and changed it, and when."""
    updater = body.get("updatedUser")
    return {
        "created_user_id": body["createdUser"]["id"],
        "created": instant(body["created"]),
        "updated_user_id": updater["id"] if updater else body["createdUser"]["id"],
        "updated": instant(body.get("updated")),
    }


def user(space: Space, body: JSON) -> None:
    """Put a person; the keys known of it stay."""
    known = space.users.get(body["id"])
    space.users[body["id"]] = User(
        id=body["id"],
        user_id=body["userId"],
        name=body["name"],
        role_type=body["roleType"],
        lang=body["lang"],
        mail_address=body["mailAddress"],
        nulab_account=body.get("nulabAccount"),
        keys=known.keys if known else [],
    )
    space.used("user", body["id"])


def project(space: Space, body: JSON) -> None:
    """Put a project."""
    project = take_key(space, project_of(space, body["id"]), body["projectKey"])
    project.name = body["name"]
    project.settings = {name: body[name] for name in SETTINGS if name in body}
    project.text_formatting_rule = body["textFormattingRule"]
    project.archived, project.display_order = body["archived"], body["displayOrder"]


def issue_type(space: Space, body: JSON) -> None:
    """Put an issue type."""
    made = IssueType(id=body["id"], name=body["name"], color=body["color"], display_order=body["displayOrder"])
    project = project_of(space, body["projectId"])
    put(project.issue_types, made)
    project.issue_types.sort(key=lambda each: (each.display_order < 0, each.display_order))
    space.used("issue type", made.id)


def version(space: Space, body: JSON) -> None:
    """Put a version."""
    made = Version(
        id=body["id"],
        name=body["name"],
        description=body["description"],
        start_date=day(body["startDate"]),
        release_due_date=day(body["releaseDueDate"]),
        archived=body["archived"],
        display_order=body["displayOrder"],
    )
    put(project_of(space, body["projectId"]).versions, made)
    space.used("version", made.id)


def category(space: Space, project_id: int, body: JSON) -> int:
    """Put a category, which does not name its project, and give its number."""
    made = Category(id=body["id"], name=body["name"], display_order=body["displayOrder"])
    put(project_of(space, project_id).categories, made)
    space.used("category", made.id)
    return made.id


def attachment(body: JSON) -> Attachment:
    """Read a file; its bytes are not known."""
    authored = {name: value for name, value in authors(body).items() if name.startswith("created")}
    return Attachment(id=body["id"], name=body["name"], size=body["size"], content=b"?" * body["size"], **authored)


def shared_file(space: Space, body: JSON) -> None:
    """Put a shared file."""
    space.shared_files[body["id"]] = SharedFile(
        id=body["id"],
        project_id=body.get("projectId") or next(iter(space.projects), 0),
        type=body["type"],
        dir=body["dir"],
        name=body["name"],
        size=body["size"],
        **authors(body),
    )


def _status(space: Space, project: Project, body: JSON) -> int:
    if all(each.id != body["id"] for each in project.statuses):
        project.statuses.insert(-1, Status(id=body["id"], name=body["name"], color="#868cb7", display_order=3500))
        space.used("status", body["id"])
    return int(body["id"])


def issue(space: Space, body: JSON) -> None:
    """Put an issue; the comments known of it stay."""
    project, known = project_of(space, body["projectId"]), space.issues.get(body["id"])
    take_key(space, project, body["issueKey"].rpartition("-")[0])
    made = Issue(
        id=body["id"],
        project_id=project.id,
        number=body["keyId"],
        issue_type_id=body["issueType"]["id"],
        summary=body["summary"],
        description=body["description"],
        resolution_id=body["resolution"]["id"] if body["resolution"] else None,
        priority_id=body["priority"]["id"],
        status_id=_status(space, project, body["status"]),
        assignee_id=body["assignee"]["id"] if body["assignee"] else None,
        category_ids=[category(space, project.id, each) for each in body["category"]],
        version_ids=[each["id"] for each in body["versions"]],
        milestone_ids=[each["id"] for each in body["milestone"]],
        start_date=day(body["startDate"]),
        due_date=day(body["dueDate"]),
        estimated_hours=None if body["estimatedHours"] is None else Decimal(str(body["estimatedHours"])),
        actual_hours=None if body["actualHours"] is None else Decimal(str(body["actualHours"])),
        parent_id=body["parentIssueId"],
        attachments=list(map(attachment, body["attachments"])),
        shared_files=[each["id"] for each in body["sharedFiles"]],
        comments=known.comments if known else [],
        **authors(body),
    )
    space.add_issue(made)
    space.used("issue", made.id)
    project.last_number = max(project.last_number, made.number)


def team(space: Space, body: JSON) -> None:
    """Put a team."""
    members = [each["id"] for each in body["members"]]
    space.teams[body["id"]] = Team(
        id=body["id"], name=body["name"], members=members, display_order=body["displayOrder"], **authors(body)
    )
    space.used("team", body["id"])


def webhook(space: Space, project_id: int, body: JSON) -> None:
    """Put a webhook, which does not name its project."""
    made = Webhook(
        id=body["id"],
        name=body["name"],
        description=body["description"],
        hook_url=body["hookUrl"],
        all_event=body["allEvent"],
        activity_types=body["activityTypeIds"],
        **authors(body),
    )
    put(project_of(space, project_id).webhooks, made)
    space.used("webhook", made.id)
