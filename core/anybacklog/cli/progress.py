"""Progress on stderr: a bar on a terminal, elsewhere a plain line every few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from anybacklog.cli import console
from anybacklog.migration.report import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

EVERY = 3.0
"""Seconds between two plain lines of one stage."""
WORDS = {
    "read": "Reading", "prepare": "Preparing", "apply": "Writing", "verify": "Verifying",
    "survey": "Looking", "delete": "Deleting",
}  # fmt: skip


class Show(Protocol):
    """Shows how far the work is; `rest` finishes what is drawn, before a question is asked or a report printed."""

    def __call__(self, progress: Progress) -> None:
        """Show one state of the work."""

    def rest(self) -> None:
        """Finish what is drawn; the next call begins anew."""


@contextmanager
def shown(begun: Callable[[], None] = lambda: None) -> Iterator[Show]:
    """Show progress as long as the block runs; `begun` is called once, before the first of it."""
    terminal = console.progress_console()
    show: Show = _First(Bars(terminal) if terminal is not None else Lines(), begun)
    try:
        yield show
    finally:
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

    def rest(self) -> None:
        self._show.rest()


class Lines:
    """Plain lines: at most one every few seconds, and one at the end of each stage."""

    def __init__(self, say: Callable[[str], None] = console.note, clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._first: Progress | None = None
        self._last: Progress | None = None
        self._began = self._said = 0.0

    def __call__(self, progress: Progress) -> None:
        """Say where the work is, if it is time to."""
        now = self._clock()
        if self._first is None or self._first.stage != progress.stage:
            self.rest()
            self._first, self._began, self._said = progress, now, now
        self._last = progress
        if now - self._said >= EVERY:
            self._say(f"{_counted(progress)}{self._pace(progress, now)}")
            self._said = now

    def rest(self) -> None:
        """Say how the stage ended."""
        if self._last is not None:
            self._say(f"{_counted(self._last)} in {_seconds(self._clock() - self._began)}")
        self._first = self._last = None

    def _pace(self, progress: Progress, now: float) -> str:
        done = progress.done - (self._first.done if self._first else 0)
        rate = done / (now - self._began)
        if rate <= 0:
            return ""
        left = f", {_seconds((progress.total - progress.done) / rate)} left" if progress.total is not None else ""
        return f", {rate:.3g} a second{left}"


class Bars:
    """One bar per stage, with rate and remaining time."""

    def __init__(self, terminal: Console) -> None:
        self._terminal = terminal
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._stage = ""

    def __call__(self, progress: Progress) -> None:
        """Move the bar, or begin the one of the next stage."""
        if self._bar is None or self._task is None or self._stage != progress.stage:
            self.rest()
            self._bar = _new_bar(self._terminal)
            self._task = self._bar.add_task(WORDS.get(progress.stage, progress.stage), total=progress.total)
            self._stage = progress.stage
            self._bar.start()
        self._bar.update(self._task, completed=progress.done, total=progress.total)

    def rest(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = None


def _new_bar(terminal: Console) -> Bar:
    from rich import progress

    class Rate(progress.ProgressColumn):
        """How many a second."""

        def render(self, task: progress.Task) -> str:
            """Give the rate once it is known."""
            return f"{task.speed:.3g}/s" if task.speed else ""

    columns = (progress.TextColumn("{task.description}"), progress.BarColumn(), progress.MofNCompleteColumn(), Rate())
    return progress.Progress(*columns, progress.TimeRemainingColumn(), console=terminal)


def _counted(progress: Progress) -> str:
    total = f" of {progress.total}" if progress.total is not None else ""
    return f"{WORDS.get(progress.stage, progress.stage)}: {progress.done}{total} {progress.what}"


def _seconds(seconds: float) -> str:
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
