"""What should not be in the target: a second copy, and what came since the migration began and not by it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import takewhile

from anybacklog.backend import Marked
from anybacklog.errors import NotFound
from anybacklog.migration.asked import Show, showing
from anybacklog.migration.comparison import Odd
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.ends import keys_count_up, number_of
from anybacklog.migration.journals import journal, learn
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Landed
from anybacklog.migration.mark import Mark, find_mark
from anybacklog.migration.rebuilding import MARK_FIELDS, marks_in, owner_of, walked
from anybacklog.migration.report import Verification
from anybacklog.migration.seen import Seen
from anybacklog.migration.snapshot import unlisted
from anybacklog.migration.verification.copies import Copies, Marks
from anybacklog.model import Ticket, TicketId
from anybacklog.steps import ItemKind, step_key
from anybacklog.tracker import Tracker


@dataclass(slots=True)
class Strays:
    """Looks through one target; `odd` are the (kind, id) that it has named already.

    `foreign` are the tickets that bear a mark of another source: a target may hold any number of them. `marks` are
    those that stand in fields of their own.
    """

    target: Tracker
    pair: Pair
    course: Course
    result: Verification
    copies: Copies
    foreign: Seen
    marks: Marks
    odd: set[tuple[str, str]] = field(default_factory=set)
    _walked: bool = False

    def look(self, show: Show) -> None:
        """Name second copies and strangers' tickets."""
        if self.course.marks:
            self._read_marks()
            self._marks(show)
        if not self._walked:
            self._strangers()

    def copy(self, landed: Landed | None) -> Bundle | None:
        """Give a copy with its links, and its journal where that is shown; None if it is gone, or went meanwhile."""
        there = self._there(landed)
        if there is None or not self.course.native("links"):
            return there
        with suppress(NotFound):
            return replace(there, ticket=self.target.whole(there.ticket))
        return None

    def _there(self, landed: Landed | None) -> Bundle | None:
        met = self.copies.met(landed.target_id) if landed is not None else None
        if landed is None or met is not None:
            return met
        with suppress(NotFound):
            ticket = self.target.ticket(landed.target_ticket)
            shown = self.course.native("comments") and self.target.capabilities.can("comments")
            return Bundle(ticket, journal(self.target, self.pair, landed.target_ticket) if shown else ())
        return None

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
                there = self._there(landed)
                row = self.pair.row(step_key(landed.item))
                key = row.source_key if row is not None and row.source_key else None
                title = there.ticket.title if there is not None else None
                self.result.add(key, landed.target_key, "ticket", landed.item.id, "extra", None, title)

    def odd_mark(self, kind: ItemKind, ticket: Ticket, id: str, copy: str) -> Iterator[Odd]:
        """Yield the mark of a thing of the source's ticket that its copy does not bear, if there is a field for it."""
        if self.course.marks and self.course.native(MARK_FIELDS[kind]):
            mark, said = Mark(self.course.source, ticket.key, kind, id), self.marks.said(kind, copy)
            there = find_mark(said) if said is not None else None
            if there is None or said != str(replace(mark, key=there.key)):  # the key may have changed since
                yield Odd("external_id", str(mark), said)

    def _read_marks(self) -> None:
        if any(map(self.course.native, MARK_FIELDS.values())):
            for marked in self.target.externals():
                self.marks.add(marked)

    def _marks(self, show: Show) -> None:
        """Find what carries a mark of ours and is not where the ledger says it is: a second copy."""
        walk = showing(show, "marks", self._walk(), None)
        for mark, marked in marks_in(self.target, self.course.native, None, walk):
            if mark.source != self.course.source:
                self.foreign.add(marked.ticket_id)
                continue
            owner = mark.id if mark.kind == "ticket" else owner_of(self.pair, marked.ticket_id)
            landed = self.pair.landed(mark.kind, owner, mark.id) if owner is not None else None
            if (landed is None or landed.target_id != marked.id) and not self._bears_another(marked):
                self.odd.add((marked.kind, marked.id))
                what = "extra" if landed is None else "doubled"
                key = self._key(marked.ticket_id)
                self.result.add(mark.key, key, marked.kind, mark.id, what, None, marked.id)

    def _bears_another(self, marked: Marked) -> bool:
        """Tell a copy of ours that bears the mark of another: its own text or `external_id` is named, and it stays."""
        known = self.pair.landed_on(marked.ticket_id)
        return any((each.item.kind, each.target_id) == (marked.kind, marked.id) for each in known)

    def _walk(self) -> Iterator[Bundle]:
        """Walk once through all the target holds, if anybody wants that: its marks, the copies, and strangers."""
        self._walked = True
        first = min((number_of(landed.target_id) for landed in self.pair.each("ticket")), default=0)
        for met in walked(self.target, self.course.native):
            learn(self.pair, met.ticket.id, met.comments)
            yield met
            self.copies.add(met)
            if self._is_newer(met.ticket, first):
                self._name([met.ticket])

    def _is_newer(self, ticket: Ticket, first: int) -> bool:
        """Tell what came since the migration began.

        In a target that is scanned nobody knows what was the newest there before; but what came after our first copy
        came since.
        """
        settings = self.pair.settings
        if settings.get("newest") is not None:
            return ticket.id.isdecimal() and int(ticket.id) > int(settings["newest"])
        if "newest_key" in settings and keys_count_up(self.target):
            return number_of(ticket.key) > number_of(settings["newest_key"] or "")
        scans = self.target.capabilities.listing.how == "scan"
        return scans and self._tells_whose() and number_of(ticket.id) > first

    def _strangers(self) -> None:
        """Find tickets that came into the target after the migration began, and not by any migration."""
        if self.pair.settings.get("newest") is not None:
            self._name(takewhile(lambda each: self._is_newer(each, 0), self.target.tickets(order="-id")))
        elif "newest_key" in self.pair.settings and keys_count_up(self.target):
            self._name(takewhile(lambda each: self._is_newer(each, 0), self.target.tickets(order="-created")))

    def _tells_whose(self) -> bool:
        return "description" not in self.target.capabilities.unreadable

    def _name(self, newer: Iterable[Ticket]) -> None:
        for ticket in newer:
            known = ticket.id in self.foreign or ("ticket", ticket.id) in self.odd
            if not known and owner_of(self.pair, ticket.id) is None:
                self.result.add(None, ticket.key, "ticket", ticket.id, "extra", None, ticket.title)

    def _key(self, target_ticket: str) -> str | None:
        try:
            return self.target.ticket(TicketId(target_ticket)).key
        except NotFound:
            return None
