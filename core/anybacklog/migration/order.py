"""The order of tickets of one instant: by key. Pure."""

from __future__ import annotations

from anybacklog.model import Ticket


def natural_key(ticket: Ticket) -> tuple[str, int, str]:
    """Order PROJ-2 before PROJ-10: of two numbers, however long, the one with more digits is the larger."""
    head, _, number = ticket.key.rpartition("-")
    if not (number.isascii() and number.isdigit()):
        return head, 0, number
    digits = number.lstrip("0")
    return head, len(digits), digits
