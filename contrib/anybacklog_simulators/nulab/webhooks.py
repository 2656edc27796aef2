"""Webhooks: kept and listed; this fake sends nothing."""

from __future__ import annotations

from typing import Any

from anybacklog_simulators.nulab import shapes
from anybacklog_simulators.nulab.call import Call, Who, route
from anybacklog_simulators.nulab.parameters import a, needed
from anybacklog_simulators.nulab.shapes import JSON, instant
from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import Webhook
from anybacklog_simulators.nulab.words import word


def shape(space: Space, found: Webhook) -> JSON:
    """Give a webhook."""
    return {
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "hookUrl": found.hook_url,
        "allEvent": found.all_event,
        "activityTypeIds": [] if found.all_event else found.activity_types,
        "created": instant(found.created),
        "createdUser": shapes.user(space, found.created_user_id),
        "updated": instant(found.updated),
        "updatedUser": shapes.user(space, found.updated_user_id),
    }


def listed(call: Call) -> Any:
    """List a project's webhooks."""
    return [shape(call.space, each) for each in call.project().webhooks]


def added(call: Call) -> Any:
    """Add a webhook."""
    project = call.project()
    made = Webhook(
        id=call.space.new_id("webhook"),
        name=call.get("name"),
        hook_url=call.get("hookUrl"),
        created_user_id=call.user.id,
        created=call.now,
        updated_user_id=call.user.id,
        updated=call.now,
    )
    project.webhooks.append(made)
    return shape(call.space, _filled(call, made))


def shown(call: Call) -> Any:
    """Give a webhook."""
    return shape(call.space, word(call, call.project().webhooks, "webhook"))


def changed(call: Call) -> Any:
    """Change a webhook; nothing to change is no error."""
    return shape(call.space, _filled(call, word(call, call.project().webhooks, "webhook")))


def deleted(call: Call) -> Any:
    """Delete a webhook."""
    project = call.project()
    found = word(call, project.webhooks, "webhook")
    project.webhooks.remove(found)
    return shape(call.space, found)


def _filled(call: Call, found: Webhook) -> Webhook:
    found.name, found.hook_url = call.get("name", found.name), call.get("hookUrl", found.hook_url)
    found.description = call.get("description", found.description)
    found.all_event = call.get("allEvent", found.all_event)
    found.activity_types = list(call.get("activityTypeIds", found.activity_types))
    found.updated, found.updated_user_id = call.now, call.user.id
    return found


_NEW = a("text", "name", "hookUrl", low=1, high=2000)
_MORE = (*a("text", "description"), *a("bool", "allEvent"), *a("int", "activityTypeIds", many=True))
_HERE, _LEADERS = "/projects/<project>/webhooks", Who.PROJECT_ADMINISTRATORS

ROUTES = (
    route("GET", _HERE, listed, who=_LEADERS),
    route("POST", _HERE, added, *needed(*_NEW), *_MORE, who=_LEADERS),
    route("GET", f"{_HERE}/<word>", shown, who=_LEADERS),
    route("PATCH", f"{_HERE}/<word>", changed, *_NEW, *_MORE, who=_LEADERS),
    route("DELETE", f"{_HERE}/<word>", deleted, who=_LEADERS),
)
