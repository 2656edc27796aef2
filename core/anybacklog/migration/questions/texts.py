"""Whether a text says already what it is to say with the new names of tickets and files."""

from __future__ import annotations

from anybacklog.migration.comparison import fingerprint, says
from anybacklog.migration.journals import journal
from anybacklog.migration.ledger.rows import Landed, Row
from anybacklog.migration.places import CannotTell
from anybacklog.migration.questions.ground import Ground
from anybacklog.model import Text
from anybacklog.steps import RewriteText

EDITED = "somebody edited it since it was copied, so what it names keeps its old names: change them there"


class TextQuestions(Ground):
    """Questions about texts that are written anew."""

    def rewritten(self, step: RewriteText, row: Row | None) -> list[Landed] | None:
        """Tell whether a text is as a step writes it (nothing lands); None: it is as it was before."""
        there = self.text_there(step)
        if says(there, step.text, self.course):
            return []
        sent = row.before.get("text") if row is not None else None  # when fewer of its names were known, perhaps
        if there is not None and step.over is not None and fingerprint(there) not in (step.over, sent):
            raise CannotTell(EDITED)
        return None

    def text_there(self, step: RewriteText) -> Text | None:
        """Read the text that a step writes anew; None: it is gone."""
        home = self.home(step.item)
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
