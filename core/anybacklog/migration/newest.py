"""The newest tickets of a target, those too that its search does not know yet: a search may lag behind writes.

Where keys count up, ids are taken to do so, too. The feed of what happened is read as far back as a write can be in
doubt, which is longer than any search lags.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from anybacklog.errors import NotFound
from anybacklog.migration.ends import keys_count_up, number_of
from anybacklog.model import Ticket, TicketId
from anybacklog.tracker import Tracker


def every_ticket(target: Tracker) -> Iterator[Ticket]:
    """Yield every ticket, oldest first."""
    highest = 0
    for ticket in target.tickets():
        highest = max(highest, number_of(ticket.id))
        yield ticket
    yield from _unsearched(target, highest)


def tickets_above(target: Tracker, key: str | None, id: int) -> Iterator[Ticket]:
    """Yield the tickets whose keys have higher numbers; `id` is the highest known. None where no key can be followed.

    Where they are listed, the newest first, that is one search; else ids behind a key are asked for, as far as a scan
    goes.
    """
    if not keys_count_up(target):
        yield from target.tickets_after(key) if key and target.capabilities.can("tickets_after") else ()
        return
    highest = id
    for ticket in target.tickets(order="-created"):
        highest = max(highest, number_of(ticket.id))
        if number_of(ticket.key) <= number_of(key or ""):
            break
        yield ticket
    yield from _unsearched(target, highest)


def _unsearched(target: Tracker, highest: int) -> Iterator[Ticket]:
    """Yield the tickets with ids above the highest one listed that the feed tells of."""
    for fresh in sorted(number for number in set(_told(target)) if number > highest):
        try:
            ticket = target.ticket(TicketId(str(fresh)))
        except NotFound:  # deleted since
            continue
        yield ticket


def _told(target: Tracker) -> Iterator[int]:
    """Yield the ids of tickets to which something happened lately, as seen from the last thing that happened."""
    if not keys_count_up(target) or not target.capabilities.can("activities"):
        return
    since: datetime | None = None
    for activity in target.activities():
        if activity.created_at is not None:
            since = since or activity.created_at - timedelta(seconds=target.capabilities.settle.seconds)
            if activity.created_at < since:
                return
        yield number_of(activity.ticket or "")
