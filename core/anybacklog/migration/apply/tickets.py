"""The tickets themselves, one after the other, each with its files and its journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from anybacklog.migration.apply.writer import Writer
from anybacklog.migration.asked import Run
from anybacklog.migration.course import Bundle
from anybacklog.migration.planning import plan_ticket
from anybacklog.migration.report import Progress


def write_tickets(writer: Writer, bundles: Iterable[Bundle], run: Run, total: int, written: Callable[[], None]) -> bool:
    """Write every ticket, but no more new ones than the run's limit; tells whether none was left out.

    `written` is told of each once it is done with, or stands aside.
    """
    applier, finished, done = writer.applier, True, 0
    for bundle in writer.each(bundles):
        full = run.limit is not None and applier.report.counts["tickets"].created >= run.limit
        if full and applier.pair.landed("ticket", bundle.ticket.id, bundle.ticket.id) is None:
            finished = False
            continue
        run.show(Progress(stage="apply", done=done, total=total))
        writer.ticket(plan_ticket(bundle, applier.course))
        written()
        done += 1
    run.show(Progress(stage="apply", done=done, total=total if finished else done))
    return finished
