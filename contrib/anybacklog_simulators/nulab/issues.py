"""Issues: finding, reading, creating, changing, deleting; who took part, what is linked."""

from __future__ import annotations

from typing import Any

from anybacklog_simulators.nulab import issue_search, issue_shape, issue_writes, shapes
from anybacklog_simulators.nulab.call import SEARCH, Answer, Call, Who, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.parameters import ANY_CUSTOM as CUSTOM
from anybacklog_simulators.nulab.parameters import CUSTOM_SEARCH, Parameter, a, needed
from anybacklog_simulators.nulab.recording import DELETED, UPDATED, record_issue
from anybacklog_simulators.nulab.things import Issue, SharedFile


def listed(call: Call) -> Any:
    """Give a page of issues."""
    children = bool(call.get("expand"))
    return [issue_shape.issue(call.space, each, children=children) for each in issue_search.page(call)]


def counted(call: Call) -> Any:
    """Count issues; without any parameter there are none, as recorded."""
    return {"count": sum(1 for _ in issue_search.found(call)) if call.sent else 0}


def created(call: Call) -> Answer:
    """Make an issue."""
    issue = issue_writes.create(call)
    body = issue_shape.issue(call.space, issue)
    return Answer(201, body, {"Location": f"{call.host}/view/{body['issueKey']}"})


def shown(call: Call) -> Any:
    """Give an issue."""
    return issue_shape.issue(call.space, call.issue(), children=bool(call.get("expand")))


def updated(call: Call) -> Any:
    """Change an issue."""
    issue = call.issue()
    issue_writes.update(call, issue)
    return issue_shape.issue(call.space, issue)


def deleted(call: Call) -> Any:
    """Delete an issue for good, and give it as it was."""
    issue = call.issue()
    if not call.leads(call.space.projects[issue.project_id]):
        raise Refused("denied")
    body = issue_shape.issue(call.space, issue)
    call.space.remove_issue(issue)
    record_issue(call, issue, DELETED)
    return body


def participants(call: Call) -> Any:
    """List everybody who touched an issue."""
    issue = call.issue()
    people = [issue.created_user_id, issue.assignee_id, *(each.created_user_id for each in issue.comments)]
    return shapes.users(call.space, dict.fromkeys(each for each in people if each is not None))


def shared(call: Call) -> Any:
    """List the shared files linked to an issue."""
    return shapes.shared_files(call.space, call.issue().shared_files)


def share(call: Call) -> Any:
    """Link shared files; that is an activity without a comment, and does not move `updated`."""
    issue = call.issue()
    files = [file_of(call, issue.project_id, id) for id in call.get("fileId")]
    issue.shared_files += [each.id for each in files if each.id not in issue.shared_files]
    record_issue(call, issue, UPDATED, shared_files=[_told(each) for each in files])
    return shapes.shared_files(call.space, [each.id for each in files])


def unshare(call: Call) -> Any:
    """Unlink a shared file."""
    issue = call.issue()
    found = file_of(call, issue.project_id, int(call.path["file"]))
    if found.id not in issue.shared_files:
        raise Refused("no_thing", thing="sharedFile")
    issue.shared_files.remove(found.id)
    record_issue(call, issue, UPDATED)
    return shapes.shared_file(call.space, found)


def file_of(call: Call, project_id: int, id: int) -> SharedFile:
    """Find a shared file of a project."""
    found = call.space.shared_files.get(id)
    if found is None or found.project_id != project_id:
        raise Refused("no_thing", thing="sharedFile")
    return found


def _told(file: SharedFile) -> dict[str, Any]:
    return {"id": file.id, "dir": file.dir, "name": file.name, "size": file.size}


def related(call: Call) -> Any:
    """List the issues an issue is related to."""
    return [_relation(call, call.space.issues[id]) for id in _relating(call).related]


def relate(call: Call) -> Any:
    """Relate two issues, which shows at both; what is so already, or is the issue itself, stays as it is."""
    issue, other = _relating(call), call.issue(str(call.get("targetIssueId")))
    if issue is not other and other.id not in issue.related:
        if max(len(issue.related), len(other.related)) >= MOST_RELATED:
            raise Refused("too_many_related", limit=MOST_RELATED)
        issue.related, other.related = [*issue.related, other.id], [*other.related, issue.id]
    return _relation(call, other)


def unrelate(call: Call) -> Any:
    """Take a relation away again."""
    issue, other = _relating(call), call.issue(call.path["other"])
    if other.id not in issue.related:
        raise Refused("no_thing", thing="relatedIssue")
    issue.related.remove(other.id)
    other.related.remove(issue.id)
    return _relation(call, other)


def _relating(call: Call) -> Issue:
    if not call.space.choices.related_issues:
        raise Refused("no_route", path=f"/issues/{call.path['issue']}/relatedIssues")
    return call.issue()


def _relation(call: Call, issue: Issue) -> Any:
    return issue_shape.issue(call.space, issue) | {"type": "RELATES"}


MOST_RELATED = 50
WRITES: tuple[Parameter, ...] = (
    *a("text", "description", high=100_000),
    *a("int", "parentIssueId", "assigneeId"),
    *a("date", "startDate", "dueDate"),
    *a("decimal", "estimatedHours", "actualHours", low=0),
    *a("int", "categoryId", "versionId", "milestoneId", "notifiedUserId", "attachmentId", many=True),
)
NEW = (*needed(*a("int", "projectId", "issueTypeId", "priorityId"), *a("text", "summary", low=1, high=255)), *WRITES)
CHANGED = (
    *a("text", "summary", low=1, high=255),
    *a("int", "issueTypeId", "priorityId", "statusId", "resolutionId"),
    *a("text", "comment", high=50_000),
    *WRITES,
)
EXPAND = Parameter(name="expand", kind="text", many=True, choices=("childIssueSummary",))

ROUTES = (
    route("GET", "/issues", listed, *issue_search.FILTERS, bucket=SEARCH, custom=CUSTOM_SEARCH),
    route("GET", "/issues/count", counted, *issue_search.FILTERS, bucket=SEARCH, custom=CUSTOM_SEARCH),
    route("POST", "/issues", created, *NEW, who=Who.REPORTERS, custom=CUSTOM),
    route("GET", "/issues/<issue>", shown, EXPAND),
    route("PATCH", "/issues/<issue>", updated, *CHANGED, who=Who.NORMAL_USERS, custom=CUSTOM),
    route("DELETE", "/issues/<issue>", deleted),
    route("GET", "/issues/<issue>/participants", participants),
    route("GET", "/issues/<issue>/sharedFiles", shared),
    route("POST", "/issues/<issue>/sharedFiles", share, *needed(*a("int", "fileId", many=True)), who=Who.REPORTERS),
    route("DELETE", "/issues/<issue>/sharedFiles/<int:file>", unshare, who=Who.NORMAL_USERS),
    route("GET", "/issues/<issue>/relatedIssues", related),
    route("POST", "/issues/<issue>/relatedIssues", relate, *needed(*a("int", "targetIssueId")), who=Who.REPORTERS),
    route("DELETE", "/issues/<issue>/relatedIssues/<other>", unrelate, who=Who.REPORTERS),
)
