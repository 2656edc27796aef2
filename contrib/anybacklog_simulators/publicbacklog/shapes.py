"""Records to JSON.

That an updated ticket has `id` is all the vendor shows of an answer; the other names are those of the requests, and
guesses where no request has the field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from anybacklog_simulators.publicbacklog.things import STATUSES, Backlog, Organization, OrganizationUser, Ticket


def ticket(organization: Organization, held: Ticket, names: Iterable[str]) -> dict[str, Any]:
    """Give a ticket with these fields."""
    wanted = set(names)
    return {name: give(organization, held) for name, give in _FIELDS.items() if name in wanted}


def backlog(held: Backlog) -> dict[str, Any]:
    """Give a backlog."""
    return {"id": held.id, "name": held.name}


def organization(held: Organization) -> dict[str, Any]:
    """Give the organization, never its key."""
    return {"id": held.id, "name": held.name}


def user(held: OrganizationUser) -> dict[str, Any]:
    """Give a user."""
    return {"id": held.id, "email": held.email, "firstName": held.first_name, "lastName": held.last_name}


def _instant(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _comments(_: Organization, held: Ticket) -> list[dict[str, Any]]:
    return [{"id": each.id, "comment": each.text, "createdAt": _instant(each.created)} for each in held.comments]


_FIELDS: Mapping[str, Callable[[Organization, Ticket], Any]] = {
    "id": lambda _, held: held.id,
    "title": lambda _, held: held.title,
    "description": lambda _, held: held.description,
    "statusId": lambda _, held: held.status_id,
    "ticketTypeId": lambda _, held: held.type_id,
    "backlogName": lambda within, held: within.backlogs[held.backlog_id].name,
    "backlogId": lambda _, held: held.backlog_id,
    "comments": _comments,
    "createdAt": lambda _, held: _instant(held.created),
    "updatedAt": lambda _, held: _instant(held.updated),
    "status": lambda within, held: STATUSES[within.type_name(held)][held.status_id],
    "ticketType": lambda within, held: within.type_name(held),
}
