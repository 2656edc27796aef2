"""Comments: reading a history, writing, correcting, deleting, and telling people of them."""

from __future__ import annotations

from typing import Any

from anybacklog_simulators.nulab import attachments, shapes
from anybacklog_simulators.nulab.call import Answer, Call, Who, page_by_id, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.issue_writes import add_comment
from anybacklog_simulators.nulab.parameters import IDS, a, needed
from anybacklog_simulators.nulab.recording import COMMENTED, REMARKED, TOLD, UPDATED, mentioned, notify, record_issue


def listed(call: Call) -> Any:
    """Give a page of an issue's history."""
    issue = call.issue()
    return [shapes.comment(call.space, issue, each) for each in page_by_id(call, issue.comments)]


def counted(call: Call) -> Any:
    """Count the entries of a history, those of changes too."""
    return {"count": len(call.issue().comments)}


def shown(call: Call) -> Any:
    """Give a comment."""
    return shapes.comment(call.space, *call.comment())


def added(call: Call) -> Answer:
    """Add a comment; the issue's `updated` moves only when files come with it."""
    issue = call.issue()
    ids = call.get("attachmentId", ())
    attachments.check_uploads(call, ids, len(issue.attachments))
    files = attachments.link(call, ids)
    issue.attachments += files
    if files:
        issue.updated, issue.updated_user_id = call.now, call.user.id
    comment = add_comment(call, issue, call.get("content"), list(map(attachments.logged, files)))
    notify(call, issue, comment, call.get("notifiedUserId", ()), REMARKED)
    notify(call, issue, comment, mentioned(call, issue.project_id, comment.content), REMARKED)
    changes = [attachments.change(each.name, "") for each in files]
    kind = UPDATED if files else COMMENTED
    record_issue(call, issue, kind, comment, changes=changes, attachments=list(map(attachments.told, files)))
    key = f"{call.space.projects[issue.project_id].key}-{issue.number}"
    body = shapes.comment(call.space, issue, comment)
    return Answer(201, body, {"Location": f"{call.host}/view/{key}#comment-{comment.id}"})


def edited(call: Call) -> Any:
    """Change one's own comment: no activity tells of it, and the issue's `updated` stays."""
    issue, comment = call.comment()
    if comment.created_user_id != call.user.id:
        raise Refused("denied")
    comment.content, comment.updated = call.get("content"), call.now
    return shapes.comment(call.space, issue, comment)


def deleted(call: Call) -> Any:
    """Delete one's own comment."""
    issue, comment = call.comment()
    if comment.created_user_id != call.user.id:
        raise Refused("denied")
    body = shapes.comment(call.space, issue, comment)
    issue.comments.remove(comment)
    call.space.notifications = {
        id: each for id, each in call.space.notifications.items() if each.comment_id != comment.id
    }
    return body


def notified(call: Call) -> Any:
    """List whom a comment notified."""
    _, comment = call.comment()
    return [shapes.notice(call.space, each) for each in call.space.notifications_on(comment.id)]


def tell(call: Call) -> Any:
    """Tell more people of one's own comment; that is an activity even with nobody named, as recorded."""
    issue, comment = call.comment()
    if comment.created_user_id != call.user.id:
        raise Refused("denied")
    notify(call, issue, comment, call.get("notifiedUserId", ()), REMARKED)
    record_issue(call, issue, TOLD, comment)
    return shapes.comment(call.space, issue, comment)


_TEXT = needed(*a("text", "content", high=50_000))
_PEOPLE = a("int", "notifiedUserId", many=True)
_HERE = "/issues/<issue>/comments"

ROUTES = (
    route("GET", _HERE, listed, *IDS, lenient=True),
    route("POST", _HERE, added, *_TEXT, *_PEOPLE, *a("int", "attachmentId", many=True), who=Who.REPORTERS),
    route("GET", f"{_HERE}/count", counted),
    route("GET", f"{_HERE}/<comment>", shown),
    route("PATCH", f"{_HERE}/<comment>", edited, *_TEXT, who=Who.REPORTERS),
    route("DELETE", f"{_HERE}/<comment>", deleted, who=Who.REPORTERS),
    route("GET", f"{_HERE}/<comment>/notifications", notified),
    route("POST", f"{_HERE}/<comment>/notifications", tell, *_PEOPLE, who=Who.REPORTERS),
)
