"""A set of ids that does not grow in memory."""

from __future__ import annotations

import sqlite3
from typing import Self


class Seen:
    """Ids met so far, kept in a temporary file that goes away with it."""

    def __enter__(self) -> Self:
        # An empty name is a temporary database on disk: https://www.sqlite.org/inmemorydb.html#temp_db
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID")
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def __contains__(self, id: object) -> bool:
        return self._database.execute("SELECT 1 FROM seen WHERE id = ?", (id,)).fetchone() is not None

    def add(self, id: str) -> None:
        """Remember an id."""
        self._database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (id,))
