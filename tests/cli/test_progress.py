"""Progress: without a terminal few lines, each with pace and remaining time; on one a bar that a listing shares."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

import pytest
from rich.console import Console

from anybacklog.backend import ListingProgress
from anybacklog.cli.progress import Bars, Lines
from anybacklog.migration.report import Progress


class Clock:
    """A clock that is moved by hand; seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _shown(steps: Sequence[tuple[float, Progress | ListingProgress]]) -> list[str]:
    said: list[str] = []
    clock = Clock()
    lines = Lines(said.append, clock)
    for seconds, progress in steps:
        clock.now += seconds
        if isinstance(progress, ListingProgress):
            lines.listing(progress)
        else:
            lines(progress)
    lines.rest()
    return said


def test_a_quick_stage_is_one_line_at_its_end() -> None:
    steps = [(0.01, Progress(stage="apply", done=number, total=100)) for number in range(101)]
    assert _shown(steps) == ["Writing: 100 of 100 tickets in 1 s"]


def test_a_slow_stage_says_every_few_seconds_how_fast_it_goes_and_what_is_left() -> None:
    steps = [(1.0, Progress(stage="apply", done=number * 10, total=100)) for number in range(8)]
    assert _shown(steps) == [
        "Writing: 30 of 100 tickets, 10 a second, 7 s left",
        "Writing: 60 of 100 tickets, 10 a second, 4 s left",
        "Writing: 70 of 100 tickets in 7 s",
    ]


def test_a_stage_whose_end_is_unknown_says_only_its_pace() -> None:
    steps = [(4.0, Progress(stage="read", done=number * 2, total=None)) for number in range(2)]
    assert _shown(steps) == ["Reading: 2 tickets, 0.5 a second", "Reading: 2 tickets in 4 s"]


def test_work_that_stands_still_promises_nothing() -> None:
    steps = [(10.0, Progress(stage="apply", done=0, total=5)) for _ in range(2)]
    assert _shown(steps)[0] == "Writing: 0 of 5 tickets"


def test_each_stage_is_measured_by_itself() -> None:
    steps = [
        (0.0, Progress(stage="read", done=0, total=None)), (7200.0, Progress(stage="read", done=5, total=5)),
        (0.0, Progress(stage="apply", done=0, total=5)), (61.0, Progress(stage="apply", done=5, total=5)),
    ]  # fmt: skip
    said = _shown(steps)
    assert "Reading: 5 of 5 tickets in 2 h 0 min" in said
    assert said[-1] == "Writing: 5 of 5 tickets in 1 min 1 s"


def test_a_stage_that_is_over_at_once_is_passed_over_and_a_long_one_is_shown() -> None:
    quick = [(0.0, Progress(stage="finish", done=done, total=2)) for done in range(3)]
    assert _shown(quick) == []
    slow = [(4.0, Progress(stage="finish", done=done, total=2)) for done in range(3)]
    assert _shown(slow)[-1] == "Finishing: 2 of 2 tickets in 8 s"
    told = [(4.0, Progress(stage="tell", done=done, total=2)) for done in range(3)]
    assert _shown(told)[-1] == "Telling the source: 2 of 2 tickets in 8 s"


def _tried(ids: int, *, found: int = 0) -> ListingProgress:
    return ListingProgress(tried=ids, found=found, skipped=2, at=str(ids))


def test_a_long_listing_says_every_few_seconds_what_it_tried_found_and_skipped() -> None:
    steps = [(0.5, _tried(number * 50)) for number in range(1, 9)]
    assert _shown(steps) == [
        "Scanning: 350 ids (at 350: 0 found, 2 of others skipped), 100 a second",
        "Scanning: 400 ids (at 400: 0 found, 2 of others skipped) in 4 s",
    ]


def test_a_short_listing_says_nothing() -> None:
    assert _shown([(0.1, _tried(number)) for number in range(20)]) == []


def test_a_listing_that_is_part_of_a_stage_is_said_beside_it_and_no_longer_than_it_moves() -> None:
    read = [Progress(stage="read", done=done, total=None) for done in (1, 2, 3)]
    steps: list[tuple[float, Progress | ListingProgress]]
    steps = [(0.0, _tried(1)), (0.0, read[0]), (4.0, _tried(400, found=1)), (0.0, read[1]), (4.0, read[2])]
    assert _shown(steps) == [
        "Reading: 1 tickets (400 tried, at 400: 1 found, 2 of others skipped)",
        "Reading: 3 tickets, 0.25 a second",
        "Reading: 3 tickets in 8 s",
    ]


def test_a_listing_behind_a_stage_that_is_over_is_no_part_of_it() -> None:
    steps: list[tuple[float, Progress | ListingProgress]]
    steps = [(0.0, Progress(stage="read", done=3, total=3)), (4.0, _tried(400)), (4.0, _tried(800))]
    assert _shown(steps) == [
        "Reading: 3 of 3 tickets in 4 s",
        "Scanning: 800 ids (at 800: 0 found, 2 of others skipped), 100 a second",
        "Scanning: 800 ids (at 800: 0 found, 2 of others skipped) in 4 s",
    ]


class Screen:
    """A terminal that keeps what is drawn, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.drawn = io.StringIO()
        self.clock = Clock()
        terminal = Console(file=self.drawn, force_terminal=True, width=120, _environ={})
        self.bars = Bars(terminal, self.clock)


@pytest.fixture
def screen() -> Screen:
    return Screen()


def test_a_terminal_shows_a_listing_once_it_takes_long_and_takes_it_away_for_data(screen: Screen) -> None:
    screen.bars.listing(_tried(1))
    assert screen.drawn.getvalue() == ""
    screen.clock.now += 1
    screen.bars.listing(_tried(50))
    screen.bars.clear()
    drawn = screen.drawn.getvalue()
    assert "Scanning" in drawn
    assert "at 50: 0 found, 2 of others skipped" in drawn
    assert drawn.endswith("\x1b[2K")  # the line it stood on is empty again


def test_a_terminal_shows_a_listing_beside_the_stage_it_is_part_of(screen: Screen) -> None:
    screen.bars(Progress(stage="read", done=1, total=None))
    screen.bars.listing(_tried(50, found=1))
    screen.bars.clear()  # it is no listing alone, and stays
    screen.bars.rest()
    assert "50 tried, at 50: 1 found, 2 of others skipped\n" in screen.drawn.getvalue()


def test_a_terminal_shows_a_listing_behind_a_stage_that_is_over_by_itself(screen: Screen) -> None:
    screen.bars(Progress(stage="read", done=3, total=3))
    screen.bars.listing(_tried(1))
    assert "Scanning" not in screen.drawn.getvalue()
    screen.clock.now += 1
    screen.bars.listing(_tried(50))
    screen.bars.rest()
    assert "50 tried" not in screen.drawn.getvalue()
    assert "Scanning" in screen.drawn.getvalue()


def test_what_is_drawn_never_takes_stdout_for_its_own(screen: Screen) -> None:
    stdout = sys.stdout
    screen.bars(Progress(stage="read", done=1, total=None))
    assert sys.stdout is stdout
    screen.bars.rest()
