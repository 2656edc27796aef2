"""Copying a project from one space of Nulab Backlog to another: requests, time and windows against what theory asks."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import anybacklog
from anybacklog.migration import ahead, migrate, plan
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import empty_space
from figure import Figure, Spent, alone, at_least, at_most, watched
from spaces import LENGTH, Formula, Time, filled, served

TICKETS = 400
GIBIBYTE = 1 << 30
CHUNK = 1 << 20


def figures() -> Iterator[Figure]:
    """Copy a project in made-up time, as two processes: one that plans, one that goes on from what it has read."""
    yield from _spaces(TICKETS)
    yield from _large_file()


def _spaces(tickets: int) -> Iterator[Figure]:
    source, target, time = filled(tickets), empty_space(), Time()
    formula = Formula.of(source)
    with TemporaryDirectory() as folder, served(source, time) as (left, _), served(target, time) as (right, rates):
        ledger, begun = Path(folder) / "ledger.db", time.now
        one, two = left(), right()
        plan(one, two, ledger=ledger)
        reading, planned = Counter(one.requests()) + Counter(two.requests()), time.now
        with told(ahead.__name__) as lines:
            report = migrate(left(), right(), ledger=ledger)
        assert report.clean, report.failures
    taken, sent = time.now - planned, Counter(report.requests["target"])
    every = reading + sent + Counter(report.requests["source"])
    fewest = formula.without_links + formula.links
    yield at_least(
        f"copy {tickets} issues: use of the update window", f"{rates.used('update'):.1%}", rates.used("update"), 0.97
    )
    yield at_most("  429 in all of it", f"{rates.refused}", rates.refused, 0)
    yield at_most(
        "  updates an issue, to the formula", f"{sent['update'] / tickets:.2f}", sent["update"] / formula.update, 1.02
    )
    asked = f"{every.total() / tickets:.2f}"
    yield at_most("  requests an issue, to the formula", asked, every.total() / formula.without_links, 1.02)
    yield at_most("  the same to it and a reading of links an issue", asked, every.total() / fewest, 1.02)
    yield at_most("  time of the copy, to the limits'", f"{taken / LENGTH:.1f} min", taken / formula.seconds(), 1.03)
    beside_writing = sum(line.startswith("read ahead: ") for line in lines)
    yield Figure("  files read beside writing", f"{beside_writing} of {report.counts['attachments'].created}")
    both = time.now - begun
    yield at_most("  with the plan before it", f"{both / LENGTH:.1f} min", both / formula.seconds(), 1.03)


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


def _large_file() -> Iterator[Figure]:
    small, large = (_peak(size) for size in (CHUNK, GIBIBYTE))
    yield at_most(
        "copy a file of 1 GiB, peak memory, to that of 1 MiB",
        f"{large.peak / 2**20:.1f} MiB",
        large.peak / small.peak,
        1.10,
    )


def _peak(size: int) -> Spent:
    with TemporaryDirectory() as folder:
        alone(fill, folder, size)
        return alone(copy, folder)


def fill(folder: str, size: int) -> None:
    """Make a source with one file of this size."""
    with (
        anybacklog.connect(f"sqlite:///{folder}/source.db?project=PROJ") as tracker,
        Path(folder, "file").open("w+b") as file,
    ):
        file.truncate(size)
        tracker.add_attachment(tracker.create_ticket(TicketDraft(title="with a file")), "large.bin", file)


def copy(folder: str) -> Spent:
    """Copy it into a new one."""
    ends = [f"sqlite:///{folder}/{name}.db?project=PROJ" for name in ("source", "target")]
    with watched() as spent, anybacklog.connect(ends[0]) as source, anybacklog.connect(ends[1]) as target:
        assert migrate(source, target, ledger=Path(folder) / "ledger.db").clean
    return spent
