"""Progress without a terminal: few lines, each with pace and remaining time."""

from __future__ import annotations

from anybacklog.cli.progress import Lines
from anybacklog.migration.report import Progress


class Clock:
    """A clock that is moved by hand; seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _shown(steps: list[tuple[float, Progress]]) -> list[str]:
    said: list[str] = []
    clock = Clock()
    lines = Lines(said.append, clock)
    for seconds, progress in steps:
        clock.now += seconds
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
