"""Watchings: issues somebody keeps an eye on."""

from __future__ import annotations

from typing import Any

from anybacklog_simulators.nulab import issue_shape
from anybacklog_simulators.nulab.call import Answer, Call, page_by_offset, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.events import Watching
from anybacklog_simulators.nulab.parameters import OFFSET, a, needed, one_of
from anybacklog_simulators.nulab.shapes import JSON, MODERN, instant


def shape(call: Call, found: Watching) -> JSON:
    """Give a watching with its issue."""
    issue = call.space.issues[found.issue_id]
    return {
        "id": found.id,
        "resourceAlreadyRead": found.resource_already_read,
        "note": found.note,
        "type": "issue",
        "issue": issue_shape.issue(call.space, issue),
        **({"lastContentUpdated": instant(issue.updated)} if call.space.today(MODERN) else {}),
        "created": instant(found.created),
        "updated": instant(found.updated),
    }


def _of(call: Call) -> list[Watching]:
    user = call.own_user()
    read, issues = call.get("resourceAlreadyRead"), call.get("issueId", ())
    return [
        each
        for each in call.space.watchings.values()
        if each.user_id == user.id
        and read in (None, each.resource_already_read)
        and (not issues or each.issue_id in issues)
        and call.sees(call.space.issues[each.issue_id].project_id)
    ]


def listed(call: Call) -> Any:
    """List what somebody watches: by its issue's last change as documented, by its own in the recordings of 2016."""
    sort = call.get("sort") or ("issueUpdated" if call.space.today(MODERN) else "updated")
    rows = sorted(_of(call), key=lambda each: (_keys(call, each)[sort], each.id), reverse=call.get("order") != "asc")
    return [shape(call, each) for each in page_by_offset(call, rows)]


def _keys(call: Call, found: Watching) -> JSON:
    issue = call.space.issues[found.issue_id]
    return {"created": found.created, "updated": found.updated, "issueUpdated": issue.updated}


def counted(call: Call) -> Any:
    """Count what somebody watches."""
    return {"count": len(_of(call))}


def added(call: Call) -> Answer:
    """Watch an issue."""
    issue = call.issue(call.get("issueIdOrKey"))
    mine = (call.user.id, issue.id)
    if any((each.user_id, each.issue_id) == mine for each in call.space.watchings.values()):
        raise Refused("choice", name="issueIdOrKey")
    made = Watching(
        id=call.space.new_id("watching"),
        user_id=call.user.id,
        issue_id=issue.id,
        note=call.get("note"),
        created=call.now,
        updated=call.now,
    )
    call.space.watchings[made.id] = made
    return Answer(201, shape(call, made))


def shown(call: Call) -> Any:
    """Give a watching."""
    return shape(call, _watching(call))


def changed(call: Call) -> Any:
    """Change a watching's note."""
    found = _watching(call)
    found.note, found.updated = call.get("note", found.note), call.now
    return shape(call, found)


def deleted(call: Call) -> Any:
    """Watch no more."""
    found = _watching(call)
    body = shape(call, found)
    del call.space.watchings[found.id]
    return body


def read(call: Call) -> Answer:
    """Mark a watching as read."""
    _watching(call).resource_already_read = True
    return Answer(204)


def checked(call: Call) -> Answer:
    """Mark all of somebody's watchings as seen."""
    _of(call)
    return Answer(204)


def _watching(call: Call) -> Watching:
    found = call.space.watchings.get(int(call.path["watching"]))
    if found is None or not call.sees(call.space.issues[found.issue_id].project_id):
        raise Refused("no_thing", thing="watching")
    return found


_NOTE = a("text", "note", high=50_000)
_READ = a("bool", "resourceAlreadyRead")
_FILTERS = (*OFFSET, *_READ, *a("int", "issueId", many=True), one_of("sort", "created", "updated", "issueUpdated"))

ROUTES = (
    route("GET", "/users/<user>/watchings", listed, *_FILTERS),
    route("GET", "/users/<user>/watchings/count", counted, *_READ, *a("bool", "alreadyRead"), lenient=True),
    route("POST", "/users/<user>/watchings/markAsChecked", checked),
    route("POST", "/watchings", added, *needed(*a("text", "issueIdOrKey")), *_NOTE),
    route("GET", "/watchings/<int:watching>", shown),
    route("PATCH", "/watchings/<int:watching>", changed, *_NOTE),
    route("DELETE", "/watchings/<int:watching>", deleted),
    route("POST", "/watchings/<int:watching>/markAsRead", read),
)
