"""Tickets: create, read, update, delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anybacklog_simulators.publicbacklog import shapes
from anybacklog_simulators.publicbacklog.call import API, Answer, Call, Route
from anybacklog_simulators.publicbacklog.choices import Choices
from anybacklog_simulators.publicbacklog.errors import Missing, Refused
from anybacklog_simulators.publicbacklog.parameters import Parameter, number
from anybacklog_simulators.publicbacklog.texts import kept
from anybacklog_simulators.publicbacklog.things import NEW, ON_ROADMAP, STATUSES, TYPES, Backlog, Comment, Ticket

TITLE, DESCRIPTION = (3, 250), (3, 3_000_000)
_PLAIN_FIELDS = {"title": "title", "statusId": "status_id", "ticketTypeId": "type_id"}


def created(call: Call) -> Answer:
    """Create a ticket; what is torn leaves its comment out."""
    backlog, (type_id, status_id) = _backlog(call), _type_and_status(call, int(call.choices.default_type), NEW)
    made = Ticket(
        id=call.organization.new_id("ticket"),
        backlog_id=backlog.id,
        title=call.given["title"],
        description=kept(call.given["description"], call.choices.texts),
        type_id=type_id,
        status_id=status_id,
        created=call.now,
        updated=call.now,
    )
    call.organization.tickets[made.id] = made
    _join_roadmap(call, made)
    if "comment" in call.given and not call.torn:
        _comment(call, made)
    call.events.append(("ticket.created", made))
    return Answer("ticket", shapes.ticket(call.organization, made, call.choices.echoed), int(call.choices.created))


def shown(call: Call) -> Answer:
    """Give a ticket."""
    return Answer("ticket", shapes.ticket(call.organization, call.ticket(), call.choices.shown))


def updated(call: Call) -> Answer:
    """Change fields, add a comment, or both; what is torn does only the first of the two."""
    ticket = call.ticket()
    _type_and_status(call, ticket.type_id, ticket.status_id)
    parts: list[Callable[[Call, Ticket], None]] = [_write_fields] if set(call.given) - {"id", "comment"} else []
    parts += [_comment] if "comment" in call.given else []
    if not parts:
        raise Refused(400, "There is nothing to update")
    if call.choices.writes == "comment-first":
        parts.reverse()
    for part in parts[:1] if call.torn else parts:
        part(call, ticket)
    ticket.updated = call.now
    call.events.append(("ticket.updated", ticket))
    return Answer("ticket", shapes.ticket(call.organization, ticket, call.choices.echoed))


def deleted(call: Call) -> Answer:
    """Delete a ticket; its id is never used again."""
    ticket = call.ticket()
    del call.organization.tickets[ticket.id]
    roadmap = call.organization.backlogs[ticket.backlog_id].roadmap
    roadmap[:] = [each for each in roadmap if each != ticket.id]
    call.events.append(("ticket.deleted", ticket))
    names = ["id"] if call.choices.deleted == "id" else call.choices.echoed
    body = shapes.ticket(call.organization, ticket, names)
    return Answer("ticket", None if call.choices.deleted == "nothing" else body)


def _backlog(call: Call) -> Backlog:
    organization = call.organization
    name = None if call.choices.backlog_name == "ignored" else call.given.get("backlogName")
    found = organization.backlogs[organization.default_backlog_id] if name is None else organization.backlog_named(name)
    if found is None:
        raise Missing("Backlog")
    return found


def _type_and_status(call: Call, type_id: int, status_id: int) -> tuple[int, int]:
    """Give a ticket's type and status to be; a status must be one of the type's."""
    given = call.given
    if call.choices.bare_status == "refused" and "statusId" in given and "ticketTypeId" not in given:
        raise Refused(400, "statusId means nothing without ticketTypeId")
    wanted = (given.get("ticketTypeId", type_id), given.get("statusId", status_id))
    if wanted[1] not in STATUSES[TYPES[call.choices.type_ids][wanted[0]]]:
        raise Refused(400, "statusId is no status of this type of ticket")
    return wanted


def _write_fields(call: Call, ticket: Ticket) -> None:
    for name, attribute in _PLAIN_FIELDS.items():
        setattr(ticket, attribute, call.given.get(name, getattr(ticket, attribute)))
    if "description" in call.given:
        ticket.description = kept(call.given["description"], call.choices.texts)
    _join_roadmap(call, ticket)


def _comment(call: Call, ticket: Ticket) -> None:
    text: Any = kept(call.given["comment"], call.choices.texts)
    ticket.comments.append(Comment(id=call.organization.new_id("comment"), text=text, created=call.now))


def _join_roadmap(call: Call, ticket: Ticket) -> None:
    roadmap = call.organization.backlogs[ticket.backlog_id].roadmap
    if ticket.status_id in ON_ROADMAP and ticket.id not in roadmap:
        roadmap.append(ticket.id)


def _fields(*, required: bool) -> tuple[Parameter, ...]:
    return (
        Parameter(name="title", required=required, low=TITLE[0], high=TITLE[1]),
        Parameter(name="description", required=required, low=DESCRIPTION[0], high=DESCRIPTION[1]),
        number("statusId"),
        number("ticketTypeId", high=2),
        Parameter(name="comment"),
    )


def _draft(choices: Choices) -> tuple[Parameter, ...]:
    name = Parameter(name="backlogName", required=choices.backlog_name == "required")
    return (*_fields(required=True), *([] if choices.backlog_name == "refused" else [name]))


def _changes(_: Choices) -> tuple[Parameter, ...]:
    return (number("id", required=True), *_fields(required=False))


def _id(_: Choices) -> tuple[Parameter, ...]:
    return (number("id", required=True),)


_HERE = f"{API}/tickets"

ROUTES = (
    Route(method="POST", path=f"{_HERE}/save-ticket", do=created, parameters=_draft, in_body=True,
          there=lambda choices: choices.create_path != "create-ticket"),
    Route(method="POST", path=f"{_HERE}/create-ticket", do=created, parameters=_draft, in_body=True,
          there=lambda choices: choices.create_path != "save-ticket"),
    Route(method="GET", path=f"{_HERE}/get-ticket", do=shown, parameters=_id,
          there=lambda choices: choices.read_verb != "post"),
    Route(method="POST", path=f"{_HERE}/get-ticket", do=shown, parameters=_id,
          there=lambda choices: choices.read_verb != "get"),
    Route(method="PATCH", path=f"{_HERE}/update-ticket", do=updated, parameters=_changes, in_body=True),
    Route(method="DELETE", path=f"{_HERE}/delete-ticket", do=deleted, parameters=_id),
)  # fmt: skip
