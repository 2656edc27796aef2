"""Carries out steps, each with its intent in the ledger before and its outcome after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
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
from anybacklog.migration.apply.arrival import Arrivals
from anybacklog.migration.apply.calls import MARK_FIELDS, Calls
from anybacklog.migration.apply.counting import Counting, Fate
from anybacklog.migration.clock import Clock
from anybacklog.migration.fetching import SourceFailed, fetched
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger_rows import Landed, Row, Sent, kept
from anybacklog.migration.planning import Course
from anybacklog.migration.questions import CannotTell, Questions
from anybacklog.migration.report import Report
from anybacklog.migration.seen import Seen
from anybacklog.redact import redact
from anybacklog.steps import (
    AddAttachment,
    AddComment,
    AddLink,
    CreateTicket,
    SetParent,
    SetState,
    Step,
    StepState,
    alone,
    describe,
    digest_of,
    items_of,
    key_of,
    landing,
    mark_of,
    uploads_of,
)
from anybacklog.tracker import Tracker

ATTEMPTS = 3


@dataclass(slots=True)
class Applier:
    """Applies the steps of one run; counts into the report and tells `observe` of every outcome."""

    source: Tracker
    target: Tracker
    pair: Pair
    course: Course
    report: Report
    observe: Callable[[Step, StepState], None] = lambda _step, _state: None
    clock: Clock = field(default_factory=Clock)
    calls: Calls = field(init=False)
    arrivals: Arrivals = field(init=False)
    counting: Counting = field(init=False)
    _believed: list[tuple[Step, Row]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.calls = Calls(Questions(self.source, self.target, self.pair, self.course), self.report.notes)
        self.arrivals = Arrivals(self.target, self.report.notes)
        self.counting = Counting(self.report)

    def ticket(self, steps: Iterable[Step]) -> None:
        """Apply the steps of one ticket in order: nothing without the ticket, no comment past one that failed."""
        steps = tuple(steps)
        self.calls.comments = sum(isinstance(step, AddComment) for step in steps)
        blocked: str | None = None
        stuck = False
        for step in steps:
            waits = blocked or ("waits for an earlier comment" if stuck and isinstance(step, AddComment) else None)
            fate = self.step(step) if waits is None else self.fail(step, "wait", waits)
            if fate in ("failed", "held"):
                blocked = blocked or ("waits for its ticket" if isinstance(step, CreateTicket) else None)
                stuck = stuck or isinstance(step, AddComment)

    def step(self, step: Step, *, ask: bool = False) -> Fate:
        """Apply one step, or find out that it is done; give what became of it. `ask`: it may well be there."""
        key = key_of(step)
        row = self.pair.row(key)
        known = self._known(step, row)
        if known is not None:
            return known
        if row is not None and row.state in ("intended", "unsure"):
            settled = self._settle(step, key, row)
            if settled is not None:
                return settled
        elif ask or isinstance(step, SetState) or self.target.capabilities.settle.seconds == 0:
            found = self._already_there(step, key, row, ask=ask)
            if found is not None:
                return found
        return self._write(step, key)

    def _known(self, step: Step, row: Row | None) -> Fate | None:
        """Give the fate of a step that the ledger has settled already; None if it is still to be written."""
        if row is not None and row.state == "done":
            if row.before.get("digest") not in (None, digest_of(step)):
                self.report.changed.append(step.item)
            return self._complete(step, "already")
        if row is not None and row.state == "held":
            return self.fail(step, "held", row.error or "it cannot be told whether it was written", held=True)
        return self._complete(step, "already") if self._came_along(step) or self._arrived(step, row) else None

    def _arrived(self, step: Step, row: Row | None) -> bool:
        """Tell whether the ledger knows where an item is, though its step was lost: damage must not double it."""
        item = step.item
        return row is None and self.pair.landed(landing(item.kind), item.ticket_id, item.id) is not None

    def _already_there(self, step: Step, key: str, row: Row | None, *, ask: bool) -> Fate | None:
        """Ask before writing: a local target, where that costs next to nothing, and for a state, most often the first.

        A ledger restored from a backup has forgotten what it did, and another run may be at work with another ledger.
        """
        if not ask and type(step) in MARK_FIELDS and not self.calls.marks(step):
            return None
        try:
            landed = self.calls.ask.landed(step, row)
        except CannotTell as error:
            return self._hold(step, key, str(error))
        sent = row.sent() if row is not None else {}
        return self._finish(step, key, landed, sent, "already") if landed is not None else None

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
                self.fail(step, "wait", "waits for the ticket at its other end")

    def _came_along(self, step: Step) -> bool:
        """Tell whether a parent was given when its child was created."""
        item = step.item
        return isinstance(step, SetParent) and self.pair.landed("parent", item.ticket_id, item.id) is not None

    # ---- writing

    def _write(self, step: Step, key: str) -> Fate:
        for attempt in range(ATTEMPTS):
            try:
                fate = self._attempt(step, key, first=attempt == 0)
            except SourceFailed as error:
                return self.fail(step, "download", str(error))
            if fate is not None:
                return fate
        raise TransportError(
            f"{describe(step)} was lost on its way {ATTEMPTS} times; the target is not well, run this again later",
            maybe_applied=False,
        )

    def _attempt(self, step: Step, key: str, *, first: bool) -> Fate | None:
        """Write once; None: it certainly did not arrive, so it may be written again."""
        with ExitStack() as open_files:
            marked = self.calls.ask.external("attachments.external_id")
            uploads = uploads_of(step)
            files = [fetched(self.source, upload, open_files, marked=marked) for upload in uploads]
            sent = {upload.attachment.id: file.sent for upload, file in zip(uploads, files, strict=True)}
            before = {"digest": digest_of(step), **kept(sent), **self.calls.before(step)}
            self.pair.intend(key, step.item.ticket_key, mark_of(step), before, self.clock.now())
            try:
                landed = self.calls.write(step, [file.draft for file in files])
            except (AuthenticationError, ConfigurationError, RateLimited):  # nothing was sent, and nothing else can be
                self.pair.replan(key)
                raise
            except TransportError as error:
                if not error.maybe_applied:
                    self.pair.replan(key)
                    raise
                return self._doubt(step, key, error, before)
            except ProtocolError as error:
                return self._doubt(step, key, error, before | {"answered": redact(str(error))})
            except CannotTell as error:
                return self._hold(step, key, str(error))
            except AnyBacklogError as error:
                if not (first and files):
                    return self._refuse(step, key, str(error))
                self.pair.replan(key)  # what was sent ahead may be void by now: send it once more
                return None
        return self._finish(step, key, landed, sent, "created", again=first)

    def _finish(
        self,
        step: Step,
        key: str,
        landed: Sequence[Landed],
        sent: Mapping[str, Sent],
        fate: Fate,
        *,
        again: bool = True,
    ) -> Fate | None:
        """Take a step for done once its files are seen to be whole; None: its only file is not, so `again`."""
        whole, damaged = self.arrivals.checked(landed, sent)
        wrong = [f"{wrong}; {self.arrivals.take_away(each)}" for each, wrong in damaged.values()]
        if wrong and isinstance(step, AddAttachment):
            if not again:
                return self._refuse(step, key, wrong[0])
            self.pair.replan(key)
            return None
        self.report.notes += [f"a file of {describe(step)}: {each}" for each in wrong]
        return self._done(step, key, whole, fate)

    # ---- not knowing

    def _doubt(self, step: Step, key: str, error: AnyBacklogError, before: Mapping[str, Any]) -> Fate | None:
        """Write down that nobody knows what became of a write, then ask."""
        self.pair.set(key, "unsure", source_key=step.item.ticket_key, error=str(error), before=before)
        self.observe(step, "unsure")
        row = self.pair.row(key)
        return self._settle(step, key, row) if row is not None else None

    def _settle(self, step: Step, key: str, row: Row) -> Fate | None:
        """Ask what a write did. Absence is proved by asking again when nothing can arrive any more; then None."""
        questions = self.calls.ask
        settle = self.target.capabilities.settle.seconds
        try:
            landed = questions.landed(step, row)
            if landed is None:
                passed = (self.clock.now() - (row.intended_at or self.clock.now())).total_seconds()
                self.clock.sleep(min(settle, max(0.0, settle - passed)))
                landed = questions.landed(step, row)
        except CannotTell as error:
            return self._hold(step, key, str(error))
        except NotFound as error:
            return self._refuse(step, key, f"what it belongs to is gone from the target: {error}")
        answered = row.before.get("answered")
        if landed is not None:
            if answered:
                self.report.notes.append(f"{describe(step)} was written, but {answered}")
            return self._finish(step, key, landed, row.sent(), "created")
        if answered:
            return self._hold(step, key, f"it was answered, but is not to be found: {answered}")
        self._believed.append((step, row))
        self.pair.replan(key)
        return None

    def look_again(self) -> None:
        """Ask once more about what was believed lost and was written again: a copy that came late is one too many."""
        for step, row in self._believed:
            copies = self.calls.ask.copies(step, row)
            if len(copies) > 1:
                error = f"it is there {len(copies)} times, as {', '.join(copies)}: a write came late; delete one there"
                self.counting.tell([step.item], "write", error)

    def _refuse(self, step: Step, key: str, reason: str) -> Fate:
        self.pair.set(key, "refused", source_key=step.item.ticket_key, error=reason)
        self.observe(step, "refused")
        return self.fail(step, "write", reason)

    def _hold(self, step: Step, key: str, reason: str) -> Fate:
        self.pair.set(key, "held", source_key=step.item.ticket_key, error=reason)
        self.observe(step, "held")
        return self.fail(step, "held", reason, held=True)

    # ---- outcomes

    def _done(self, step: Step, key: str, landed: Sequence[Landed], fate: Fate) -> Fate:
        self.pair.done(key, landed, source_key=step.item.ticket_key)
        self.observe(step, "done")
        return self._complete(step, fate)

    def _complete(self, step: Step, fate: Fate) -> Fate:
        """Count a step that is there; a file that has not come along with it goes alone."""
        uploads = () if isinstance(step, AddAttachment) else uploads_of(step)
        ticket_id = step.item.ticket_id
        left = [each for each in uploads if self.pair.landed("attachment", ticket_id, each.attachment.id) is None]
        missing = {each.attachment.id for each in left}
        self.counting.count(
            (item for item in items_of(step) if item.kind != "attachment" or item.id not in missing), fate
        )
        for upload in left:
            self.step(alone(step, upload), ask=True)
        return fate

    def fail(self, step: Step, stage: str, error: str, *, held: bool = False) -> Fate:
        """Report every item of a step as failed, or held, with the stage and one sentence."""
        return self.counting.fail(items_of(step), stage, error, held=held)
