"""Copying a whole project from SQLite to SQLite: tickets a second, and memory, which must not grow with the project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import anybacklog
from figure import Figure, Spent, alone, at_most, watched

SMALLER = (10_000, 100_000)
TEXT = "押すと落ちる。Steps:\r\n1. open 𠮷\r\n2. press 🎉\r\n" * 6


def figures(tickets: int = 1_000_000) -> Iterator[Figure]:
    """Copy few tickets, more, and as many as asked for; memory is compared with that of the few."""
    least = 0
    for size in (*(size for size in SMALLER if size < tickets), tickets):
        with TemporaryDirectory() as folder:
            alone(fill, folder, size)
            spent = alone(copy, folder)
        least = least or spent.peak
        yield Figure(f"copy {size:,} tickets", f"{size / spent.seconds:,.0f} tickets/s")
        yield at_most(f"copy {size:,} tickets, peak memory", f"{spent.peak / 2**20:.1f} MiB", spent.peak / least, 1.10)


def fill(folder: str, tickets: int) -> None:
    """Fill a source file one by one, as a user would."""
    with anybacklog.connect(f"sqlite:///{folder}/source.db?project=PROJ") as tracker:
        for number in range(tickets):
            tracker.create_ticket(anybacklog.TicketDraft(title=f"保存すると落ちる {number}", description=TEXT))


def copy(folder: str) -> Spent:
    """Copy the file into a new one."""
    ends = [f"sqlite:///{folder}/{name}.db?project=PROJ" for name in ("source", "target")]
    with (
        watched() as spent,
        anybacklog.connect(ends[0]) as source,
        anybacklog.connect(ends[1]) as target,
    ):
        anybacklog.migrate(source, target, ledger=Path(folder) / "ledger.db")
    return spent
