"""Carries out steps, each with its intent in the ledger before and its outcome after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from anybacklog.errors import (
    AnyBacklogError,
    AuthenticationError,
    ConfigurationError,
    NotFound,
    ProtocolError,
    RateLimited,
    TransportError,
)
from anybacklog.migration.apply.along import arrived, came_along
from anybacklog.migration.apply.arrival import Arrivals
from anybacklog.migration.apply.calls import MARK_FIELDS, Calls
from anybacklog.migration.apply.counting import Counting, Fate
from anybacklog.migration.apply.final_state import FinalState
from anybacklog.migration.apply.outcomes import Outcomes, gone, refused_before, remarks, remarks_again, said_of
from anybacklog.migration.apply.oversize import Oversize
from anybacklog.migration.apply.second_look import SecondLook
from anybacklog.migration.apply.waiting import Waiting
from anybacklog.migration.clock import Clock
from anybacklog.migration.comparison import written_in
from anybacklog.migration.course import Course
from anybacklog.migration.faults import Fault, telling_faults
from anybacklog.migration.fetching import Fetch, Fetched, SourceFailed, loaded
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger_rows import Landed, Row, Sent, kept
from anybacklog.migration.places import CannotTell
from anybacklog.migration.questions import Questions
from anybacklog.migration.report import Report
from anybacklog.migration.seen import Seen
from anybacklog.redact import redact
from anybacklog.steps import (
    AddAttachment,
    AddLink,
    CreateTicket,
    KeepFile,
    RewriteText,
    SetParent,
    SetState,
    Step,
    StepState,
    alone,
    describe,
    digest_of,
    items_of,
    key_of,
    mark_of,
    uploads_of,
)
from anybacklog.tracker import Tracker

ATTEMPTS = 3


@dataclass(slots=True)
class Applier:
    """Applies the steps of one run: `fetch` brings files here, the report counts, `observe` is told of each outcome."""

    source: Tracker
    target: Tracker
    pair: Pair
    course: Course
    report: Report
    fetch: Fetch
    observe: Callable[[Step, StepState], None] = lambda _step, _state: None
    clock: Clock = field(default_factory=Clock)
    calls: Calls = field(init=False)
    arrivals: Arrivals = field(init=False)
    counting: Counting = field(init=False)
    outcomes: Outcomes = field(init=False)
    second_look: SecondLook = field(init=False)
    final_state: FinalState = field(init=False)
    oversize: Oversize = field(init=False)

    def __post_init__(self) -> None:
        self.calls = Calls(Questions(self.source, self.target, self.pair, self.course), self.report)
        self.arrivals = Arrivals(self.target, self.report.notes)
        self.counting = Counting(self.report)
        self.outcomes = Outcomes(self.pair, self.counting, self.observe)
        self.second_look = SecondLook(self.calls.ask, self.counting)
        self.final_state = FinalState(self.target, self.pair, self.course, self.counting)
        self.oversize = Oversize(self.course, self.pair, self.report, self.step)

    def ticket(self, steps: Iterable[Step]) -> None:
        """Apply the steps of one ticket in order: nothing without the ticket, no comment past one that failed."""
        steps = tuple(steps)
        self.calls.begin(steps)
        waiting = Waiting()
        for step in self.oversize.through(steps):
            waits = waiting.why(step) or self.calls.waits(step)
            fate = self.step(step) if waits is None else self.outcomes.fail(step, "wait", waits)
            if fate in ("failed", "held"):
                waiting.failed(step)
                self.calls.told = None  # what failed is named already
        self.final_state.check(steps, self.calls.told)

    def step(self, step: Step, *, ask: bool = False) -> Fate:
        """Apply one step, or find out that it is done; give what became of it. `ask`: it may well be there."""
        key = key_of(step)
        step = self.calls.completed(step)
        try:
            with telling_faults(CannotTell, SourceFailed):
                return self._step(step, key, ask=ask)
        except Fault as error:
            row = self.pair.row(key)
            if row is None or row.state not in ("intended", "unsure"):
                return self.outcomes.refuse(step, str(error))
            self.outcomes.doubt(step, str(error))
            return self.outcomes.fail(step, "write", f"{error}; the next run asks whether it was written")

    def _step(self, step: Step, key: str, *, ask: bool) -> Fate:
        row = self.pair.row(key)
        known = self._known(step, row)
        if known is not None:
            return known
        if row is not None and row.state in ("intended", "unsure") and not isinstance(step, KeepFile):
            left = self.clock.left(self.target.capabilities.settle.seconds, row.intended_at)
            settled = self._settle(step, key, row, wait=left)
            if settled is not None:
                return settled
        elif ask or isinstance(step, SetState) or self.target.capabilities.settle.seconds == 0:
            found = self._already_there(step, row, ask=ask)
            if found is not None:
                return found
        return self._write(step, key, row)

    def _known(self, step: Step, row: Row | None) -> Fate | None:
        """Give the fate of a step that the ledger has settled already; None if it is still to be written."""
        if row is not None and row.state == "done" and not isinstance(step, RewriteText):
            if row.before.get("digest") not in (None, digest_of(step)):
                self.report.changed.add(step.item)
            return self._complete(step, "already")
        if row is not None and row.state == "held":
            return self.outcomes.fail(step, "held", row.error or "it cannot be told whether it was written", held=True)
        if row is not None and row.state == "quarantined":
            return self.outcomes.quarantined(step, row)
        if came_along(step, self.pair):
            self.pair.done(key_of(step), (), source_key=step.item.ticket_key, before={"digest": digest_of(step)})
            return self._complete(step, "already")
        return self._complete(step, "already") if arrived(step, row, self.pair) else None

    def _already_there(self, step: Step, row: Row | None, *, ask: bool) -> Fate | None:
        """Ask before writing: a local target, where that costs next to nothing, and for a state, most often the first.

        A ledger restored from a backup has forgotten what it did, and another run may be at work with another ledger.
        """
        if not ask and type(step) in MARK_FIELDS and not self.calls.marks(step):
            return None
        try:
            landed = self.calls.already(step, row)
        except CannotTell as error:
            return self.outcomes.hold(step, str(error))
        except NotFound as error:
            return self.outcomes.refuse(step, gone(error))
        return None if landed is None else self._finish(step, landed, row.sent() if row is not None else {}, "already")

    def ties(self, steps: Iterable[SetParent | AddLink], tied: Seen, *, partial: bool) -> None:
        """Tie a ticket to the others: an end not copied yet waits for another run, one outside was counted lost.

        A link is seen from both its ends and counted once: `tied` holds the links met in this run.
        """
        for step in steps:
            item = step.item
            other = step.parent if isinstance(step, SetParent) else step.other
            if self.pair.landed("ticket", item.ticket_id, item.ticket_id) is None:
                return
            if self.pair.landed("ticket", other, other) is not None:
                if isinstance(step, SetParent) or tied.add(step.item.id):
                    self.step(step)
            elif not partial and self.pair.row(f"ticket:{other}:{other}") is not None:
                self.outcomes.fail(step, "wait", "waits for the ticket at its other end")

    def _write(self, step: Step, key: str, row: Row | None) -> Fate:
        for attempt in range(ATTEMPTS):
            try:
                fate = self._attempt(step, key, row, first=attempt == 0)
            except SourceFailed as error:
                return self.outcomes.fail(step, "download", str(error))
            if fate is not None:
                return fate
        raise TransportError(
            f"{describe(step)} was lost on its way {ATTEMPTS} times; the target is not well, run this again later",
            maybe_applied=False,
        )

    def _attempt(self, step: Step, key: str, row: Row | None, *, first: bool, bare: bool = False) -> Fate | None:
        """Write once, `bare` without files; None: it certainly did not arrive, so it may be written again."""
        with ExitStack() as open_files:
            marked = self.calls.ask.external("attachments.external_id")
            files = [] if bare else loaded(self.fetch, step, open_files, marked=marked)
            sent = {each.upload.attachment.id: each.sent for each in files}
            kept_back = {**written_in(step), **refused_before(row), **kept(sent)}
            before = {"digest": digest_of(step), **kept_back, **self.calls.before(step)}
            self.pair.intend(key, step.item.ticket_key, mark_of(step), before, self.clock.now())
            try:
                landed = self._sent(step, files)
            except (AuthenticationError, ConfigurationError, RateLimited):  # nothing was sent, and nothing else can be
                self.pair.replan(key)
                raise
            except TransportError as error:
                if not error.maybe_applied:
                    self.pair.replan(key)
                    raise
                return self._doubt(step, key, error, before)
            except (ProtocolError, Fault) as error:  # it may have been written all the same
                what = "broke" if isinstance(error, Fault) else "answered"
                return self._doubt(step, key, error, before | {what: redact(str(error))})
            except CannotTell as error:
                return self.outcomes.hold(step, str(error))
            except AnyBacklogError as error:
                return self._refused(step, key, row, error, again=first and bool(files))
        return self._finish(step, landed, sent, "created", again=first)

    def _sent(self, step: Step, files: Sequence[Fetched]) -> list[Landed]:
        if isinstance(step, CreateTicket):
            step = replace(step, uploads=tuple(file.upload for file in files))
        with telling_faults(CannotTell):
            return self.calls.write(step, [file.draft for file in files])

    def _refused(self, step: Step, key: str, row: Row | None, error: AnyBacklogError, *, again: bool) -> Fate | None:
        """Take no for an answer; files that went along may be void by now: send them again, a ticket's own alone."""
        fate = self.oversize.kept(step, error)
        if fate is not None or not again:
            return fate or self.outcomes.refuse(step, said_of(error, self.course))
        self.pair.replan(key)
        return self._attempt(step, key, row, first=False, bare=True) if isinstance(step, CreateTicket) else None

    def _finish(
        self, step: Step, landed: Sequence[Landed], sent: Mapping[str, Sent], fate: Fate, *, again: bool = True
    ) -> Fate | None:
        """Take a step for done once its files are seen to be whole; None: its only file is not, so `again`."""
        whole, damaged = self.arrivals.checked(landed, sent)
        wrong = [f"{wrong}; {self.arrivals.take_away(each)}" for each, wrong in damaged.values()]
        if wrong and isinstance(step, AddAttachment):
            if not again:
                return self.outcomes.refuse(step, wrong[0])
            self.pair.replan(key_of(step))
            return None
        self.report.notes += [f"a file of {describe(step)}: {each}" for each in wrong]
        return self._done(step, whole, fate)

    # ---- not knowing

    def _doubt(self, step: Step, key: str, error: Exception, before: Mapping[str, Any]) -> Fate | None:
        """Write down that nobody knows what became of a write, then ask."""
        self.outcomes.doubt(step, str(error), {**before})
        row = self.pair.row(key)
        settle = self.target.capabilities.settle.seconds  # the whole of it: meanwhile the clock may have been set
        return self._settle(step, key, row, wait=settle) if row is not None else None

    def _settle(self, step: Step, key: str, row: Row, *, wait: float) -> Fate | None:
        """Ask what a write did. Absence is proved by asking again when nothing can arrive any more; then None."""
        questions, self.calls.told = self.calls.ask, None  # nobody has said what the target holds now
        try:
            landed = questions.landed(step, row)
            if landed is None:
                self.clock.settle(wait, describe(step))
                landed = questions.landed(step, row)
        except CannotTell as error:
            return self.outcomes.hold(step, str(error))
        except NotFound as error:
            return self.outcomes.refuse(step, gone(error))
        answered, broke = row.before.get("answered"), row.before.get("broke")
        if landed is not None:
            self.report.notes += remarks(step, row)
            return self._finish(step, landed, row.sent(), "created")
        if answered:
            return self.outcomes.hold(step, f"it was answered, but is not to be found: {answered}")
        if broke:
            return self.outcomes.refuse(step, broke)
        self.report.notes += remarks_again(step, row)
        self.second_look.believed.append((step, row))
        self.pair.replan(key)
        return None

    def _done(self, step: Step, landed: Sequence[Landed], fate: Fate) -> Fate:
        self.pair.done(key_of(step), landed, source_key=step.item.ticket_key)
        self.outcomes.told(step, "done")
        return self._complete(step, fate)

    def _complete(self, step: Step, fate: Fate) -> Fate:
        """Count a step that is there; a file that has not come along with it goes alone."""
        uploads = () if isinstance(step, AddAttachment | KeepFile) else uploads_of(step)
        ticket_id = step.item.ticket_id
        left = [each for each in uploads if self.pair.landed("attachment", ticket_id, each.attachment.id) is None]
        missing = {each.attachment.id for each in left}
        there = (item for item in items_of(step) if item.kind != "attachment" or item.id not in missing)
        self.counting.count(there, fate)
        for upload in left:
            self.step(alone(step, upload), ask=True)
        return fate
