"""What `migrate` would spend of both ends' budgets: the requests for all that is not done yet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from anybacklog.migration.course import Course
from anybacklog.migration.ledger import Pair
from anybacklog.migration.mapping import MappingTable
from anybacklog.migration.moved import why_untold
from anybacklog.migration.plans.estimate import cost_of, spent
from anybacklog.model import Ticket
from anybacklog.steps import Step, key_of, uploads_of
from anybacklog.tracker import Tracker


@dataclass(slots=True)
class Spending:
    """Adds up `requests`, by end and rate budget; `fresh`: the pair's ledger knows of no step."""

    source: Tracker
    target: Tracker
    pair: Pair
    fresh: bool
    requests: dict[str, Counter[str]] = field(default_factory=lambda: {"source": Counter(), "target": Counter()})

    def is_done(self, step: Step) -> bool:
        """Tell whether an earlier run has done a step."""
        row = None if self.fresh else self.pair.row(key_of(step))
        return row is not None and row.state == "done"

    def add_words(self, mapping: MappingTable) -> None:
        """Count what makes people and words in the target."""
        made = len(tuple(mapping.to_create()))
        self.requests["target"] += spent(self.target.capabilities.costs, "add_metadata", made)

    def add_step(self, step: Step, course: Course) -> None:
        """Count one step, and the reading of the files that it carries."""
        files = sum(upload.content is None for upload in uploads_of(step))
        self.requests["target"] += cost_of(step, self.target.capabilities.costs, course)
        self.requests["source"] += spent(self.source.capabilities.costs, "open_attachment", files)

    def add_rewriting(self) -> None:
        """Count what it takes to write one text anew: it is read before."""
        costs = self.target.capabilities.costs
        self.requests["target"] += spent(costs, "ticket") + spent(costs, "update_ticket")

    def add_moved(self, ticket: Ticket, course: Course) -> None:
        """Count what it takes to have a ticket of the source say where it moved: it is asked first."""
        source = self.source.capabilities
        landed = self.pair.landed("ticket", ticket.id, ticket.id)
        told = landed is not None and self.pair.landed("moved", ticket.id, landed.target_id) is not None
        if course.moved_to and not told and why_untold(source) is None:
            asked = ("ticket", "comments") if source.can("change_with_comment") else ("comments",)
            for operation in (*asked, "add_comment"):
                self.requests["source"] += spent(source.costs, operation)
