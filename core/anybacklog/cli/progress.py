"""Progress on stderr: a bar on a terminal, elsewhere a plain line every few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from anybacklog.cli import console

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from anybacklog.backend import ListingProgress
    from anybacklog.cli.everywhere import Invocation
    from anybacklog.migration.report import Progress

EVERY = 3.0
"""Seconds between two plain lines of one stage."""
AT_ONCE = 0.5
"""Seconds that a listing may take before a terminal shows how far it is."""
SCAN = "scan"
"""The stage of a listing that nothing else is shown of."""
PASSING = frozenset({SCAN, "marks", "plan", "finish"})
"""Stages that are most often over at once: then nothing is said of them, and their bar goes."""
WORDS = {
    SCAN: "Scanning", "marks": "Looking for marks", "read": "Reading", "prepare": "Preparing", "plan": "Planning",
    "apply": "Writing", "finish": "Finishing", "tell": "Telling the source", "verify": "Verifying",
    "survey": "Looking", "delete": "Deleting",
}  # fmt: skip


class Show(Protocol):
    """Shows how far the work is; `rest` finishes what is drawn, before a question is asked or a report printed.

    `listing` shows how far a listing is, beside the work it is part of; `clear` takes that away before a line of data.
    """

    def __call__(self, progress: Progress) -> None:
        """Show one state of the work."""

    def listing(self, told: ListingProgress) -> None:
        """Show how far a listing is, once it takes long."""

    def clear(self) -> None:
        """Take away what would stand beside a line of data."""

    def rest(self) -> None:
        """Finish what is drawn; the next call begins anew."""


@contextmanager
def shown(invocation: Invocation, begun: Callable[[], None] = lambda: None) -> Iterator[Show]:
    """Show progress, also of listings, as long as the block runs; `begun` is called once, before the first of it."""
    terminal = console.progress_console()
    show: Show = _First(Bars(terminal) if terminal is not None else Lines(), begun)
    invocation.on_listing = show.listing
    try:
        yield show
    finally:
        invocation.on_listing = lambda _: None
        show.rest()


class _First:
    """Says what is to be said once the work has really begun: whatever is wrong with the call is found before."""

    def __init__(self, show: Show, begun: Callable[[], None]) -> None:
        self._show = show
        self._begun: Callable[[], None] | None = begun

    def __call__(self, progress: Progress) -> None:
        if self._begun is not None:
            begun, self._begun = self._begun, None
            begun()
        self._show(progress)

    def listing(self, told: ListingProgress) -> None:
        self._show.listing(told)

    def clear(self) -> None:
        self._show.clear()

    def rest(self) -> None:
        self._show.rest()


class Lines:
    """Plain lines: at most one every few seconds, and one at the end of each stage."""

    def __init__(self, say: Callable[[str], None] = console.note, clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._first: Progress | None = None
        self._last: Progress | None = None
        self._told: ListingProgress | None = None
        self._began = self._said = 0.0

    def __call__(self, progress: Progress) -> None:
        """Say where the work is, if it is time to."""
        self._to(progress, self._told)
        self._told = None

    def listing(self, told: ListingProgress) -> None:
        """Say how far a listing is, if it is time to."""
        last = self._last
        self._to(_scanning(told) if last is None or last.stage == SCAN or _is_over(last) else last, told)

    def clear(self) -> None:
        """Leave what is said: a line stands by itself."""

    def rest(self) -> None:
        """Say how the stage ended, but for one that most often is over before anything is said of it, and was."""
        if self._last is not None and (self._last.stage not in PASSING or self._said > self._began):
            self._say(f"{self._line(self._last)} in {_seconds(self._clock() - self._began)}")
        self._first = self._last = self._told = None

    def _to(self, progress: Progress, told: ListingProgress | None) -> None:
        now = self._clock()
        if self._first is None or self._first.stage != progress.stage:
            self.rest()
            self._first, self._began, self._said = progress, now, now
        self._last, self._told = progress, told
        if now - self._said >= EVERY:
            self._say(f"{self._line(progress)}{self._pace(progress, now)}")
            self._said = now

    def _line(self, progress: Progress) -> str:
        total = f" of {progress.total}" if progress.total is not None else ""
        told = f" ({_told(self._told, progress.stage)})" if self._told is not None else ""
        return f"{_word(progress)}: {progress.done}{total} {progress.what}{told}"

    def _pace(self, progress: Progress, now: float) -> str:
        done = progress.done - (self._first.done if self._first else 0)
        rate = done / (now - self._began)
        if rate <= 0:
            return ""
        left = f", {_seconds((progress.total - progress.done) / rate)} left" if progress.total is not None else ""
        return f", {rate:.3g} a second{left}"


class Bars:
    """One bar per stage, with rate and remaining time, and how far a listing is."""

    def __init__(self, terminal: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal = terminal
        self._clock = clock
        self._quiet_since = clock()
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._over = False

    def __call__(self, progress: Progress) -> None:
        """Move the bar, or begin the one of the next stage."""
        self._move(progress, "")

    def listing(self, told: ListingProgress) -> None:
        """Show it beside the bar of the stage it is part of; by itself, once it takes long."""
        if self._over:
            self.rest()
        if self._bar is not None and self._task is not None and self._stage != SCAN:
            self._bar.update(self._task, told=_told(told, self._stage))
        elif self._bar is not None or self._clock() - self._quiet_since >= AT_ONCE:
            self._move(_scanning(told), _told(told, SCAN))

    def clear(self) -> None:
        """Take the bar of a listing away."""
        if self._stage == SCAN:
            self.rest()

    def rest(self) -> None:
        """Leave the bar as it stands; a passing one goes."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = None
        self._stage, self._over, self._quiet_since = "", False, self._clock()

    def _move(self, progress: Progress, told: str) -> None:
        if self._bar is None or self._task is None or self._stage != progress.stage:
            self.rest()
            self._bar = _new_bar(self._terminal, passing=progress.stage in PASSING)
            self._task = self._bar.add_task(_word(progress), total=progress.total, told=told)
            self._stage = progress.stage
            self._bar.start()
        self._over = _is_over(progress)
        self._bar.update(self._task, completed=progress.done, total=progress.total, told=told)


def _new_bar(terminal: Console, *, passing: bool) -> Bar:
    """Make a bar; stdout is none of its business, even where it is the same terminal. A passing one leaves no trace."""
    from rich import progress

    class Rate(progress.ProgressColumn):
        """How many a second."""

        def render(self, task: progress.Task) -> str:
            """Give the rate once it is known."""
            return f"{task.speed:.3g}/s" if task.speed else ""

    columns = (
        progress.TextColumn("{task.description}"), progress.BarColumn(), progress.MofNCompleteColumn(), Rate(),
        progress.TimeRemainingColumn(), progress.TextColumn("{task.fields[told]}"),
    )  # fmt: skip
    return progress.Progress(*columns, console=terminal, transient=passing, redirect_stdout=False)


def _scanning(told: ListingProgress) -> Progress:
    from anybacklog.migration.report import Progress  # late: `ls` can do without, where nothing is scanned

    return Progress(stage=SCAN, done=told.tried, total=None, what="ids")


def _is_over(progress: Progress) -> bool:
    """Tell whether a stage has come to its end: a listing then is of what comes next."""
    return progress.total is not None and progress.done >= progress.total


def _told(told: ListingProgress, stage: str) -> str:
    """Say how far a listing is, but for what the line of a scan counts itself."""
    tried = f"{told.tried} tried, " * (stage != SCAN)
    skipped = f", {told.skipped} of others skipped" if told.skipped else ""
    return f"{tried}at {told.at}: {told.found} found{skipped}"


def _word(progress: Progress) -> str:
    return WORDS.get(progress.stage, progress.stage)


def _seconds(seconds: float) -> str:
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
