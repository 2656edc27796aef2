"""What the caller was told of."""

from __future__ import annotations

from typing import Any

from anybacklog_simulators.nulab import issue_shape, shapes
from anybacklog_simulators.nulab.call import Answer, Call, page_by_id, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.events import Notification
from anybacklog_simulators.nulab.parameters import IDS, a
from anybacklog_simulators.nulab.shapes import JSON, instant


def shape(call: Call, found: Notification) -> JSON:
    """Give a notification, with the issue and comment it is about."""
    space = call.space
    issue = space.issues.get(found.issue_id or 0)
    comments = issue.comments if issue else []
    about = next((each for each in comments if each.id == found.comment_id), None)
    return {
        "id": found.id,
        "alreadyRead": found.already_read,
        "reason": found.reason,
        "resourceAlreadyRead": found.resource_already_read,
        "project": shapes.project(space, space.projects[found.project_id]),
        "issue": issue and issue_shape.issue(space, issue),
        "comment": shapes.comment(space, issue, about) if issue and about else None,
        "sender": shapes.user(space, found.sender_id),
        "created": instant(found.created),
    }


def _mine(call: Call) -> list[Notification]:
    return [each for each in call.space.notifications.values() if each.user_id == call.user.id]


def listed(call: Call) -> Any:
    """List what the caller was told of."""
    sender = call.get("senderId")
    rows = [each for each in _mine(call) if sender in (None, each.sender_id)]
    return [shape(call, each) for each in page_by_id(call, rows)]


def counted(call: Call) -> Any:
    """Count what the caller was told of."""
    read, seen = call.get("alreadyRead"), call.get("resourceAlreadyRead")
    rows = [each for each in _mine(call) if read in (None, each.already_read)]
    return {"count": sum(seen in (None, each.resource_already_read) for each in rows)}


def reset(call: Call) -> Any:
    """Set the count of unread ones back, and tell what it was."""
    unread = [each for each in _mine(call) if not each.already_read]
    for each in unread:
        each.already_read = True
    return {"count": len(unread)}


def read(call: Call) -> Answer:
    """Mark one as read."""
    for each in _mine(call):
        if str(each.id) == call.path["notification"]:
            each.already_read = each.resource_already_read = True
            return Answer(204)
    raise Refused("no_thing", thing="notification")


_FLAGS = a("bool", "alreadyRead", "resourceAlreadyRead")

ROUTES = (
    route("GET", "/notifications", listed, *IDS, *a("int", "senderId"), lenient=True),
    route("GET", "/notifications/count", counted, *_FLAGS, lenient=True),
    route("POST", "/notifications/markAsRead", reset),
    route("POST", "/notifications/<notification>/markAsRead", read),
)
