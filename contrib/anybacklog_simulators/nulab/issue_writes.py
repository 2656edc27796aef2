"""Creating and changing issues: what is checked, what moves, what is remembered of it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from anybacklog_simulators.nulab import attachments, shapes
from anybacklog_simulators.nulab.call import Call
from anybacklog_simulators.nulab.custom_values import write_custom
from anybacklog_simulators.nulab.differences import differences
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.issue_shape import by_id
from anybacklog_simulators.nulab.recording import (
    ASSIGNED,
    COMMENTED,
    CREATED,
    ISSUE_CREATED,
    ISSUE_UPDATED,
    REMARKED,
    UPDATED,
    mentioned,
    notify,
    record_issue,
)
from anybacklog_simulators.nulab.things import ChangeLog, Comment, Issue, Project

REFUSES_NOTHING_NEW = shapes.ACCOUNTS
"""The day since which an update without change and comment is refused; before, it only moved `updated`."""
PLAIN = {
    "summary": "summary",
    "description": "description",
    "startDate": "start_date",
    "dueDate": "due_date",
    "estimatedHours": "estimated_hours",
    "actualHours": "actual_hours",
}
LISTS = {"categoryId": "category_ids", "versionId": "version_ids", "milestoneId": "milestone_ids"}


def create(call: Call) -> Issue:
    """Make an issue of a checked call; its number is the project's next, whatever became of the ones before."""
    project = call.project(str(call.get("projectId")))
    wanted = by_id(project.issue_types, call.get("issueTypeId"))
    issue = Issue(
        id=0,
        project_id=project.id,
        number=0,
        # A type of another project is replaced in silence, as recorded.
        issue_type_id=(wanted or project.issue_types[0]).id,
        summary="",
        created_user_id=call.user.id,
        created=call.now,
        updated_user_id=call.user.id,
        updated=call.now,
    )
    apply(call, project, issue, creating=True)
    _check_files(call, issue)
    project.last_number += 1
    issue.id, issue.number = call.space.new_id("issue"), project.last_number
    issue.attachments += attachments.link(call, call.get("attachmentId", ()))
    call.space.add_issue(issue)
    record_issue(call, issue, CREATED)
    _tell_of_new(call, issue)
    return issue


def update(call: Call, issue: Issue) -> None:
    """Change an issue by a checked call; a change is a comment, and an update that changes nothing is refused."""
    project = call.space.projects[issue.project_id]
    after = deepcopy(issue)
    apply(call, project, after, creating=False)
    _check_files(call, issue)
    found = differences(call.space, project, issue, after)
    text, files = call.get("comment") or "", call.get("attachmentId", ())
    if not (found or text or files) and call.space.today(REFUSES_NOTHING_NEW):
        raise Refused("no_content")
    old_assignee = issue.assignee_id
    for name in (*PLAIN.values(), *LISTS.values(), *_SINGLE.values(), "custom_values"):
        setattr(issue, name, getattr(after, name))
    issue.updated, issue.updated_user_id = call.now, call.user.id
    new = attachments.link(call, files)
    issue.attachments += new
    if found or text or new:
        changes = [each.told() for each in found] + [attachments.change(each.name, "") for each in new]
        comment = add_comment(call, issue, text, [*(each.logged() for each in found), *map(attachments.logged, new)])
        _tell_of_change(call, issue, comment, old_assignee)
        kind = UPDATED if changes else COMMENTED
        record_issue(call, issue, kind, comment, changes=changes, attachments=list(map(attachments.told, new)))


def apply(call: Call, project: Project, issue: Issue, *, creating: bool) -> None:
    """Put what was sent into an issue; None and the empty list clear."""
    for name, attribute in PLAIN.items():
        if name in call.given:
            value = call.given[name]
            setattr(issue, attribute, (value or "") if attribute in ("summary", "description") else value)
    for name, attribute in LISTS.items():
        if name in call.given:
            things = project.categories if name == "categoryId" else project.versions
            setattr(issue, attribute, _known(name, call.given[name], {each.id for each in things}))
    for name, attribute in _SINGLE.items():
        if name in call.given and not (creating and name == "issueTypeId"):
            _check_single(call, project, issue, name, call.given[name])
            setattr(issue, attribute, call.given[name])
    write_custom(call, project, issue, creating=creating)


def add_comment(call: Call, issue: Issue, text: str, changes: list[ChangeLog]) -> Comment:
    """Add an entry to an issue's history; it does not move the issue's `updated`."""
    comment = Comment(
        id=call.space.new_id("comment"),
        content=text,
        changes=changes,
        created_user_id=call.user.id,
        created=call.now,
        updated=call.now,
    )
    issue.comments.append(comment)
    return comment


_SINGLE = {
    "issueTypeId": "issue_type_id",
    "priorityId": "priority_id",
    "statusId": "status_id",
    "resolutionId": "resolution_id",
    "assigneeId": "assignee_id",
    "parentIssueId": "parent_id",
}
_CLEARED = ("resolutionId", "assigneeId", "parentIssueId")


def _check_single(call: Call, project: Project, issue: Issue, name: str, value: int | None) -> None:
    if value is None:
        if name not in _CLEARED:
            raise Refused("required", name=name)
        return
    known: Any = {
        "issueTypeId": lambda: {each.id for each in project.issue_types},
        "priorityId": lambda: shapes.PRIORITIES,
        "statusId": lambda: {each.id for each in project.statuses},
        "resolutionId": lambda: shapes.RESOLUTIONS,
        "assigneeId": lambda: call.space.members(project),
        "parentIssueId": lambda: _parents(call, project, issue),
    }[name]
    if value not in known():
        raise Refused("choice", name=name)


def _parents(call: Call, project: Project, issue: Issue) -> set[int]:
    settings = shapes.SETTINGS | project.settings
    if not settings["subtaskingEnabled"]:
        return set()
    every = list(call.space.issues_of(project.id))
    if settings["grandchildIssueEnabled"] and call.space.licence.grandchild:
        tops = {each.id for each in every if each.parent_id is None}
        return {each.id for each in every if each.parent_id is None or each.parent_id in tops} - {issue.id}
    has_children = any(each.parent_id == issue.id for each in every)
    return set() if has_children else {each.id for each in every if each.parent_id is None} - {issue.id}


def _known(name: str, sent: tuple[int, ...], known: set[int]) -> list[int]:
    if not set(sent) <= known:
        raise Refused("choice", name=f"{name}[]")
    return list(dict.fromkeys(sent))


def _check_files(call: Call, issue: Issue) -> None:
    attachments.check_uploads(call, call.get("attachmentId", ()), len(issue.attachments))


def _tell_of_new(call: Call, issue: Issue) -> None:
    people = [*([issue.assignee_id] if issue.assignee_id else []), *call.get("notifiedUserId", ())]
    people += mentioned(call, issue.project_id, issue.description)
    if [each for each in people if each != call.user.id]:
        comment = add_comment(call, issue, "", [ChangeLog(field="notification", notification={"type": "issue.create"})])
        notify(call, issue, comment, people[:1] if issue.assignee_id else [], ASSIGNED)
        notify(call, issue, comment, people, ISSUE_CREATED)


def _tell_of_change(call: Call, issue: Issue, comment: Comment, old_assignee: int | None) -> None:
    if issue.assignee_id is not None and issue.assignee_id != old_assignee:
        notify(call, issue, comment, [issue.assignee_id], ASSIGNED)
    notify(call, issue, comment, call.get("notifiedUserId", ()), ISSUE_UPDATED)
    notify(call, issue, comment, mentioned(call, issue.project_id, comment.content), REMARKED)
