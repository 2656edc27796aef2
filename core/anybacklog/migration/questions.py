"""What did an interrupted write do? Asks the target, never guesses: found, absent, or cannot be told."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import BinaryIO

from anybacklog.migration.comparison import compare_comment, compare_ticket, fingerprint, says
from anybacklog.migration.copied import copied
from anybacklog.migration.course import Course
from anybacklog.migration.fetching import measured
from anybacklog.migration.journals import journal
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Landed, Row
from anybacklog.migration.mark import find_mark
from anybacklog.migration.meanwhile import changed_meanwhile
from anybacklog.migration.places import (
    CannotTell,
    landed_as,
    landed_comment,
    landed_ticket,
    state_landed,
)
from anybacklog.model import Attachment, Comment, Text, Ticket, TicketId
from anybacklog.steps import (
    AddAttachment,
    AddComment,
    AddLink,
    CreateTicket,
    Item,
    KeepFile,
    RewriteText,
    SetParent,
    SetState,
    Step,
)
from anybacklog.tracker import Tracker

STATE = "state"
"""What an intent keeps of a comment that brings the ticket's state along."""
BEFORE = "fields"
"""What an intent keeps of the fields that a step sets: their fingerprints before."""
EDITED = "somebody edited it since it was copied, so what it names keeps its old names: change them there"


@dataclass(frozen=True, slots=True)
class Questions:
    """Asks one target about the steps of one pair."""

    source: Tracker | None  # None: it is not at hand
    target: Tracker
    pair: Pair
    course: Course

    def landed(self, step: Step, row: Row | None) -> list[Landed] | None:
        """Find where the items of a step ended; None: they are not there. `row` is what the ledger knows of it."""
        match step:
            case CreateTicket():
                return self._created(step, row)
            case AddComment():
                return self._commented(step, row)
            case AddAttachment():
                return self._attached(step, row)
            case SetParent():
                return self._parented(step)
            case RewriteText():
                return self._rewritten(step, row)
            case SetState():
                return self._in_state(step, row)
            case AddLink() | KeepFile():  # a file that is kept once more is the same file
                return self._linked(step) if isinstance(step, AddLink) else None

    def copies(self, step: Step, row: Row) -> list[str]:
        """Name all that bears a step's mark in a text of the target: more than one is one too many."""
        with suppress(CannotTell):
            if isinstance(step, CreateTicket) and self.course.marks and not self.external("external_id"):
                return [ticket.id for ticket in self._candidates(row) if self._is_copy(step, ticket, row)]
            if isinstance(step, AddComment) and self.course.marks and not self.external("comments.external_id"):
                shown = self.target.comments(self._home(step.item)) if self.target.capabilities.can("comments") else ()
                return [comment.id for comment in shown if self._is_entry(step, comment, row)]
        return []

    def _created(self, step: CreateTicket, row: Row | None) -> list[Landed] | None:
        found = self._by_mark(step, row) if self.external("external_id") else None
        ticket = self.target.ticket(TicketId(found)) if found else self._search_ticket(step, row)
        if ticket is None:
            return None
        return landed_ticket(_only(step, row.sent() if row is not None else ()), ticket)

    def _search_ticket(self, step: CreateTicket, row: Row | None) -> Ticket | None:
        if self.external("external_id"):
            return None
        return next((ticket for ticket in self._candidates(row) if self._is_copy(step, ticket, row)), None)

    def _candidates(self, row: Row | None) -> Iterator[Ticket]:
        """Yield what a create may have made: what came after the last key we were told, or else every ticket."""
        can = self.target.capabilities
        after = row.before.get("after") if row is not None else None
        if row is not None and "after" in row.before and can.can("tickets_after") and (after or can.listing.complete):
            return self.target.tickets_after(after)
        if not can.listing.complete:
            raise CannotTell("the target cannot list its tickets completely, and has acknowledged none of this ledger")
        return self.target.tickets(order="-created" if "-created" in can.listing.orders else "created")

    def _is_copy(self, step: CreateTicket, ticket: Ticket, row: Row | None) -> bool:
        if "description" in self.target.capabilities.unreadable:
            raise CannotTell(f"whose ticket {ticket.key} is stands in its description, which the target does not show")
        if self.course.marks:
            return ticket.description is not None and _bears(ticket.description.source, step.mark)
        if _as_intended(row, ticket.description):
            step = replace(step, draft=replace(step.draft, description=ticket.description))
        same = not list(compare_ticket(step.draft, ticket, self.course))
        return same and not self.pair.landed_on(ticket.id)

    def _commented(self, step: AddComment, row: Row | None) -> list[Landed] | None:
        ticket_id = self._home(step.item)
        if row is not None and "copied" in row.before:
            return self._counted(step, ticket_id, int(row.before["copied"]))
        if self.target.capabilities.can("change_with_comment"):
            self.target.ticket(ticket_id)  # until one was read, nobody knows what is shown
        with_state = row is not None and STATE in row.before
        return self.comment(step if with_state else replace(step, state={}), row)

    def comment(self, step: AddComment, row: Row | None) -> list[Landed] | None:
        """Look through the ticket's journal for a comment; None: it is not there."""
        if not self.target.capabilities.can("comments"):
            raise CannotTell("the target shows no comments")
        return self.entry(step, row, journal(self.target, self.pair, self._home(step.item)))

    def entry(self, step: AddComment, row: Row | None, there: Iterable[Comment]) -> list[Landed] | None:
        """Look for a comment among the entries of its ticket's journal; None: it is not there."""
        ticket_id = self._home(step.item)
        wanted = self._by_mark(step, row) if self.external("comments.external_id") else None
        known = {landed.target_id for landed in self.pair.landed_on(ticket_id) if landed.item.kind == "comment"}
        for comment in there:
            hit = comment.id == wanted if self.external("comments.external_id") else self._is_entry(step, comment, row)
            if hit and comment.id not in known:
                return landed_comment(step, ticket_id, comment)
        return None

    def _counted(self, step: AddComment, ticket_id: TicketId, before: int) -> list[Landed] | None:
        """Ask the description, which travels with every comment and counts them."""
        now = copied(self.target.ticket(ticket_id).description)
        if now == before:
            return None
        if now == before + 1:
            return [landed_as(step, ticket_id, now)]
        raise CannotTell(f"the ticket's description counted {before} copied comments before, and now {now}")

    def _is_entry(self, step: AddComment, comment: Comment, row: Row | None) -> bool:
        if self.course.marks:
            return _bears(comment.body.source, step.mark)
        if _as_intended(row, comment.body):
            step = replace(step, body=comment.body)
        return not list(compare_comment(step, comment, self.course)) and len(comment.attachments) == len(step.uploads)

    def _attached(self, step: AddAttachment, row: Row | None) -> list[Landed] | None:
        return self.file(step, row, self.files(self._home(step.item)))

    def files(self, home: TicketId) -> Sequence[Attachment]:
        """List a ticket's files, as far as they are looked through: not where their marks are asked for."""
        return () if self.external("attachments.external_id") else self.target.attachments(home)

    def file(self, step: AddAttachment, row: Row | None, there: Iterable[Attachment]) -> list[Landed] | None:
        """Look for a file among those of its ticket, by name and bytes; None: it is not there."""
        ticket_id = self._home(step.item)
        if self.external("attachments.external_id"):
            found = self._by_mark(step, row)
            return [Landed(item=step.item, target_ticket=ticket_id, target_id=found)] if found else None
        known = {landed.target_id for landed in self.pair.landed_on(ticket_id) if landed.item.kind == "attachment"}
        wanted = step.upload.attachment
        sent = row.sent().get(wanted.id) if row is not None else None
        if sent is not None:
            wanted = replace(wanted, size=sent.size, sha256=sent.sha256)
        for attachment in there:
            fresh = attachment.id not in known and attachment.name == wanted.name
            alike = wanted.size is None or attachment.size in (None, wanted.size)
            if fresh and alike and self._same_bytes(attachment, wanted):
                return [Landed(item=step.item, target_ticket=ticket_id, target_id=attachment.id, told=attachment)]
        return None

    def _same_bytes(self, attachment: Attachment, wanted: Attachment) -> bool:
        known = wanted.sha256
        if known is None:
            if self.source is None:
                raise CannotTell(f"the source would have to be asked for the bytes of {wanted.name!r}")
            with self.source.open_attachment(wanted) as stream:
                known = digest(stream)
        with self.target.open_attachment(attachment) as stream:
            return digest(stream) == known

    def _parented(self, step: SetParent) -> list[Landed] | None:
        ticket_id = self._home(step.item)
        parent = self.pair.landed("ticket", step.parent, step.parent)
        if parent is None or self.target.ticket(ticket_id).parent != parent.target_id:
            return None
        return [Landed(item=step.item, target_ticket=ticket_id, target_id=parent.target_id)]

    def _in_state(self, step: SetState, row: Row | None) -> list[Landed] | None:
        ticket = self.target.ticket(self._home(step.item))
        landed = state_landed(step, ticket)
        before = row.before.get(BEFORE) if row is not None and landed is None else None
        if changed := ", ".join(changed_meanwhile(ticket, step.changes, before or {})):
            raise CannotTell(f"somebody changed {changed} meanwhile, so it is not sent again")
        return landed

    def _linked(self, step: AddLink) -> list[Landed] | None:
        ticket_id = self._home(step.item)
        other = self.pair.landed("ticket", step.other, step.other)
        for link in self.target.links(ticket_id):
            if other is not None and (link.kind, link.target) == (step.kind, other.target_id):
                return [Landed(item=step.item, target_ticket=ticket_id, target_id=link.id)]
        return None

    def _rewritten(self, step: RewriteText, row: Row | None) -> list[Landed] | None:
        there = self.text_there(step)
        if says(there, step.text, self.course):
            return []
        sent = row.before.get("text") if row is not None else None  # when fewer of its names were known, perhaps
        if there is not None and step.over is not None and fingerprint(there) not in (step.over, sent):
            raise CannotTell(EDITED)
        return None

    def text_there(self, step: RewriteText) -> Text | None:
        """Read the text that a step writes anew; None: it is gone."""
        home = self._home(step.item)
        if step.item.id == "description":
            return self.target.ticket(home).description or Text("", self.course.writing.native_format)
        texts = {each.id: each.body for each in journal(self.target, self.pair, home)}
        return texts.get(self._comment(step).target_id)

    def comment_of(self, step: RewriteText) -> str:
        """Give the id there of the comment that a step writes anew; its text was read before."""
        landed = self._comment(step)
        if landed.untold:
            raise CannotTell(f"the mark of comment {step.item.id} of {step.item.ticket_key} is not in the journal")
        return landed.target_id

    def _comment(self, step: RewriteText) -> Landed:
        landed = self.pair.landed("comment", step.item.ticket_id, step.item.id)
        if landed is None:
            raise CannotTell(f"comment {step.item.id} of {step.item.ticket_key} is not known to have arrived")
        return landed

    def _home(self, item: Item) -> TicketId:
        landed = self.pair.landed("ticket", item.ticket_id, item.ticket_id)
        if landed is None:
            raise CannotTell(f"ticket {item.ticket_key} itself is not known to have arrived")
        return landed.target_ticket

    def external(self, field: str) -> bool:
        """Tell whether this migration's marks stand in a field of the target."""
        return self.course.marks and self.course.native(field)

    def _by_mark(self, step: CreateTicket | AddComment | AddAttachment, row: Row | None) -> str | None:
        """Look for the mark as it was intended then: the ticket's key in it may have changed since."""
        for mark in dict.fromkeys((row.mark if row else None, step.mark)):
            found = self.target.find_external(mark) if mark else None
            if found:
                return found.id
        return None


def _only(step: CreateTicket, sent: Container[str]) -> CreateTicket:
    """Give a step with those of its files that were sent with it, by the source's ids."""
    return replace(step, uploads=tuple(each for each in step.uploads if each.attachment.id in sent))


def digest(stream: BinaryIO) -> str:
    """Hash a stream to its end, in constant memory; SHA-256, lower-case hex."""
    return measured(stream).sha256


def _as_intended(row: Row | None, text: Text | None) -> bool:
    """Tell whether a text is the one that was to be written then: more of what it names may be known since."""
    return row is not None and text is not None and row.before.get("text") == fingerprint(text)


def _bears(text: str, mark: str) -> bool:
    found, wanted = find_mark(text), find_mark(mark)
    return found is not None and wanted is not None and found.item == wanted.item
