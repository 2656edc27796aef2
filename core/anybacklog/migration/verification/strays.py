"""What should not be in the target: a second copy, and what came since the migration began and not by it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from itertools import takewhile

from anybacklog.errors import NotFound
from anybacklog.migration.course import Course
from anybacklog.migration.ends import keys_count_up, number_of
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger_rows import Landed
from anybacklog.migration.rebuilding import marks_in, owner_of
from anybacklog.migration.report import Verification
from anybacklog.migration.snapshot import unlisted
from anybacklog.model import Ticket, TicketId
from anybacklog.steps import step_key
from anybacklog.tracker import Tracker


@dataclass(slots=True)
class Strays:
    """Looks through one target; `odd` are the (kind, id) that it has named already."""

    target: Tracker
    pair: Pair
    course: Course
    result: Verification
    odd: set[tuple[str, str]] = field(default_factory=set)
    _foreign: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Name second copies and strangers' tickets."""
        if self.course.marks:
            self._marks()
        self._strangers()

    def unproven(self) -> str | None:
        """Say, once all was looked through, why more may be there than was named; None: there is no more."""
        listing = self.target.capabilities.listing
        if listing.complete:
            return None
        if not self.course.marks:
            return "without marks the target is not scanned, and tickets of others in it were not looked for"
        if not self._tells_whose():
            return "the target shows no descriptions, which would tell whose a ticket is"
        return unlisted(listing.reason, "target")

    def gone(self, seen: Container[str]) -> None:
        """Name the copies of tickets that the source has no more."""
        for landed in self.pair.each("ticket"):
            if landed.item.id not in seen:
                there = read(self.target, landed)
                row = self.pair.row(step_key(landed.item))
                key = row.source_key if row is not None and row.source_key else None
                title = there.title if there is not None else None
                self.result.add(key, landed.target_key, "ticket", landed.item.id, "extra", None, title)

    def _marks(self) -> None:
        """Find what carries a mark of ours and is not where the ledger says it is: a second copy."""
        for mark, marked in marks_in(self.target, self.course.native, None, met=self._scanned()):
            if mark.source != self.course.source:
                self._foreign.add(marked.ticket_id)
                continue
            owner = mark.id if mark.kind == "ticket" else owner_of(self.pair, marked.ticket_id)
            landed = self.pair.landed(mark.kind, owner, mark.id) if owner is not None else None
            if landed is None or landed.target_id != marked.id:
                self.odd.add((marked.kind, marked.id))
                what = "extra" if landed is None else "doubled"
                key = self._key(marked.ticket_id)
                self.result.add(mark.key, key, marked.kind, mark.id, what, None, marked.id)

    def _strangers(self) -> None:
        """Find tickets that came into the target after the migration began, and not by any migration."""
        newest, settings = self.pair.settings.get("newest"), self.pair.settings
        if newest is not None:
            newer = self.target.tickets(order="-id")
            self._name(takewhile(lambda each: each.id.isdecimal() and int(each.id) > int(newest), newer))
        elif "newest_key" in settings and keys_count_up(self.target):
            before = number_of(settings["newest_key"] or "")
            self._name(takewhile(lambda each: number_of(each.key) > before, self.target.tickets(order="-created")))

    def _scanned(self) -> Callable[[Ticket], None]:
        """Give what looks at each ticket of a target that is scanned once, and not again for strangers.

        Nobody knows what was the newest there before; but what came after our first copy came since.
        """
        first = min((number_of(landed.target_id) for landed in self.pair.each("ticket")), default=0)

        def look(ticket: Ticket) -> None:
            if self._tells_whose() and number_of(ticket.id) > first:
                self._name([ticket])

        return look if self.target.capabilities.listing.how == "scan" else lambda _: None

    def _tells_whose(self) -> bool:
        return "description" not in self.target.capabilities.unreadable

    def _name(self, newer: Iterable[Ticket]) -> None:
        for ticket in newer:
            known = ticket.id in self._foreign or ("ticket", ticket.id) in self.odd
            if not known and owner_of(self.pair, ticket.id) is None:
                self.result.add(None, ticket.key, "ticket", ticket.id, "extra", None, ticket.title)

    def _key(self, target_ticket: str) -> str | None:
        try:
            return self.target.ticket(TicketId(target_ticket)).key
        except NotFound:
            return None


def read(target: Tracker, landed: Landed | None) -> Ticket | None:
    """Read a copy; None if there is none, or no more."""
    try:
        return target.ticket(landed.target_ticket) if landed is not None else None
    except NotFound:
        return None
