"""The comments of a target that shows none: each travels in one write with their count, in the description."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from anybacklog.errors import NotFound
from anybacklog.markup.wording import shown_as
from anybacklog.migration.copied import copied, counted, uncounted
from anybacklog.migration.ledger.rows import Landed
from anybacklog.migration.places import landed_as
from anybacklog.migration.questions import Questions
from anybacklog.model import Text, TicketId
from anybacklog.steps import AddComment, CreateTicket, Item, Step


@dataclass(slots=True)
class CommentCount:
    """Counts the comments of the ticket in hand as they arrive; `home` gives the target's ticket of an item."""

    ask: Questions
    home: Callable[[Item], TicketId]
    of: int = 0
    """How many comments the ticket is to have."""
    planned: Text | None = None
    """Its description as it was planned, without a count."""
    due: tuple[Text, int] | None = None
    """The description to send with the comment that is next, and the count so far; None: nothing is counted."""
    answered: bool = False
    """Whether an answer has shown what the target shows of its tickets."""

    def begin(self, steps: Sequence[Step]) -> None:
        """Take the steps of the next ticket in hand."""
        drafts = (step.draft for step in steps if isinstance(step, CreateTicket))
        self.planned = next((draft.description for draft in drafts if isinstance(draft.description, Text)), None)
        self.of = sum(isinstance(step, AddComment) for step in steps)

    def before(self, step: AddComment) -> dict[str, str | None]:
        """Read how many comments are counted in the description, where they travel with it and are not shown."""
        target, self.due = self.ask.target, None
        if not self.ask.course.marks or not target.capabilities.can("change_with_comment"):
            return {}
        if self.answered and target.capabilities.can("comments"):
            return {}  # an answer has shown that there is nothing to count
        self.answered = True
        with suppress(NotFound):  # the write is told so, too
            described = target.ticket(self.home(step.item)).description
            count = copied(described)
            if described is not None and count is not None and not target.capabilities.can("comments"):
                self.due = (self._to_send(described), count)
                return {"copied": str(count)}
        return {}

    def write(self, step: AddComment, described: Text, before: int) -> list[Landed]:
        """Send a comment together with the count of those that arrived."""
        count, home = before + 1, self.home(step.item)
        changes = {"description": counted(described, count, max(count, self.of))}
        self.ask.target.change_with_comment(home, changes, step.body)
        return [landed_as(step, home, count)]

    def _to_send(self, described: Text) -> Text:
        """Give what is shown, or, where the target rewrote it, what was written: the former would lose more."""
        planned, forms = self.planned, self.ask.course.writing.texts_become
        return planned if planned and shown_as(planned, uncounted(described.source), forms) else described
