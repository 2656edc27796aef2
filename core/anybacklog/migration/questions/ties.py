"""Whether a ticket is tied to another as a step ties it."""

from __future__ import annotations

from anybacklog.migration.ledger.rows import Landed
from anybacklog.migration.questions.ground import Ground
from anybacklog.steps import AddLink, SetParent


class TieQuestions(Ground):
    """Questions about parents and links."""

    def parented(self, step: SetParent) -> list[Landed] | None:
        """Tell whether a ticket has the parent that a step gives it; None: it has not."""
        ticket_id = self.home(step.item)
        parent = self.pair.landed("ticket", step.parent, step.parent)
        if parent is None or self.target.ticket(ticket_id).parent != parent.target_id:
            return None
        return [Landed(item=step.item, target_ticket=ticket_id, target_id=parent.target_id)]

    def linked(self, step: AddLink) -> list[Landed] | None:
        """Find the link that a step adds; None: it is not there."""
        ticket_id = self.home(step.item)
        other = self.pair.landed("ticket", step.other, step.other)
        for link in self.target.links(ticket_id):
            if other is not None and (link.kind, link.target) == (step.kind, other.target_id):
                return [Landed(item=step.item, target_ticket=ticket_id, target_id=link.id)]
        return None
