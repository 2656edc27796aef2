"""Copying a project from one space of Nulab Backlog to another: requests, time and windows against what theory asks."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from anybacklog.migration import ahead, migrate, plan
from anybacklog.migration.choices import Choices
from anybacklog_simulators.nulab import empty_space
from figure import Figure, at_least, at_most
from spaces import LENGTH, Formula, Metered, Time, filled, served

TICKETS = 400


def figures() -> Iterator[Figure]:
    """Copy a project in made-up time, as two processes: one that plans, one that goes on from what it has read."""
    yield from _spaces()
    yield from _without_links()


@dataclass(frozen=True)
class Copied:
    """What a copy took: requests per budget, at both ends and at the target; seconds after the plan, and with it.

    `told` are the seconds that the plan said it would take.
    """

    formula: Formula
    rates: Metered
    every: Counter[str]
    written: Counter[str]
    seconds: tuple[float, float]
    told: int
    files: int
    read_ahead: int


def _spaces() -> Iterator[Figure]:
    """Copy all that a project holds: what the formula counts, and its links, which it does not count."""
    made = _copied(())
    formula, (taken, both) = made.formula, made.seconds
    used, updates = made.rates.used("update"), made.written["update"]
    yield at_least(f"copy {TICKETS} issues: use of the update window", f"{used:.1%}", used, 0.97)
    yield at_most("  429 in all of it", f"{made.rates.refused}", made.rates.refused, 0)
    yield at_most("  updates an issue, to the formula", f"{updates / TICKETS:.2f}", updates / formula.update, 1.02)
    yield _asked("  requests an issue, to the formula and a reading of links an issue", made, formula.with_links)
    plain = made.every.total() / formula.without_links
    yield Figure("  the same to the formula alone, which counts no links", "", plain)
    yield at_most("  time of the copy, to the limits'", f"{taken / LENGTH:.1f} min", taken / formula.seconds(), 1.03)
    yield at_most("  the same to what the plan told", f"{made.told / LENGTH:.1f} min", taken / made.told, 1.03)
    yield Figure("  files read beside writing", f"{made.read_ahead} of {made.files}")
    yield at_most("  with the plan before it", f"{both / LENGTH:.1f} min", both / formula.seconds(), 1.03)


def _without_links() -> Iterator[Figure]:
    """Copy no more than what the formula counts."""
    made = _copied(("links",))
    yield _asked("copy them without links: requests an issue, to the formula", made, made.formula.without_links)


def _asked(name: str, made: Copied, fewest: int) -> Figure:
    return at_most(name, f"{made.every.total() / TICKETS:.2f}", made.every.total() / fewest, 1.02)


def _copied(leave_out: tuple[str, ...]) -> Copied:
    source, target, time = filled(TICKETS), empty_space(), Time()
    with TemporaryDirectory() as folder, served(source, time) as (left, _), served(target, time) as (right, rates):
        ledger, begun = Path(folder) / "ledger.db", time.now
        one, two = left(), right()
        made = plan(one, two, edited=Choices(leave_out=leave_out), ledger=ledger, clock=time.clock())
        reading, planned = Counter(one.requests()) + Counter(two.requests()), time.now
        with told(ahead.__name__) as lines:
            report = migrate(left(), right(), plan=made, ledger=ledger)
        assert report.clean, report.failures
    written = Counter(report.requests["target"])
    return Copied(
        formula=Formula.of(source),
        rates=rates,
        every=reading + written + Counter(report.requests["source"]),
        written=written,
        seconds=(time.now - planned, time.now - begun),
        told=made.eta_seconds or 0,
        files=report.counts["attachments"].created,
        read_ahead=sum(line.startswith("read ahead: ") for line in lines),
    )


@contextmanager
def told(name: str) -> Iterator[list[str]]:
    """Give the lines that a module writes to its log meanwhile."""
    lines: list[str] = []
    log, listener = logging.getLogger(name), logging.Handler()
    listener.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]  # a listener's way
    log.addHandler(listener)
    before, log.level = log.level, logging.DEBUG
    try:
        yield lines
    finally:
        log.level = before
        log.removeHandler(listener)
