"""The whole table, resource by resource, and the map that finds a row by method and path."""

from __future__ import annotations

from werkzeug.routing import Map, Rule

from anybacklog_simulators.nulab import (
    activities,
    attachments,
    comments,
    custom_fields,
    issues,
    notifications,
    projects,
    shared_files,
    space_doors,
    stars,
    statuses,
    teams,
    users,
    watchings,
    webhooks,
    wikis,
    words,
)
from anybacklog_simulators.nulab.call import Route

API = "/api/v2"
TABLE: tuple[Route, ...] = (
    *space_doors.ROUTES,
    *users.ROUTES,
    *teams.ROUTES,
    *projects.ROUTES,
    *words.ROUTES,
    *statuses.ROUTES,
    *custom_fields.ROUTES,
    *issues.ROUTES,
    *comments.ROUTES,
    *attachments.ROUTES,
    *shared_files.ROUTES,
    *wikis.ROUTES,
    *webhooks.ROUTES,
    *stars.ROUTES,
    *watchings.ROUTES,
    *notifications.ROUTES,
    *activities.ROUTES,
)
MAP = Map(
    [Rule(f"{API}{row.path}", endpoint=row, methods=[row.method]) for row in TABLE],
    strict_slashes=True,
    merge_slashes=False,
    redirect_defaults=False,
)
