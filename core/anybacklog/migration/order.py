"""The order of a source's tickets: creation, then key. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from anybacklog.model import Ticket


def in_source_order(tickets: Iterable[Ticket]) -> Iterator[Ticket]:
    """Order tickets of one instant by key; the rest is in creation order already.

    Tickets of one and the same instant are held in memory together: all of them, where a bulk import made them so.
    """
    for created_at, together in groupby(tickets, key=lambda ticket: ticket.created_at):
        yield from (together if created_at is None else sorted(together, key=natural_key))  # noqa: B031  # either, once


def natural_key(ticket: Ticket) -> tuple[str, int, str]:
    """Order PROJ-2 before PROJ-10: of two numbers, however long, the one with more digits is the larger."""
    head, _, number = ticket.key.rpartition("-")
    if not (number.isascii() and number.isdigit()):
        return head, 0, number
    digits = number.lstrip("0")
    return head, len(digits), digits
