"""A ledger that is put back to what it was before the last run, as a backup that was restored."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.migration.spaces import Interrupted

from anybacklog import Tracker
from anybacklog.migration import Report, migrate
from anybacklog.migration.clock import Clock

FOUND = "items that were there, and that this ledger, which is older, did not know: {}"


class Restored:
    """A migration whose ledger is put back to what it was when only the tickets were there."""

    def __init__(self, source: Tracker, target: Tracker, folder: Path, **choices: Any) -> None:
        self.source, self.target, self.choices = source, target, {"clock": Clock(), **choices}
        self.ledger, self.backup = folder / "ledger.db", folder / "backup.db"

    def run(self) -> Report:
        return migrate(self.source, self.target, ledger=self.ledger, refresh=True, **self.choices)

    def forget(self, write: Callable[[Tracker], None]) -> None:
        """Copy; then write into the source, copy that too, and restore the ledger from before."""
        assert self.run().clean
        shutil.copy(self.ledger, self.backup)
        write(self.source)
        assert self.run().clean
        shutil.copy(self.backup, self.ledger)


def talk(source: Tracker) -> None:
    """Say two equal things, one with a file, and put a file at the ticket."""
    for _ in range(2):
        source.add_comment("PROJ-1", "the same 𠮷")
    source.add_comment("PROJ-1", "with a file", attachments=[("a.txt", io.BytesIO(b"a"))])
    source.add_attachment("PROJ-1", "a.txt", io.BytesIO(b"a"))
    source.add_comment("PROJ-2", "last")


def dies_at(number: int, what: str) -> Callable[[str], None]:
    """End the process at one of the commits of a kind, counted from 1."""
    made: list[str] = []

    def watch(commit: str) -> None:
        made.extend([commit] * commit.startswith(f"{what}:"))
        if len(made) == number:
            raise Interrupted

    return watch
