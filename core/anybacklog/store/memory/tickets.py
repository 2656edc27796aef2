"""Tickets in memory: making one, and changing one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from anybacklog.backend import TicketFields
from anybacklog.model import Priority, Status, Ticket, TicketType
from anybacklog.store.defaults import DEFAULT_PRIORITY, DEFAULT_TYPE
from anybacklog.store.memory.fields import resolved
from anybacklog.store.memory.project import MemoryProject
from anybacklog.store.memory.ticket import MemoryTicket
from anybacklog.store.memory.words import MemoryWords
from anybacklog.store.values import own_ancestor


def create(project: MemoryProject, fields: TicketFields, *, now: datetime) -> Ticket:
    """Make a ticket. A field that is absent gets its default; one that is None stays empty."""
    values = resolved(project, fields)
    key = values.pop("key", None) or project.next_key()
    project.refuse_taken(key)
    external_id = values.pop("external_id", None)
    values |= {"id": project.words.people.new_id(), "key": key}
    ticket = Ticket(**{**_defaults(project.words, now), **values})
    project.tickets[ticket.id] = MemoryTicket(ticket)
    project.use_key(ticket)
    project.mark("ticket", ticket.id, ticket.id, external_id)
    return ticket


def change(project: MemoryProject, ticket_id: str, fields: TicketFields, *, now: datetime) -> Ticket:
    """Change what `fields` names; `updated_at` moves unless it is named too, or nothing is."""
    held = project.ticket(ticket_id)
    if not fields:
        return held.ticket
    values = {"updated_at": now, **resolved(project, fields, held.ticket)}
    external_id = values.pop("external_id", None)
    key = values.pop("key", None) or held.ticket.key
    if key != held.ticket.key:
        project.refuse_taken(key)
    ticket = replace(held.ticket, key=key, **values)
    _refuse_own_ancestor(project, ticket)
    del project.ids_by_key[held.ticket.key]
    held.ticket = ticket
    project.use_key(ticket)
    if "external_id" in fields:
        project.unmark(lambda marked: (marked.kind, marked.id) == ("ticket", ticket_id))
        project.mark("ticket", ticket_id, ticket_id, external_id)
    return ticket


def _defaults(words: MemoryWords, now: datetime) -> dict[str, Any]:
    """Give what a new ticket has where nothing is given."""
    return {
        "status": next(status for status in words.all_of(Status) if status.category == "open"),
        "type": next((each for each in words.all_of(TicketType) if each.name == DEFAULT_TYPE), None),
        "priority": next((each for each in words.all_of(Priority) if each.name == DEFAULT_PRIORITY), None),
        "reporter": words.people.myself,
        "created_at": now,
        "updated_at": now,
    }


def _refuse_own_ancestor(project: MemoryProject, ticket: Ticket) -> None:
    """Raise ValidationError if the ticket would be above itself."""
    ancestor = ticket.parent
    while ancestor is not None:
        if ancestor == ticket.id:
            raise own_ancestor(ticket.key)
        ancestor = project.tickets[ancestor].ticket.parent
