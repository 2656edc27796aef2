"""What ties tickets together, written when both ends are there."""

from __future__ import annotations

from collections.abc import Iterable

from anybacklog.migration.apply.writer import Writer
from anybacklog.migration.seen import Seen
from anybacklog.steps import AddLink, SetParent


def write_ties(writer: Writer, ties: Iterable[SetParent | AddLink], seen: Seen, *, partial: bool) -> None:
    """Tie tickets to others: an end not copied yet waits for another run, one outside was counted lost.

    A link is seen from both its ends and counted once: `seen` holds the links met in this run.
    """
    pair = writer.applier.pair
    for tie in ties:
        other = tie.parent if isinstance(tie, SetParent) else tie.other
        if pair.landed("ticket", tie.item.ticket_id, tie.item.ticket_id) is None:
            continue
        if pair.landed("ticket", other, other) is not None:
            if isinstance(tie, SetParent) or seen.add(tie.item.id):
                writer.alone(tie)
        elif not partial and pair.row(f"ticket:{other}:{other}") is not None:
            writer.applier.outcomes.fail(tie, "wait", "waits for the ticket at its other end")
