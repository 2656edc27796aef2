"""Writing down what happened: activities, and who was told of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from anybacklog_simulators.nulab.call import Call
from anybacklog_simulators.nulab.events import Activity, Notification
from anybacklog_simulators.nulab.things import Comment, Issue

CREATED, UPDATED, COMMENTED, DELETED = 1, 2, 3, 4
WIKI_CREATED, WIKI_UPDATED, WIKI_DELETED = 5, 6, 7
JOINED, LEFT, TOLD, STATUS_DELETED = 15, 16, 17, 34
MILESTONE_CREATED, MILESTONE_UPDATED, MILESTONE_DELETED, TEAM_JOINED, TEAM_LEFT = 22, 23, 24, 25, 26
ASSIGNED, REMARKED, ISSUE_CREATED, ISSUE_UPDATED, FILE_ATTACHED = 1, 2, 3, 4, 5
"""Reasons of notifications."""
_MENTION = re.compile(r"<@(?:U(\d+)|T(\d+)|(project))>")


def record(call: Call, project_id: int, type: int, content: dict[str, Any], comment_id: int | None = None) -> None:
    """Add an activity; `content` is kept as it is now."""
    id = call.space.new_id("activity")
    call.space.activities[id] = Activity(
        id=id,
        project_id=project_id,
        type=type,
        content=content,
        comment_id=comment_id,
        created_user_id=call.user.id,
        created=call.now,
    )


def record_issue(call: Call, issue: Issue, type: int, comment: Comment | None = None, **more: Any) -> None:
    """Add an activity about an issue, its content in the shape of that type."""
    content: dict[str, Any] = {"id": issue.id, "key_id": issue.number}
    if type != DELETED:
        content |= {"summary": issue.summary, "description": issue.description}
    if type not in (CREATED, DELETED):
        said = comment and {"id": comment.id, "content": comment.content}
        content |= {"comment": said, "changes": [], "attachments": [], "shared_files": []} | more
    record(call, issue.project_id, type, content, None if comment is None else comment.id)


def notify(call: Call, issue: Issue, comment: Comment | None, people: Iterable[int], reason: int) -> None:
    """Tell people of a project of a comment, each once, and never the one who wrote it."""
    members = call.space.members(call.space.projects[issue.project_id])
    known = {each.user_id for each in call.space.notifications_on(comment.id)} if comment else set()
    for user_id in dict.fromkeys(people):
        if user_id in members and user_id != call.user.id and user_id not in known:
            id = call.space.new_id("notification")
            call.space.notifications[id] = Notification(
                id=id,
                user_id=user_id,
                sender_id=call.user.id,
                reason=reason,
                project_id=issue.project_id,
                issue_id=issue.id,
                comment_id=None if comment is None else comment.id,
                created=call.now,
            )


def mentioned(call: Call, project_id: int, text: str) -> list[int]:
    """List the users that a text notifies by itself; unknown numbers and strangers do nothing."""
    found: list[int] = []
    for user, team, project in _MENTION.findall(text):
        if user:
            found.append(int(user))
        elif team and int(team) in call.space.teams:
            found += call.space.teams[int(team)].members
        elif project:
            found += call.space.members(call.space.projects[project_id])
    return found
