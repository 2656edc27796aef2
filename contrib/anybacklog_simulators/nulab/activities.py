"""What happened, newest first: in the space, in a project, by somebody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from anybacklog_simulators.nulab import shapes
from anybacklog_simulators.nulab.call import Call, page_by_id, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.events import Activity
from anybacklog_simulators.nulab.parameters import IDS, a
from anybacklog_simulators.nulab.shapes import JSON, instant

NO_NOTIFICATIONS = date(2022, 2, 9)
"""The day since which lists leave notifications out."""


def shape(call: Call, found: Activity, *, alone: bool = False) -> JSON:
    """Give an activity, with its content as it was and its project as it is."""
    told = found.comment_id is not None and (alone or not call.space.today(NO_NOTIFICATIONS))
    notices = call.space.notifications_on(found.comment_id) if told and found.comment_id is not None else []
    return {
        "id": found.id,
        "project": shapes.project(call.space, call.space.projects[found.project_id]),
        "type": found.type,
        "content": found.content,
        "notifications": [shapes.notice(call.space, each) for each in notices],
        "createdUser": shapes.user(call.space, found.created_user_id),
        "created": instant(found.created),
    }


def of_space(call: Call) -> Any:
    """List what happened in the caller's projects."""
    return _page(call, lambda each: call.sees(each.project_id))


def of_project(call: Call) -> Any:
    """List what happened in a project."""
    project = call.project()
    return _page(call, lambda each: each.project_id == project.id)


def of_user(call: Call) -> Any:
    """List what somebody did in the caller's projects."""
    user = call.own_user()
    return _page(call, lambda each: each.created_user_id == user.id and call.sees(each.project_id))


def shown(call: Call) -> Any:
    """Give an activity, with whom it notified."""
    found = call.space.activities.get(int(call.path["activity"]))
    if found is None or not call.sees(found.project_id):
        raise Refused("no_thing", thing="activity")
    return shape(call, found, alone=True)


def _page(call: Call, wanted: Callable[[Activity], bool]) -> Any:
    types = call.get("activityTypeId", ())
    rows = [each for each in call.space.activities.values() if (not types or each.type in types) and wanted(each)]
    return [shape(call, each) for each in page_by_id(call, rows)]


_FILTERS = (*a("int", "activityTypeId", many=True), *IDS)

ROUTES = (
    route("GET", "/space/activities", of_space, *_FILTERS),
    route("GET", "/projects/<project>/activities", of_project, *_FILTERS),
    route("GET", "/users/<user>/activities", of_user, *_FILTERS),
    route("GET", "/activities/<int:activity>", shown),
)
