"""What every question stands on: one target, one pair, and the marks by which a thing is known again."""

from __future__ import annotations

from dataclasses import dataclass

from anybacklog.migration.comparison import fingerprint
from anybacklog.migration.course import Course
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Row
from anybacklog.migration.mark import find_mark
from anybacklog.migration.places import CannotTell
from anybacklog.model import Text, TicketId
from anybacklog.steps import AddAttachment, AddComment, CreateTicket, Item
from anybacklog.tracker import Tracker


@dataclass(frozen=True)
class Ground:
    """One target that is asked about the steps of one pair."""

    source: Tracker | None  # None: it is not at hand
    target: Tracker
    pair: Pair
    course: Course

    def home(self, item: Item) -> TicketId:
        """Give the target's ticket that an item belongs to."""
        landed = self.pair.landed("ticket", item.ticket_id, item.ticket_id)
        if landed is None:
            raise CannotTell(f"ticket {item.ticket_key} itself is not known to have arrived")
        return landed.target_ticket

    def external(self, field: str) -> bool:
        """Tell whether this migration's marks stand in a field of the target."""
        return self.course.marks and self.course.native(field)

    def by_mark(self, step: CreateTicket | AddComment | AddAttachment, row: Row | None) -> str | None:
        """Look for the mark as it was intended then: the ticket's key in it may have changed since."""
        for mark in dict.fromkeys((row.mark if row else None, step.mark)):
            found = self.target.find_external(mark) if mark else None
            if found:
                return found.id
        return None


def as_intended(row: Row | None, text: Text | None) -> bool:
    """Tell whether a text is the one that was to be written then: more of what it names may be known since."""
    return row is not None and text is not None and row.before.get("text") == fingerprint(text)


def bears(text: str, mark: str) -> bool:
    """Tell whether a text has a mark of the same item."""
    found, wanted = find_mark(text), find_mark(mark)
    return found is not None and wanted is not None and found.item == wanted.item
