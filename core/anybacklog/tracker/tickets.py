"""Tickets: list, count, read, write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from anybacklog.backend import (
    CreatesTickets,
    DeletesTickets,
    FollowsKeys,
    UpdatesTickets,
)  # fmt: skip
from anybacklog.errors import Conflict
from anybacklog.model import Ticket, TicketDraft, TicketId
from anybacklog.query import TicketQuery
from anybacklog.tracker.listing import build_query, counted, listed, refuse_unknown_options
from anybacklog.tracker.opened import Opened, Ref, owned


class TicketOperations(Opened):
    """What can be done with tickets."""

    def tickets(
        self, *, order: str = "created", options: Mapping[str, Any] | None = None, **filters: Any
    ) -> Iterator[Ticket]:
        """List tickets lazily: creation order, oldest first, unless `order="-updated"` and the like.

        Filters: status category type priority assignee reporter milestone parent text created_since created_until
        updated_since updated_until; one value or several. Lower bounds inclusive, upper exclusive; a `date` is 00:00
        UTC. `options` are the vendor's own. Raises IncompleteListing when the backend counted more than it listed.
        """
        query = self._query(filters, order, options)
        return self._owning(listed(self._backend, query))

    def count_tickets(self, *, options: Mapping[str, Any] | None = None, **filters: Any) -> int:
        """Count what `tickets()` would list with the same filters."""
        query = self._query(filters, "created", options)
        with self._during("count_tickets"):
            return counted(self._backend, query)

    def ticket(self, ref: Ref) -> Ticket:
        """Read one ticket afresh."""
        with self._during("ticket"):
            plain = isinstance(ref, str) and not isinstance(ref, TicketId)
            return owned(self._found(str(ref)) if plain else self._backend.ticket(self._id(ref)))

    def tickets_after(self, key: str | None) -> Iterator[Ticket]:
        """Yield what was given a key after this one (None: everything), in that order, without asking a search."""
        with self._during("tickets_after"):
            found = self._able(FollowsKeys, "tickets_after").tickets_after(key)
        return self._owning(found)

    def create_ticket(self, draft: TicketDraft, *, exact: bool = False) -> Ticket:
        """Create a ticket. What the draft leaves empty is the backend's to choose, unless it is to be `exact`."""
        with self._during("create_ticket"):
            backend = self._able(CreatesTickets, "create_ticket")
            return owned(backend.create_ticket(self._drafts().to_create(draft, exact=exact)))

    def update_ticket(
        self, ref: Ref, changes: Mapping[str, Any], *, if_unchanged_since: Ticket | None = None
    ) -> Ticket:
        """Change the fields that `changes` names; None or empty clears, a list replaces the list.

        Last writer wins, unless `if_unchanged_since` is given: Conflict when the ticket is not as it was then.
        """
        with self._during("update_ticket"):
            backend = self._able(UpdatesTickets, "update_ticket")
            fields = self._drafts().to_change(changes)
            ticket_id = self._id(ref)
            if if_unchanged_since is not None and self.ticket(TicketId(ticket_id)) != if_unchanged_since:
                raise Conflict(f"ticket {if_unchanged_since.key} was changed meanwhile; read it again, then decide")
            return owned(backend.update_ticket(ticket_id, fields))

    def delete_ticket(self, ref: Ref) -> None:
        """Delete a ticket with all that hangs on it."""
        with self._during("delete_ticket"):
            self._able(DeletesTickets, "delete_ticket").delete_ticket(self._id(ref))

    def _query(self, filters: Mapping[str, Any], order: str, options: Mapping[str, Any] | None) -> TicketQuery:
        with self._during("tickets"):
            refuse_unknown_options(self._backend, options or {}, self.location.scheme)
            wanted = filters.get("parent")
            several = wanted if isinstance(wanted, (list, tuple, set, frozenset)) else (wanted,)
            parents = None if wanted is None else frozenset(self._id(ref) for ref in several)
            return build_query(self._words, filters, parents=parents, order=order, options=options or {})

    def _owning(self, tickets: Iterator[Ticket]) -> Iterator[Ticket]:
        with self._during("tickets"):
            for ticket in tickets:
                yield owned(ticket)
                self._refuse_closed()
