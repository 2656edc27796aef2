"""A project's statuses: four that stay, and more of its own."""

from __future__ import annotations

from typing import Any

from anybacklog_simulators.nulab import shapes
from anybacklog_simulators.nulab.call import Call, Who, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.parameters import a, needed, one_of
from anybacklog_simulators.nulab.recording import STATUS_DELETED, record
from anybacklog_simulators.nulab.things import Project, Status
from anybacklog_simulators.nulab.words import check_name, word

COLORS = ("#ea2c00", "#e87758", "#e07b9a", "#868cb7", "#3b9dbd", "#4caf93", "#b0be3c", "#eda62a", "#f42858",
          "#393939")  # fmt: skip
OPEN, IN_PROGRESS, RESOLVED, CLOSED = range(1, 5)


def listed(call: Call) -> Any:
    """List a project's statuses, in its order."""
    return _shown(call.project())


def added(call: Call) -> Any:
    """Add a status, before the last one."""
    project = call.project()
    limit = call.space.licence.status_limit
    if len(project.statuses) >= limit:
        raise Refused("too_many_statuses", limit=limit)
    check_name(call, project.statuses)
    made = Status(id=call.space.new_id("status"), name=call.get("name"), color=call.get("color"), display_order=0)
    project.statuses.insert(len(project.statuses) - 1, made)
    _number(project)
    return shapes.status(project.id, made)


def changed(call: Call) -> Any:
    """Change a status that was added; the four stay as they are."""
    project = call.project()
    found = _own(call, project)
    check_name(call, project.statuses, found)
    found.name, found.color = call.get("name", found.name), call.get("color", found.color)
    return shapes.status(project.id, found)


def deleted(call: Call) -> Any:
    """Delete a status that was added; its issues get the other one."""
    project = call.project()
    found, other = _own(call, project), call.get("substituteStatusId")
    if other == found.id or other not in {each.id for each in project.statuses}:
        raise Refused("choice", name="substituteStatusId")
    project.statuses.remove(found)
    for issue in call.space.issues_of(project.id):
        issue.status_id = other if issue.status_id == found.id else issue.status_id
    record(call, project.id, STATUS_DELETED, {"id": found.id, "name": found.name})
    return shapes.status(project.id, found)


def ordered(call: Call) -> Any:
    """Put all statuses in a new order: open first, closed last, in progress before resolved."""
    project, wanted = call.project(), list(call.get("statusId"))
    known = {each.id: each for each in project.statuses}
    complete = sorted(wanted) == sorted(known)
    if not complete or (wanted[0], wanted[-1]) != (OPEN, CLOSED) or wanted.index(IN_PROGRESS) > wanted.index(RESOLVED):
        raise Refused("choice", name="statusId[]")
    project.statuses = [known[id] for id in wanted]
    _number(project)
    return _shown(project)


def _own(call: Call, project: Project) -> Status:
    found = word(call, project.statuses, "status")
    if found.id <= CLOSED:
        raise Refused("choice", name="id")
    return found


def _shown(project: Project) -> Any:
    return [shapes.status(project.id, each) for each in project.statuses]


def _number(project: Project) -> None:
    for place, each in enumerate(project.statuses, 1):
        each.display_order = place * 1000


_NAME, _COLOR = a("text", "name", low=1, high=255), one_of("color", *COLORS)
_HERE = "/projects/<project>/statuses"
_LEADERS = Who.PROJECT_ADMINISTRATORS

ROUTES = (
    route("GET", _HERE, listed),
    route("POST", _HERE, added, *needed(*_NAME, _COLOR), who=_LEADERS),
    route("PATCH", f"{_HERE}/updateDisplayOrder", ordered, *needed(*a("int", "statusId", many=True)), who=_LEADERS),
    route("PATCH", f"{_HERE}/<word>", changed, *_NAME, _COLOR, who=_LEADERS),
    route("DELETE", f"{_HERE}/<word>", deleted, *needed(*a("int", "substituteStatusId")), who=_LEADERS),
)
