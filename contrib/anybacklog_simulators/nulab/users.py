"""People, and what they looked at."""

from __future__ import annotations

from typing import Any

from anybacklog_simulators.nulab import icons, issue_shape, shapes, wiki_shape
from anybacklog_simulators.nulab.call import ICON, Answer, Call, Who, page_by_offset, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.events import Viewed
from anybacklog_simulators.nulab.parameters import OFFSET, a, needed
from anybacklog_simulators.nulab.shapes import JSON, instant
from anybacklog_simulators.nulab.things import User


def listed(call: Call) -> Any:
    """List everybody of the space."""
    return shapes.users(call.space, [user.id for user in call.space.users.values() if not user.left])


def myself(call: Call) -> Any:
    """Give the key's owner."""
    return shapes.user(call.space, call.user.id)


def shown(call: Call) -> Any:
    """Give somebody."""
    return shapes.user(call.space, call.own_user().id)


def icon(call: Call) -> Answer:
    """Give somebody's picture."""
    return icons.picture(f"{call.own_user().id}.png")


def created(call: Call) -> Answer:
    """Add somebody to the space (classic plans)."""
    if any(user.user_id == call.get("userId") for user in call.space.users.values()):
        raise Refused("name_taken")
    user = User(
        id=call.space.new_id("user"),
        user_id=call.get("userId"),
        name=call.get("name"),
        role_type=call.get("roleType"),
        mail_address=call.get("mailAddress"),
    )
    call.space.users[user.id] = user
    return Answer(201, shapes.user(call.space, user.id), {"Location": f"{call.host}/user/{user.user_id}"})


def changed(call: Call) -> Any:
    """Change somebody (classic plans)."""
    user = call.own_user()
    user.name = call.get("name", user.name)
    user.mail_address = call.get("mailAddress", user.mail_address)
    user.role_type = call.get("roleType", user.role_type)
    return shapes.user(call.space, user.id)


def deleted(call: Call) -> Any:
    """Take somebody out of the space; what they wrote stays theirs."""
    user = call.own_user()
    if user.id == call.space.owner_id:
        raise Refused("denied")
    body = shapes.user(call.space, user.id)
    user.left, user.keys = True, []
    for project in call.space.projects.values():
        project.members = [id for id in project.members if id != user.id]
        project.administrators = [id for id in project.administrators if id != user.id]
    return body


def viewed_issues(call: Call) -> Any:
    """List the issues the caller looked at."""
    return [{"issue": issue_shape.issue(call.space, call.space.issues[each.target_id]),
             "updated": instant(each.updated)} for each in _viewed(call, "issue")]  # fmt: skip


def viewed_projects(call: Call) -> Any:
    """List the projects the caller looked at."""
    return [{"project": shapes.project(call.space, call.space.projects[each.target_id]),
             "updated": instant(each.updated)} for each in _viewed(call, "project")]  # fmt: skip


def viewed_wikis(call: Call) -> Any:
    """List the pages the caller looked at; here one is called `page`."""
    return [{"page": wiki_shape.listed(call.space, call.space.wikis[each.target_id]),
             "updated": instant(each.updated)} for each in _viewed(call, "wiki")]  # fmt: skip


def view_issue(call: Call) -> Any:
    """Note that the caller looked at an issue."""
    issue = call.issue(call.get("issueIdOrKey"))
    return {"issue": issue_shape.issue(call.space, issue), **_view(call, "issue", issue.id)}


def view_wiki(call: Call) -> Any:
    """Note that the caller looked at a page."""
    page = call.space.wikis.get(call.get("wikiId"))
    if page is None or not call.sees(page.project_id):
        raise Refused("no_thing", thing="wiki")
    return {"page": wiki_shape.listed(call.space, page), **_view(call, "wiki", page.id)}


def _view(call: Call, kind: str, id: int) -> JSON:
    same = (call.user.id, kind, id)
    kept = [each for each in call.space.viewed if (each.user_id, each.kind, each.target_id) != same]
    call.space.viewed = [*kept, Viewed(user_id=call.user.id, kind=kind, target_id=id, updated=call.now)]
    return {"updated": instant(call.now)}


def _viewed(call: Call, kind: str) -> list[Viewed]:
    there: Any = {"issue": call.space.issues, "project": call.space.projects, "wiki": call.space.wikis}[kind]
    rows = [
        each
        for each in call.space.viewed
        if (each.user_id, each.kind) == (call.user.id, kind) and each.target_id in there
    ]
    rows.sort(key=lambda each: each.updated, reverse=call.get("order") != "asc")
    return page_by_offset(call, rows)


_FIELDS = (*a("text", "password", "name", "mailAddress", low=1, high=255), *a("int", "roleType", low=1, high=6))
_ME = "/users/myself"

ROUTES = (
    route("GET", "/users", listed, who=Who.ADMINISTRATORS),
    route("POST", "/users", created, *needed(*a("text", "userId"), *_FIELDS), who=Who.ADMINISTRATORS),
    route("GET", _ME, myself),
    route("GET", f"{_ME}/recentlyViewedIssues", viewed_issues, *OFFSET, lenient=True),
    route("POST", f"{_ME}/recentlyViewedIssues", view_issue, *needed(*a("text", "issueIdOrKey"))),
    route("GET", f"{_ME}/recentlyViewedProjects", viewed_projects, *OFFSET, lenient=True),
    route("GET", f"{_ME}/recentlyViewedWikis", viewed_wikis, *OFFSET, lenient=True),
    route("POST", f"{_ME}/recentlyViewedWikis", view_wiki, *needed(*a("int", "wikiId"))),
    route("GET", "/users/<user>", shown),
    route("PATCH", "/users/<user>", changed, *_FIELDS, who=Who.ADMINISTRATORS),
    route("DELETE", "/users/<user>", deleted, who=Who.ADMINISTRATORS),
    route("GET", "/users/<user>/icon", icon, bucket=ICON),
)
