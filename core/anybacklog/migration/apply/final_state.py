"""What the target says that it holds of a ticket, after the last write that told, against what it was to hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from anybacklog.errors import NotFound, ProtocolError
from anybacklog.migration.apply.counting import Counting
from anybacklog.migration.comparison import Odd, compare_ticket
from anybacklog.migration.course import Course
from anybacklog.migration.faults import Fault, telling_faults
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Row
from anybacklog.model import Ticket, TicketDraft
from anybacklog.steps import CreateTicket, SetState, Step, key_of
from anybacklog.tracker import Tracker

TEXTS = frozenset({"title", "description"})
"""What `verify` compares: a service may answer with a text before it has changed it."""


ODD = "odd"
"""Which fields the target held otherwise when a run last saw a ticket: kept in its row of the ledger."""


@dataclass(frozen=True, slots=True)
class FinalState:
    """Asserts the state of tickets by the answers to their own writes; no request is sent for it.

    But for those whose last answer was lost, and those that were not as they should be when a run last saw them: each
    is read once, the latter until these fields are.
    """

    target: Tracker
    pair: Pair
    course: Course
    counting: Counting

    def check(self, steps: Sequence[Step], told: Ticket | None, *, unanswered: bool) -> None:
        """Name what the target says otherwise of a ticket than the steps that have all been written.

        `unanswered`: the answer to one of these writes was lost.
        """
        created = next((step for step in steps if isinstance(step, CreateTicket)), None)
        row = self.pair.row(key_of(created)) if created is not None else None
        if created is None or row is None or row.state != "done":
            return
        again = told is None and not unanswered and ODD in row.before
        there = self._asked(created) if again or (told is None and unanswered) else told
        if there is None:
            return
        hidden = TEXTS.union(self.target.capabilities.unreadable)
        odd = list(compare_ticket(_wanted(created, steps), there, self.course, hidden))
        if again:  # somebody may have changed the others since
            odd = [each for each in odd if each.field in row.before[ODD]]
        self._tell(created, odd, "the target still holds" if again else "written, but the target then held")
        self._remember(row, sorted({each.field for each in odd}))

    def _tell(self, created: CreateTicket, odd: Sequence[Odd], held: str) -> None:
        if odd:
            named = ", ".join(f"{each.field} {each.found!r} instead of {each.wanted!r}" for each in odd)
            self.counting.tell([created.item], "state", f"{held} {named}; verify tells how it is now, repair sets it")

    def _asked(self, step: CreateTicket) -> Ticket | None:
        """Read a ticket again; None: it is gone, which `verify` names, or it cannot be read now."""
        landed = self.pair.landed("ticket", step.item.ticket_id, step.item.id)
        try:
            with telling_faults():
                return self.target.ticket(landed.target_ticket) if landed is not None else None
        except NotFound:
            return None
        except (ProtocolError, Fault) as error:
            self.counting.tell([step.item], "state", f"what the target holds of it cannot be read now: {error}")
            return None

    def _remember(self, row: Row, odd: list[str]) -> None:
        if odd != row.before.get(ODD, []):
            before = {name: value for name, value in row.before.items() if name != ODD} | ({ODD: odd} if odd else {})
            self.pair.set(row.key, "done", source_key=row.source_key, before=before)


def _wanted(created: CreateTicket, steps: Iterable[Step]) -> TicketDraft:
    draft = created.draft
    for step in steps:
        if isinstance(step, SetState):
            changes: dict[str, Any] = {**step.changes}
            draft = replace(draft, **changes)
    return draft
