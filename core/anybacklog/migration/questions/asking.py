"""What became of one step, whatever its kind, and of which there are several copies."""

from __future__ import annotations

from contextlib import suppress

from anybacklog.migration.ledger.rows import Landed, Row
from anybacklog.migration.places import CannotTell
from anybacklog.migration.questions.comments import CommentQuestions
from anybacklog.migration.questions.files import FileQuestions
from anybacklog.migration.questions.texts import TextQuestions
from anybacklog.migration.questions.tickets import TicketQuestions
from anybacklog.migration.questions.ties import TieQuestions
from anybacklog.steps import (
    AddAttachment,
    AddComment,
    AddLink,
    CreateTicket,
    KeepFile,
    RewriteText,
    SetParent,
    SetState,
    Step,
)


class Questions(TicketQuestions, CommentQuestions, FileQuestions, TextQuestions, TieQuestions):
    """Asks one target about the steps of one pair."""

    def landed(self, step: Step, row: Row | None) -> list[Landed] | None:
        """Find where the items of a step ended; None: they are not there. `row` is what the ledger knows of it."""
        match step:
            case CreateTicket():
                return self.created(step, row)
            case AddComment():
                return self.commented(step, row)
            case AddAttachment():
                return self.attached(step, row)
            case SetParent():
                return self.parented(step)
            case RewriteText():
                return self.rewritten(step, row)
            case SetState():
                return self.in_state(step, row)
            case AddLink() | KeepFile():  # a file that is kept once more is the same file
                return self.linked(step) if isinstance(step, AddLink) else None

    def copies(self, step: Step, row: Row) -> list[str]:
        """Name all that bears a step's mark in a text of the target: more than one is one too many."""
        with suppress(CannotTell):
            if isinstance(step, CreateTicket) and self.course.marks and not self.external("external_id"):
                return [ticket.id for ticket in self.candidates(row) if self.is_copy(step, ticket, row)]
            if isinstance(step, AddComment) and self.course.marks and not self.external("comments.external_id"):
                shown = self.target.comments(self.home(step.item)) if self.target.capabilities.can("comments") else ()
                return [comment.id for comment in shown if self.is_entry(step, comment, row)]
        return []
