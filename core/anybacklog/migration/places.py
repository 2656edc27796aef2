"""Where the items of a step ended, by what the target says of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anybacklog.migration.ledger.rows import Landed
from anybacklog.migration.pairing import paired
from anybacklog.model import Attachment, Comment, Ticket, TicketId
from anybacklog.steps import AddComment, CreateTicket, Item, SetState, Step, Upload, alone, state_of


class CannotTell(Exception):
    """The target cannot be asked what happened; the step is held for a person."""


def landed_comment(step: AddComment, ticket_id: TicketId, comment: Comment) -> list[Landed]:
    """Pair a comment's items with what the target made of them; the ticket's state came with it."""
    landed = [Landed(item=step.item, target_ticket=ticket_id, target_id=comment.id)]
    for upload, file in paired(step.uploads, comment.attachments):
        if file is None:
            raise CannotTell(f"the comment's file {upload.attachment.name!r} is not there; its text is")
        landed.append(landed_file(step, upload, ticket_id, file))
    return landed + _landed_state(step, ticket_id)


def landed_untold(step: AddComment, ticket_id: TicketId) -> list[Landed]:
    """Say of a comment without files that it arrived with the ticket's state, though nobody told its id."""
    return [Landed(item=step.item, target_ticket=ticket_id, target_id=""), *_landed_state(step, ticket_id)]


def _landed_state(step: AddComment, ticket_id: TicketId) -> list[Landed]:
    return [Landed(item=item, target_ticket=ticket_id, target_id=ticket_id) for item in state_of(step)]


def landed_ticket(step: CreateTicket, ticket: Ticket) -> list[Landed]:
    """Say where a ticket ended, and its parent and its files, as far as they came with it."""
    home = TicketId(ticket.id)
    came = [(upload, file) for upload, file in paired(step.uploads, ticket.attachments) if file is not None]
    return [
        Landed(item=step.item, target_ticket=home, target_id=ticket.id, target_key=ticket.key),
        *parent_landed(step, ticket),
        *(landed_file(step, upload, home, file) for upload, file in came),
    ]


def state_landed(step: SetState, ticket: Ticket) -> list[Landed] | None:
    """Tell whether a ticket is as a step wants it; None: it is not."""
    if not is_so(ticket, step.changes):
        return None
    return [Landed(item=step.item, target_ticket=TicketId(ticket.id), target_id=ticket.id)]


def is_so(ticket: Ticket, state: Mapping[str, Any]) -> bool:
    """Tell whether a ticket is in a state; a mark in a field of its own, which no ticket shows, is set once more."""
    return all(getattr(ticket, name, None) == wanted for name, wanted in state.items())


def landed_file(step: Step, upload: Upload, ticket_id: TicketId, file: Attachment) -> Landed:
    """Say which file there is one that came with a step."""
    return Landed(item=alone(step, upload).item, target_ticket=ticket_id, target_id=file.id, told=file)


def landed_as(step: AddComment, ticket_id: TicketId, count: int) -> Landed:
    """Say where a comment ended that is counted and not shown: it has no id there but its number."""
    return Landed(item=step.item, target_ticket=ticket_id, target_id=f"copied-{count}")


def parent_landed(step: CreateTicket, ticket: Ticket) -> list[Landed]:
    """Say that the parent came with the ticket, so that no later step gives it."""
    if step.parent is None or ticket.parent is None:
        return []
    item = Item(kind="parent", id=step.item.id, ticket_id=step.item.ticket_id, ticket_key=step.item.ticket_key)
    return [Landed(item=item, target_ticket=TicketId(ticket.id), target_id=ticket.parent)]
