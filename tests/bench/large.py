"""A file of 1 GiB through a whole migration, SQLite to SQLite: memory must not grow with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import anybacklog
from after import copy, ends, mended, take_back, verify_both
from anybacklog.model import TicketDraft
from figure import Figure, Spent, alone, at_most

GIBIBYTE = 1 << 30
CHUNK = 1 << 20
LIMIT = 1.15
"""SQLite's log of one transaction has an index in memory, of some bytes for each page: a few MiB for a GiB."""


def figures() -> Iterator[Figure]:
    """Copy, verify, write again and take back a ticket with one file, small and large."""
    small, large = (_peaks(size) for size in (CHUNK, GIBIBYTE))
    for what, spent in large.items():
        peak = f"{spent.peak / 2**20:.1f} MiB"
        yield at_most(
            f"{what} a file of 1 GiB, peak memory to that of 1 MiB", peak, spent.peak / small[what].peak, 1.10
        )


def _peaks(size: int) -> dict[str, Spent]:
    with TemporaryDirectory() as folder:
        alone(fill, folder, size)
        spent = {"copy": alone(copy, folder), "verify": alone(verify_both, folder)}
        alone(lose, folder)
        return spent | {"repair": alone(mended, folder), "roll back": alone(take_back, folder)}


def fill(folder: str, size: int) -> None:
    """Make a source with one file of this size."""
    with (
        anybacklog.connect(f"sqlite:///{folder}/source.db?project=PROJ") as tracker,
        Path(folder, "file").open("w+b") as file,
    ):
        file.truncate(size)
        tracker.add_attachment(tracker.create_ticket(TicketDraft(title="with a file")), "large.bin", file)


def lose(folder: str) -> None:
    """Have somebody delete the file from the target."""
    with ends(folder) as (_, target):
        for ticket in target.tickets():
            for attachment in ticket.attachments:
                target.delete_attachment(ticket, attachment)
