"""Teams, under their name of today and the one of before: groups."""

from __future__ import annotations

from typing import Any

from anybacklog_simulators.nulab import icons, shapes
from anybacklog_simulators.nulab.call import ICON, Answer, Call, Route, Who, page_by_offset, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.parameters import OFFSET, a, needed
from anybacklog_simulators.nulab.recording import TEAM_JOINED, TEAM_LEFT, record
from anybacklog_simulators.nulab.shapes import JSON, instant
from anybacklog_simulators.nulab.things import Team


def shape(call: Call, found: Team) -> JSON:
    """Give a team with its members."""
    return {
        "id": found.id,
        "name": found.name,
        "members": shapes.users(call.space, found.members),
        "displayOrder": found.display_order,
        "createdUser": shapes.user(call.space, found.created_user_id),
        "created": instant(found.created),
        "updatedUser": shapes.user(call.space, found.updated_user_id),
        "updated": instant(found.updated),
    }


def listed(call: Call) -> Any:
    """List the teams."""
    rows = sorted(call.space.teams.values(), key=lambda each: each.id, reverse=call.get("order") != "asc")
    return [shape(call, each) for each in page_by_offset(call, rows)]


def created(call: Call) -> Any:
    """Make a team (classic plans)."""
    made = Team(
        id=call.space.new_id("team"),
        name=call.get("name"),
        members=_members(call, ()),
        created_user_id=call.user.id,
        created=call.now,
        updated_user_id=call.user.id,
        updated=call.now,
    )
    call.space.teams[made.id] = made
    return shape(call, made)


def shown(call: Call) -> Any:
    """Give a team."""
    return shape(call, _team(call, call.path["team"]))


def changed(call: Call) -> Any:
    """Change a team (classic plans); members are replaced."""
    found = _team(call, call.path["team"])
    found.name, found.members = call.get("name", found.name), _members(call, found.members)
    found.updated, found.updated_user_id = call.now, call.user.id
    return shape(call, found)


def deleted(call: Call) -> Any:
    """Delete a team (classic plans)."""
    found = _team(call, call.path["team"])
    body = shape(call, found)
    del call.space.teams[found.id]
    for project in call.space.projects.values():
        project.teams = [id for id in project.teams if id != found.id]
    return body


def icon(call: Call) -> Answer:
    """Give a team's picture."""
    _team(call, call.path["team"])
    return icons.picture("default_group_icon.png")


def of_project(call: Call) -> Any:
    """List a project's teams."""
    return [shape(call, call.space.teams[id]) for id in call.project().teams if id in call.space.teams]


def join(call: Call) -> Any:
    """Take a team into a project."""
    project, found = call.project(outsiders=True), _given(call)
    if found.id not in project.teams:
        project.teams.append(found.id)
        record(call, project.id, TEAM_JOINED, {"parties": [{"id": found.id, "name": found.name}]})
    return shape(call, found)


def leave(call: Call) -> Any:
    """Take a team out of a project."""
    project, found = call.project(outsiders=True), _given(call)
    if found.id not in project.teams:
        raise Refused("no_thing", thing="team")
    project.teams.remove(found.id)
    record(call, project.id, TEAM_LEFT, {"parties": [{"id": found.id, "name": found.name}]})
    return shape(call, found)


def _given(call: Call) -> Team:
    return _team(call, str(call.get("teamId") or call.get("groupId")))


def _team(call: Call, id: str) -> Team:
    found = call.space.teams.get(int(id)) if id.isdecimal() else None
    if found is None:
        raise Refused("no_thing", thing="team")
    return found


def _members(call: Call, otherwise: Any) -> list[int]:
    members = call.get("members", otherwise)
    if not set(members) <= set(call.space.users):
        raise Refused("choice", name="members[]")
    return list(members)


def _under(path: str, id: str) -> tuple[Route, ...]:
    fields = (*a("text", "name", low=1, high=255), *a("int", "members", many=True))
    new = (*needed(*a("text", "name", low=1, high=255)), *a("int", "members", many=True))
    chosen, here = needed(*a("int", id)), f"/projects/<project>/{path}"
    rulers = Who.ADMINISTRATORS
    return (
        route("GET", f"/{path}", listed, *OFFSET, lenient=True),
        route("POST", f"/{path}", created, *new, who=rulers),
        route("GET", f"/{path}/<team>", shown),
        route("PATCH", f"/{path}/<team>", changed, *fields, who=rulers),
        route("DELETE", f"/{path}/<team>", deleted, who=rulers),
        route("GET", f"/{path}/<team>/icon", icon, bucket=ICON),
        route("GET", here, of_project),
        route("POST", here, join, *chosen, who=Who.PROJECT_ADMINISTRATORS),
        route("DELETE", here, leave, *chosen, who=Who.PROJECT_ADMINISTRATORS),
    )


ROUTES = (*_under("teams", "teamId"), *_under("groups", "groupId"))
