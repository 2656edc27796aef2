"""Whom the target will tell of what a run writes, and which words keep their names, said before its first write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.ledger import Pair
from anybacklog.migration.planning import plan_ticket
from anybacklog.migration.plans.estimate import supposed
from anybacklog.migration.plans.findings import told
from anybacklog.migration.plans.notices import Notices
from anybacklog.migration.report import Report
from anybacklog.steps import key_of
from anybacklog.tracker import Tracker


def announce(
    target: Tracker, pair: Pair, bundles: Iterable[Bundle], course: Course, report: Report, say: Callable[[str], None]
) -> None:
    """Name in one line, which the report keeps, the people of what is not there yet; in others words that stay."""
    notices = Notices(target.capabilities.notifies)
    full = replace(course, mapping=supposed(course.mapping))
    tells = notices.fields or course.writing.mapped is not None
    for bundle in bundles if tells else ():
        for step in plan_ticket(bundle, full):
            row = pair.row(key_of(step))
            if row is None or row.state != "done":
                notices.add(step, full)
    if people := told(notices.found()):
        report.notes.append(f"the target tells {people}")
        say(report.notes[-1])
    for match in course.mapping.renamed():
        name = match.target.name
        report.notes.append(f"{match.noun.name!r} is called {name!r} there, and keeps that name: rename it there")
