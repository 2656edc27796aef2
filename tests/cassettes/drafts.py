"""What scenarios write: texts that are hard to keep, under names that say where they come from."""

from __future__ import annotations

from typing import Any

from tests.cassettes.live import PREFIX

from anybacklog import Ticket, TicketDraft, Tracker

HARD_LINE = "𠮷野家で🎉を ﾊﾝｶｸ Cafe\u0301 か\u3099 \u200b<b>&amp;</b> \\n"
HARD_TEXT = f"  {HARD_LINE}\r\n\r\n* one\r\n\ttwo\r\n\u3000three  \r\n"


def make(tracker: Tracker, title: str, **fields: Any) -> Ticket:
    """Create a ticket that says where it comes from."""
    return tracker.create_ticket(TicketDraft(title=PREFIX + title, **fields))


def make_some(tracker: Tracker, number: int) -> list[Ticket]:
    """Create tickets one after the other."""
    return [make(tracker, f"number {place}") for place in range(number)]
