"""Whether a ticket was created, and whether it is in the state that a step gives it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace

from anybacklog.migration.comparison import compare_ticket
from anybacklog.migration.ledger.rows import Landed, Row
from anybacklog.migration.meanwhile import changed_meanwhile
from anybacklog.migration.places import CannotTell, landed_ticket, state_landed
from anybacklog.migration.questions.ground import Ground, as_intended, bears
from anybacklog.model import Ticket, TicketId
from anybacklog.steps import CreateTicket, SetState

BEFORE = "fields"
"""What an intent keeps of the fields that a step sets: their fingerprints before."""


class TicketQuestions(Ground):
    """Questions about a ticket itself."""

    def created(self, step: CreateTicket, row: Row | None) -> list[Landed] | None:
        """Find the ticket that a step has made, with what came with it; None: it is not there."""
        found = self.by_mark(step, row) if self.external("external_id") else None
        ticket = self.target.ticket(TicketId(found)) if found else self._search_ticket(step, row)
        if ticket is None:
            return None
        return landed_ticket(_only(step, row.sent() if row is not None else ()), ticket)

    def _search_ticket(self, step: CreateTicket, row: Row | None) -> Ticket | None:
        if self.external("external_id"):
            return None
        return next((ticket for ticket in self.candidates(row) if self.is_copy(step, ticket, row)), None)

    def candidates(self, row: Row | None) -> Iterator[Ticket]:
        """Yield what a create may have made: what came after the last key we were told, or else every ticket."""
        can = self.target.capabilities
        after = row.before.get("after") if row is not None else None
        if row is not None and "after" in row.before and can.can("tickets_after") and (after or can.listing.complete):
            return self.target.tickets_after(after)
        if not can.listing.complete:
            raise CannotTell("the target cannot list its tickets completely, and has acknowledged none of this ledger")
        return self.target.tickets(order="-created" if "-created" in can.listing.orders else "created")

    def is_copy(self, step: CreateTicket, ticket: Ticket, row: Row | None) -> bool:
        """Tell whether a ticket is the one that a step makes."""
        if "description" in self.target.capabilities.unreadable:
            raise CannotTell(f"whose ticket {ticket.key} is stands in its description, which the target does not show")
        if self.course.marks:
            return ticket.description is not None and bears(ticket.description.source, step.mark)
        if as_intended(row, ticket.description):
            step = replace(step, draft=replace(step.draft, description=ticket.description))
        same = not list(compare_ticket(step.draft, ticket, self.course))
        return same and not self.pair.landed_on(ticket.id)

    def in_state(self, step: SetState, row: Row | None) -> list[Landed] | None:
        """Tell whether a ticket is as a step wants it; None: it is as it was before the step."""
        ticket = self.target.ticket(self.home(step.item))
        landed = state_landed(step, ticket)
        before = row.before.get(BEFORE) if row is not None and landed is None else None
        if changed := ", ".join(changed_meanwhile(ticket, step.changes, before or {})):
            raise CannotTell(f"somebody changed {changed} meanwhile, so it is not sent again")
        return landed


def _only(step: CreateTicket, sent: Container[str]) -> CreateTicket:
    """Give a step with those of its files that were sent with it, by the source's ids."""
    return replace(step, uploads=tuple(each for each in step.uploads if each.attachment.id in sent))
