"""Which steps of one ticket wait for others of it: nothing goes without the ticket, no comment past one that failed."""

from __future__ import annotations

from dataclasses import dataclass

from anybacklog.steps import AddComment, CreateTicket, Step


@dataclass(slots=True)
class Waiting:
    """What failed so far of one ticket."""

    no_ticket: bool = False
    no_comment: bool = False

    def why(self, step: Step) -> str | None:
        """Say what a step waits for; None: it can go."""
        if self.no_ticket:
            return "waits for its ticket"
        return "waits for an earlier comment" if self.no_comment and isinstance(step, AddComment) else None

    def failed(self, step: Step) -> None:
        """Take note of a step that failed or is held."""
        self.no_ticket = self.no_ticket or isinstance(step, CreateTicket)
        self.no_comment = self.no_comment or isinstance(step, AddComment)
