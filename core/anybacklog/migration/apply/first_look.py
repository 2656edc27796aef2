"""What is to be written into a ticket that an earlier run has made is looked for first: a ledger may be older than it.

A ledger that was restored from a backup does not know what later runs wrote. What is there is taken in, and not sent
again. A tie needs no look, since writing one twice changes nothing; a state and a text are read before each write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from anybacklog.errors import NotFound, PermissionDenied, ProtocolError, UnsupportedOperation
from anybacklog.migration.apply.along import arrived, left_behind
from anybacklog.migration.apply.counting import Counting
from anybacklog.migration.copied import copied
from anybacklog.migration.falling_back import point_to
from anybacklog.migration.faults import Fault, telling_faults
from anybacklog.migration.journals import journal
from anybacklog.migration.ledger.rows import Landed, Row
from anybacklog.migration.places import CannotTell, landed_as
from anybacklog.migration.questions import Questions
from anybacklog.model import Attachment, Comment, TicketId
from anybacklog.steps import AddAttachment, AddComment, CreateTicket, Step, StepState, items_of, key_of, uploads_of

IN_DOUBT: tuple[StepState, ...] = ("intended", "unsure", "held")


@dataclass(slots=True)
class FirstLook:
    """Looks at the tickets of one run, each once: at most one reading of its journal and one of its files."""

    ask: Questions
    counting: Counting
    found: int = 0
    """How many items were there though the ledger did not know them."""

    def ticket(self, steps: Iterable[Step]) -> Sequence[Step]:
        """Look at a ticket that an earlier run has made; give its steps, those that can go on."""
        steps = tuple(steps)
        rows = (self.ask.pair.row(key_of(step)) for step in steps if isinstance(step, CreateTicket))
        begun = any(row is not None and row.state == "done" for row in rows)
        return self.look(steps) if begun else steps

    def missing(self, steps: Sequence[Step]) -> list[Step]:
        """Look at what is to be mended of a ticket; give the steps less those of what is there."""
        unknown = {key_of(step) for step in self._pending(steps)}
        return [step for step in self.look(steps) if key_of(step) not in unknown or self._is_pending(step)]

    def look(self, steps: Sequence[Step]) -> Sequence[Step]:
        """Take in what is there of the steps of one ticket; give all, less those of which nobody can tell."""
        pending = list(self._pending(steps))
        try:
            with suppress(NotFound), telling_faults(CannotTell):  # of a ticket that is gone each step is told so
                self.found += self.ask.pair.adopt(self._there(pending), batch=1) if pending else 0
        except (ProtocolError, PermissionDenied, Fault) as error:
            told = f"what the target holds of its ticket cannot be read, so it may be there already: {error}"
            self.counting.fail((item for step in pending for item in items_of(step)), "read", told)
            return [step for step in steps if step not in pending]
        return steps

    def notes(self) -> Iterator[str]:
        """Say how many were found."""
        if self.found:
            yield f"items that were there, and that this ledger, which is older, did not know: {self.found}"

    def _pending(self, steps: Iterable[Step]) -> Iterator[AddComment | AddAttachment]:
        """Yield what would be written of the journal and of files; what should have come along with others, too."""
        for step in steps:
            row = self.ask.pair.row(key_of(step))
            if row is not None and row.state == "done":
                yield from filter(self._is_pending, left_behind(step, self.ask.pair))
            elif isinstance(step, AddComment | AddAttachment) and self._is_pending(step):
                yield step

    def _is_pending(self, step: Step) -> bool:
        row = self.ask.pair.row(key_of(step))
        return row.state in ("refused", "quarantined") if row is not None else not arrived(step, row, self.ask.pair)

    def _there(self, pending: Sequence[AddComment | AddAttachment]) -> Iterator[tuple[str, Landed]]:
        """Yield what is there, by step key; comments first, for the files that came with them are no others."""
        landed = self.ask.pair.landed("ticket", pending[0].item.ticket_id, pending[0].item.ticket_id)
        comments = [*(step for step in pending if isinstance(step, AddComment)), *self._pointers(pending)]
        doubted = any(row.sent() for row in self._in_doubt(pending[0]))  # a comment that perhaps came brought them
        files = [step for step in pending if isinstance(step, AddAttachment) and not doubted]
        if landed is not None and comments:
            yield from self._comments(comments, landed.target_ticket)
        if landed is not None and files and self.ask.target.capabilities.can("attachments"):
            yield from self._files(files, landed.target_ticket)

    def _pointers(self, pending: Iterable[Step]) -> Iterator[AddComment]:
        """Yield the comments that would name these files, if the target refuses them once more."""
        if self.ask.course.fallback_folder:
            for step in pending:
                pointers = (point_to(each.attachment, step.item, self.ask.course) for each in uploads_of(step))
                yield from filter(self._is_pending, pointers)

    def _comments(self, steps: Sequence[AddComment], home: TicketId) -> Iterator[tuple[str, Landed]]:
        there = self._journal(home)
        if there is None:
            yield from self._counted(steps, home)
            return
        for step in steps:
            yield from ((key_of(step), each) for each in self._entry(step, there))

    def _journal(self, home: TicketId) -> Sequence[Comment] | None:
        """Read a ticket's journal; None: it is not shown, which is known, perhaps, only once it was asked for."""
        if self.ask.target.capabilities.can("comments"):
            with suppress(UnsupportedOperation):
                return journal(self.ask.target, self.ask.pair, home)
        return None

    def _entry(self, step: AddComment, there: Sequence[Comment]) -> list[Landed]:
        row = self.ask.pair.row(key_of(step))
        try:
            found = self.ask.entry(step, row, there) or []
        except CannotTell:  # one of its files is not there, and follows alone
            found = self.ask.entry(replace(step, uploads=()), row, there) or []
        changed = {change.field for each in there if found and each.id == found[0].target_id for change in each.changes}
        came = not changed.isdisjoint(step.state)  # perhaps the ticket's state went alone, or somebody will set it
        return [each for each in found if came or each.item.kind != "state"]

    def _counted(self, steps: Sequence[AddComment], home: TicketId) -> Iterator[tuple[str, Landed]]:
        """Take as many for copied as the description counts beyond those known, unless one of them is in doubt."""
        if any(self._in_doubt(steps[0])):
            return
        known = sum(each.item.kind == "comment" for each in self.ask.pair.landed_on(home))
        count = copied(self.ask.target.ticket(home).description) or 0
        for number, step in enumerate(steps[: max(0, count - known)], known + 1):
            yield key_of(step), landed_as(step, home, number)

    def _in_doubt(self, step: Step) -> Iterator[Row]:
        """Yield the comments of a ticket of which nobody knows whether they came."""
        begins = f"comment:{step.item.ticket_id}:"
        return (row for row in self.ask.pair.rows(*IN_DOUBT) if row.key.startswith(begins))

    def _files(self, steps: Sequence[AddAttachment], home: TicketId) -> Iterator[tuple[str, Landed]]:
        there = self.ask.files(home)
        for step in steps:
            yield from ((key_of(step), each) for each in self._file(step, there))

    def _file(self, step: AddAttachment, there: Sequence[Attachment]) -> list[Landed]:
        with suppress(NotFound, CannotTell):  # the source has the file no more: its own step says so
            return self.ask.file(step, self.ask.pair.row(key_of(step)), there) or []
        return []
