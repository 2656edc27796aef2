"""Carries out steps, each with its intent in the ledger before and its outcome after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from anybacklog.migration.apply.along import arrived, came_along, left_behind
from anybacklog.migration.apply.arrival import Arrivals
from anybacklog.migration.apply.calls import MARK_FIELDS, Calls
from anybacklog.migration.apply.counting import Counting, Fate
from anybacklog.migration.apply.doubt import InDoubt
from anybacklog.migration.apply.first_look import FirstLook
from anybacklog.migration.apply.hand import Turn
from anybacklog.migration.apply.outcomes import Outcomes, gone, refused_before, remarks, remarks_again, said_of
from anybacklog.migration.apply.refused_files import Instead, RefusedFiles
from anybacklog.migration.apply.second_look import SecondLook
from anybacklog.migration.clock import Clock
from anybacklog.migration.comparison import written_in
from anybacklog.migration.course import Course
from anybacklog.migration.faults import Fault, telling_faults
from anybacklog.migration.fetching import Fetch, Fetched, SourceFailed, loaded
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Landed, Row, Sent, kept
from anybacklog.migration.left_open import left_open
from anybacklog.migration.places import CannotTell
from anybacklog.migration.questions import Questions
from anybacklog.migration.report import Report
from anybacklog.redact import redact
from anybacklog.steps import (
    AddAttachment,
    CreateTicket,
    KeepFile,
    RewriteText,
    SetState,
    Step,
    StepState,
    describe,
    digest_of,
    items_of,
    key_of,
    mark_of,
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
    first_look: FirstLook = field(init=False)
    second_look: SecondLook = field(init=False)
    refused_files: RefusedFiles = field(init=False)

    def __post_init__(self) -> None:
        self.calls = Calls(Questions(self.source, self.target, self.pair, self.course), self.report)
        self.arrivals = Arrivals(self.target, self.report.notes)
        self.counting = Counting(self.report)
        self.outcomes = Outcomes(self.pair, self.counting, self.observe)
        self.first_look = FirstLook(self.calls.ask, self.counting)
        self.second_look = SecondLook(self.calls.ask, self.counting)
        self.refused_files = RefusedFiles(self.course, self.pair, self.report)

    def step(self, turn: Turn) -> Fate:
        """Apply one step, or find out that it is done; give what became of it.

        InDoubt: it is to be asked about again. Instead: others are to be applied for it.
        """
        step, key = self.calls.completed(turn.step), key_of(turn.step)
        try:
            with telling_faults(CannotTell, SourceFailed, InDoubt, Instead):
                return self._step(step, key, turn)
        except Fault as error:
            row = self.pair.row(key)
            if row is None or row.state not in ("intended", "unsure"):
                return self.outcomes.refuse(step, str(error))
            self.outcomes.doubt(step, str(error))
            return self.outcomes.fail(step, "write", f"{error}; the next run asks whether it was written")

    def _step(self, step: Step, key: str, turn: Turn) -> Fate:
        row = self.pair.row(key)
        known = self._known(step, row)
        if known is not None:
            return known
        if row is not None and row.state in ("intended", "unsure") and not isinstance(step, KeepFile):
            left = self.clock.left(self.target.capabilities.settle.seconds, row.intended_at)
            self.calls.unanswered |= bool(turn.sent)
            settled = self._settle(step, key, row, InDoubt(left) if turn.sent is None else None)
            if settled is not None:
                return settled
        elif turn.ask or isinstance(step, SetState) or self.target.capabilities.settle.seconds == 0:
            found = self._already_there(step, row, ask=turn.ask)
            if found is not None:
                return found
        return self._write(step, key, row, turn.sent or 0)

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

    def _write(self, step: Step, key: str, row: Row | None, sent: int) -> Fate:
        """Write until it is known what became of it; this run has `sent` it already so often."""
        for times in range(sent + 1, ATTEMPTS + 1):
            try:
                fate = self._attempt(step, key, row, times)
            except SourceFailed as error:
                return self.outcomes.fail(step, "download", str(error))
            if fate is not None:
                return fate
        raise TransportError(
            f"{describe(step)} was lost on its way {ATTEMPTS} times; the target is not well, run this again later",
            maybe_applied=False,
        )

    def _attempt(self, step: Step, key: str, row: Row | None, times: int, *, bare: bool = False) -> Fate | None:
        """Write once, `bare` without files; None: it certainly did not arrive, so it may be written again."""
        first = times == 1
        with ExitStack() as open_files:
            marked = self.calls.ask.external("attachments.external_id")
            files = [] if bare else loaded(self.fetch, step, open_files, marked=marked)
            sent = {each.upload.attachment.id: each.sent for each in files}
            kept_back = {**written_in(step), **refused_before(row), **kept(sent)}
            kept_back |= left_open(step, self.course.native)
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
                return self._doubt(step, key, error, before, times)
            except (ProtocolError, Fault) as error:  # it may have been written all the same
                what = "broke" if isinstance(error, Fault) else "answered"
                return self._doubt(step, key, error, before | {what: redact(str(error))}, times)
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
        self.refused_files.refused(step, error)
        if not again:
            return self.outcomes.refuse(step, said_of(error, self.course))
        self.pair.replan(key)
        return self._attempt(step, key, row, times=2, bare=True) if isinstance(step, CreateTicket) else None

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

    def _doubt(self, step: Step, key: str, error: Exception, before: Mapping[str, Any], times: int) -> Fate | None:
        """Write down that nobody knows what became of a write, then ask."""
        self.outcomes.doubt(step, str(error), {**before})
        self.calls.unanswered = True
        row = self.pair.row(key)
        settle = self.target.capabilities.settle.seconds  # the whole of it: meanwhile the clock may have been set
        return self._settle(step, key, row, InDoubt(settle, times)) if row is not None else None

    def _settle(self, step: Step, key: str, row: Row, early: InDoubt | None) -> Fate | None:
        """Ask what a write did. Not found, it is too `early` to tell; if it is not, absence is proved: None."""
        self.calls.told = None  # nobody has said what the target holds now
        try:
            landed = self.calls.ask.landed(step, row)
        except CannotTell as error:
            return self.outcomes.hold(step, str(error))
        except NotFound as error:
            return self.outcomes.refuse(step, gone(error))
        answered, broke = row.before.get("answered"), row.before.get("broke")
        if landed is not None:
            self.report.notes += remarks(step, row)
            return self._finish(step, landed, row.sent(), "created")
        if early is not None:
            raise early
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
        """Count a step that is there, less the files that have not come along with it."""
        behind = {each.item for each in left_behind(step, self.pair)}
        self.counting.count((item for item in items_of(step) if item not in behind), fate)
        return fate
