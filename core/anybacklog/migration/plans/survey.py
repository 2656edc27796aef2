"""One walk through the snapshot: what becomes of every value, what breaks a limit, whom it tells, what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from anybacklog.migration.charting import answers
from anybacklog.migration.comparison import can_rewrite, whatever_its_key
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.ends import key_taken, newest_id
from anybacklog.migration.fidelity import Weighing
from anybacklog.migration.planning import cut_texts, plan_ticket, plan_ties
from anybacklog.migration.plans.estimate import supposed
from anybacklog.migration.plans.limits import OverLimit, broken
from anybacklog.migration.plans.notices import Notices
from anybacklog.migration.plans.spending import Spending
from anybacklog.migration.plans.worst import Worst
from anybacklog.migration.referring import staying
from anybacklog.migration.seen import Seen, Ties
from anybacklog.migration.telling import names_later, project_of
from anybacklog.model import Ticket
from anybacklog.steps import AddComment, CreateTicket, SetParent, Step, unaccompanied


@dataclass(slots=True, kw_only=True)
class Survey:
    """What the walk adds up; `course` is as it will be once all is made that has to be."""

    course: Course
    weighing: Weighing
    notices: Notices
    spending: Spending
    worst: Worst = field(default_factory=Worst)
    limits: list[OverLimit] = field(default_factory=list)
    kept: int = 0
    """How many texts name what comes later, and cannot be changed then."""

    def notes(self, named: Mapping[str, Any]) -> Iterator[str]:
        """Say which texts keep old names."""
        yield from staying(named, self.weighing.stays)
        if self.kept:
            yield f"texts that keep old names of what arrives later, because the target cannot change them: {self.kept}"

    def add(self, bundle: Bundle, met: Seen) -> None:
        """Take in one ticket and its journal; `met` is what comes before it."""
        self.weighing.add(bundle)
        self.worst.add(bundle)
        steps = tuple(plan_ticket(bundle, self.course))
        self.limits += broken(bundle, steps, self.course.limits, cut_texts(bundle, self.course))
        met.add(bundle.ticket.id)
        for step in unaccompanied(step for step in steps if not self.spending.is_done(step)):
            self.spending.add_step(step, self.course)
            self.notices.add(step, self.course)
        self.spending.add_moved(bundle.ticket, self.course)
        self._names(bundle, steps, met)
        self._ties(bundle.ticket, met)

    def _names(self, bundle: Bundle, steps: Sequence[Step], met: Seen) -> None:
        """Count the texts that name what comes later, or themselves: to be read and written anew, or kept so."""
        can, project = self.spending.target.capabilities, project_of(bundle.ticket.key)
        written = (step for step in steps if isinstance(step, CreateTicket | AddComment) and not can.native("key"))
        for step in written:
            body = whatever_its_key(step.plain.source) if step.plain is not None else ""  # a mark names no other ticket
            if not names_later(body, project, self.course, met):
                continue
            if can_rewrite(step, can):
                self.spending.add_rewriting()
            else:
                self.kept += 1
        met.add(f"key {bundle.ticket.key}")

    def _ties(self, ticket: Ticket, met: Seen) -> None:
        for tie in plan_ties(ticket, self.course):  # a parent that is there already comes with its child
            new = tie.parent not in met if isinstance(tie, SetParent) else met.add(f"link {tie.item.id}")
            if new and not self.spending.is_done(tie):
                self.spending.add_step(tie, self.course)


def survey_of(bundles: Iterable[Bundle], course: Course, spending: Spending) -> Survey:
    """Walk through a snapshot, in constant memory."""
    target, pair = spending.target, spending.pair
    newest = pair.settings["newest"] if "newest" in pair.settings else newest_id(target)
    with Ties() as ties, Seen() as met:
        survey = Survey(
            course=replace(course, mapping=supposed(course.mapping)),
            weighing=Weighing(course, answers(target, course.leave_out), ties, key_taken(target, pair, newest)),
            notices=Notices(target.capabilities.notifies),
            spending=spending,
        )
        for bundle in bundles:
            survey.add(bundle, met)
        survey.weighing.outside()
        survey.weighing.too_deep()
    return survey
