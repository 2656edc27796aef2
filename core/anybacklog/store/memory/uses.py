"""Which words a ticket in memory uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from anybacklog.backend import Metadata
from anybacklog.model import CustomField, CustomFieldValue
from anybacklog.store.memory.ticket import MemoryTicket


def is_used(noun: Metadata, tickets: Iterable[MemoryTicket]) -> bool:
    """Tell whether any ticket, comment or file of these has a noun."""
    kind = CustomFieldValue if isinstance(noun, CustomField) else type(noun)
    return any(type(each) is kind and each.id == noun.id for held in tickets for each in _uses(held))


def _uses(held: MemoryTicket) -> Iterator[Any]:
    ticket = held.ticket
    yield from (ticket.type, ticket.status, ticket.priority, ticket.resolution, ticket.reporter)
    for several in (ticket.assignees, ticket.watchers, ticket.categories, ticket.affected_versions, ticket.milestones):
        yield from several
    yield from ticket.custom_fields
    yield from (comment.author for comment in held.comments.values())
    yield from (attachment.author for attachment in ticket.attachments)
