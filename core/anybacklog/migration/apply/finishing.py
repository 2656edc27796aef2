"""What can be written only when all tickets are there: what ties them together, and what their texts name."""

from __future__ import annotations

from collections.abc import Iterable

from anybacklog.migration.apply.applier import Applier
from anybacklog.migration.apply.rewriting import Rewriter
from anybacklog.migration.planning import Bundle, plan_ticket, plan_ties
from anybacklog.migration.seen import Seen


def finish(applier: Applier, bundles: Iterable[Bundle], *, partial: bool) -> None:
    """Tie the tickets together, write texts anew, and look once more at what was believed lost.

    `partial`: there are tickets that are not to be copied by this run.
    """
    rewriter = Rewriter(applier)
    with Seen() as tied:
        for bundle in bundles:
            applier.ties(plan_ties(bundle.ticket, applier.course), tied, partial=partial)
            rewriter.ticket(plan_ticket(bundle, applier.course))
    applier.report.notes += rewriter.notes()
    applier.second_look.look()
