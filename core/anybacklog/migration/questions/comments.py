"""Whether a comment arrived: by the journal, or the count in the description where the target shows no comments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from anybacklog.migration.comparison import compare_comment
from anybacklog.migration.copied import copied
from anybacklog.migration.journals import journal
from anybacklog.migration.ledger.rows import Landed, Row
from anybacklog.migration.places import CannotTell, landed_as, landed_comment
from anybacklog.migration.questions.ground import Ground, as_intended, bears
from anybacklog.model import Comment, TicketId
from anybacklog.steps import AddComment

STATE = "state"
"""What an intent keeps of a comment that brings the ticket's state along."""


class CommentQuestions(Ground):
    """Questions about the entries of a ticket's journal."""

    def commented(self, step: AddComment, row: Row | None) -> list[Landed] | None:
        """Find where a comment ended, by what its intent says of it; None: it is not there."""
        ticket_id = self.home(step.item)
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
        marked = self._marked(step, row)  # asked first: what arrives meanwhile stands in the journal, and is no absence
        return self._among(step, row, journal(self.target, self.pair, self.home(step.item)), marked)

    def entry(self, step: AddComment, row: Row | None, there: Iterable[Comment]) -> list[Landed] | None:
        """Look for a comment among the entries of its ticket's journal; None: it is not there."""
        return self._among(step, row, there, self._marked(step, row))

    def _marked(self, step: AddComment, row: Row | None) -> str | None:
        """Give the id of the comment that bears the step's mark in a field of its own."""
        return self.by_mark(step, row) if self.external("comments.external_id") else None

    def _among(
        self, step: AddComment, row: Row | None, there: Iterable[Comment], marked: str | None
    ) -> list[Landed] | None:
        ticket_id = self.home(step.item)
        known = {landed.target_id for landed in self.pair.landed_on(ticket_id) if landed.item.kind == "comment"}
        for comment in there:
            hit = comment.id == marked if self.external("comments.external_id") else self.is_entry(step, comment, row)
            if hit and comment.id not in known:
                return landed_comment(step, ticket_id, comment)
        return None

    def is_entry(self, step: AddComment, comment: Comment, row: Row | None) -> bool:
        """Tell whether a comment is the one that a step adds."""
        if self.course.marks:
            return bears(comment.body.source, step.mark)
        if as_intended(row, comment.body):
            step = replace(step, body=comment.body)
        return not list(compare_comment(step, comment, self.course)) and len(comment.attachments) == len(step.uploads)

    def _counted(self, step: AddComment, ticket_id: TicketId, before: int) -> list[Landed] | None:
        """Ask the description, which travels with every comment and counts them."""
        now = copied(self.target.ticket(ticket_id).description)
        if now == before:
            return None
        if now == before + 1:
            return [landed_as(step, ticket_id, now)]
        raise CannotTell(f"the ticket's description counted {before} copied comments before, and now {now}")
