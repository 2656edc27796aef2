"""What the target says that it holds of a ticket, after the last write that told, against what it was to hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from anybacklog.migration.apply.counting import Counting
from anybacklog.migration.comparison import compare_ticket
from anybacklog.migration.course import Course
from anybacklog.model import Ticket
from anybacklog.steps import CreateTicket, SetState, Step
from anybacklog.tracker import Tracker

TEXTS = frozenset({"title", "description"})
"""What `verify` compares: a service may answer with a text before it has changed it."""


@dataclass(frozen=True, slots=True)
class FinalState:
    """Asserts the state of tickets by the answers to their own writes; no request is sent for it."""

    target: Tracker
    course: Course
    counting: Counting

    def check(self, steps: Iterable[Step], told: Ticket | None) -> None:
        """Name what the target says otherwise of a ticket than the steps that have all been written."""
        created = next((step for step in steps if isinstance(step, CreateTicket)), None)
        if created is None or told is None:
            return
        draft = created.draft
        for step in steps:
            if isinstance(step, SetState):
                changes: dict[str, Any] = {**step.changes}
                draft = replace(draft, **changes)
        hidden = TEXTS.union(self.target.capabilities.unreadable)
        odd = [
            f"{each.field} {each.found!r} instead of {each.wanted!r}"
            for each in compare_ticket(draft, told, self.course, hidden)
        ]
        if odd:
            error = f"written, but the target then held {', '.join(odd)}; verify tells how it is now, repair sets it"
            self.counting.tell([created.item], "state", error)
