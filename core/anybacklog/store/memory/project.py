"""One project in memory: its tickets, their keys and their marks, on plain dicts in the order things were made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from anybacklog.backend import Marked
from anybacklog.errors import Conflict, NotFound
from anybacklog.model import Project, Ticket
from anybacklog.store.memory.ticket import MemoryTicket
from anybacklog.store.memory.words import MemoryWords
from anybacklog.store.values import number_in


class MemoryProject:
    """One project: its words, its tickets, their keys and marks."""

    def __init__(self, noun: Project, words: MemoryWords) -> None:
        self.noun = noun
        self.words = words
        self.tickets: dict[str, MemoryTicket] = {}
        self.ids_by_key: dict[str, str] = {}
        self.marks: dict[str, list[Marked]] = {}
        self._last_number = 0

    def ticket(self, ticket_id: str) -> MemoryTicket:
        """Find a ticket by its id."""
        held = self.tickets.get(ticket_id)
        if held is None:
            raise NotFound("ticket", ticket_id, local=True)
        return held

    def ticket_by_key(self, key: str) -> MemoryTicket:
        """Find a ticket by its key."""
        if key not in self.ids_by_key:
            raise NotFound("ticket", key, local=True)
        return self.ticket(self.ids_by_key[key])

    def next_key(self) -> str:
        """Give the key for the next ticket."""
        return f"{self.noun.key}-{self._last_number + 1}"

    def use_key(self, ticket: Ticket) -> None:
        """Enter a ticket's key; a number it has will not be given again, even after the ticket is deleted."""
        self.ids_by_key[ticket.key] = ticket.id
        self._last_number = max(self._last_number, number_in(ticket.key, self.noun.key))

    def refuse_taken(self, key: str) -> None:
        """Raise Conflict if a ticket of the project has this key."""
        if key in self.ids_by_key:
            raise Conflict(f"the key {key} is taken by another ticket of {self.noun.key}")

    def remove(self, ticket_id: str) -> None:
        """Forget a ticket and all that hangs on it; its children lose their parent."""
        del self.ids_by_key[self.ticket(ticket_id).ticket.key]
        del self.tickets[ticket_id]
        for held in self.tickets.values():
            parent = None if held.ticket.parent == ticket_id else held.ticket.parent
            links = tuple(link for link in held.ticket.links if link.target != ticket_id)
            held.ticket = replace(held.ticket, parent=parent, links=links)
        self.unmark(lambda marked: marked.ticket_id == ticket_id)

    def mark(
        self, kind: Literal["ticket", "comment", "attachment"], id: str, ticket_id: str, external_id: str | None
    ) -> None:
        """Remember the external id, if there is one."""
        if external_id is not None:
            marked = Marked(kind=kind, id=id, ticket_id=ticket_id, external_id=external_id)
            self.marks.setdefault(external_id, []).append(marked)

    def unmark(self, gone: Callable[[Marked], bool]) -> None:
        """Forget the marks of what is gone."""
        kept = {
            external_id: [each for each in several if not gone(each)] for external_id, several in self.marks.items()
        }
        self.marks = {external_id: several for external_id, several in kept.items() if several}
