"""What can be written only when all tickets are there: ties, what their texts name, and where they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from anybacklog.migration.apply.moving import say_where
from anybacklog.migration.apply.rewriting import Rewriter
from anybacklog.migration.apply.ties import write_ties
from anybacklog.migration.apply.writer import Writer
from anybacklog.migration.asked import Show, showing
from anybacklog.migration.course import Bundle
from anybacklog.migration.planning import plan_ticket, plan_ties
from anybacklog.migration.seen import Seen


def finish(writer: Writer, bundles: Callable[[], Iterable[Bundle]], *, partial: bool, show: Show, total: int) -> None:
    """Tie the tickets together, write texts anew, look once more at what was believed lost, and tell the source.

    `partial`: there are tickets that are not to be copied by this run.
    """
    applier, rewriter = writer.applier, Rewriter(writer)
    with Seen() as tied:
        for bundle in showing(show, "finish", writer.each(bundles()), total):
            write_ties(writer, plan_ties(bundle.ticket, applier.course), tied, partial=partial)
            rewriter.ticket(plan_ticket(bundle, applier.course))
    applier.report.notes += [*applier.first_look.notes(), *rewriter.notes(partial=partial)]
    applier.second_look.look()
    if applier.course.moved_to:
        say_where(applier, showing(show, "tell", bundles(), total), partial=partial)
