"""What an interrupted migration left in doubt is settled before anything is taken back: it may be there."""

from __future__ import annotations

from collections.abc import Iterator

from anybacklog.errors import NotFound
from anybacklog.migration.apply import until_settled
from anybacklog.migration.clock import Clock
from anybacklog.migration.course import Course
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Row
from anybacklog.migration.places import CannotTell
from anybacklog.migration.planning import plan_ticket
from anybacklog.migration.questions import Questions
from anybacklog.migration.snapshot import Snapshot
from anybacklog.steps import Step, key_of
from anybacklog.tracker import Tracker

_STEPS = ("ticket:", "comment:", "attachment:", "state:")


def settle_all(target: Tracker, pair: Pair, course: Course, snapshot: Snapshot, clock: Clock) -> None:
    """Ask the target what each write in doubt did, waiting once for all; what it cannot tell stays in doubt."""
    doubtful = {row.key: row for row in pair.rows("intended", "unsure") if row.key.startswith(_STEPS)}
    questions = Questions(None, target, pair, course)
    unseen = [(step, row) for step, row in _steps(doubtful, course, snapshot) if not _is_settled(questions, step, row)]
    until_settled(target, [row for _, row in unseen], clock)
    for step, row in unseen:
        if not _is_settled(questions, step, row):
            pair.replan(row.key)


def _steps(doubtful: dict[str, Row], course: Course, snapshot: Snapshot) -> Iterator[tuple[Step, Row]]:
    for bundle in snapshot.bundles() if doubtful else ():
        for step in plan_ticket(bundle, course):
            row = doubtful.pop(key_of(step), None)
            if row is not None:
                yield step, row


def _is_settled(questions: Questions, step: Step, row: Row) -> bool:
    """Ask what a write did, and tell whether asking again is no use: it is there, or nobody can tell."""
    try:
        landed = questions.landed(step, row)
    except (CannotTell, NotFound):
        return True
    if landed is not None:
        questions.pair.done(row.key, landed, source_key=step.item.ticket_key)
    return landed is not None
