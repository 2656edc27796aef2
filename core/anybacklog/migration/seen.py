"""What a run has met so far, in a temporary file: it does not grow in memory, and goes away with the run."""

from __future__ import annotations

import sqlite3
from typing import Self


class OnDisk:
    """A temporary database with the tables of `schema`."""

    schema: str

    def __enter__(self) -> Self:
        # An empty name is a temporary database on disk: https://www.sqlite.org/inmemorydb.html#temp_db
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(self.schema)
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()


class Seen(OnDisk):
    """Ids met so far."""

    schema = "CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID"

    def __contains__(self, id: object) -> bool:
        return self._database.execute("SELECT 1 FROM seen WHERE id = ?", (id,)).fetchone() is not None

    def add(self, id: str) -> bool:
        """Remember an id; tells whether it is new."""
        return self._database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (id,)).rowcount == 1


class Ties(OnDisk):
    """The tickets met so far, and what ties them to others, met or not."""

    schema = """
        CREATE TABLE ticket (id TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE link (id TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE tie (ticket TEXT, field TEXT, other TEXT);
        CREATE INDEX children ON tie (other) WHERE field = 'parent';
    """

    def add(self, ticket_id: str, ties: list[tuple[str, str]]) -> None:
        """Remember a ticket and its ties, each with its field and the id of its other end."""
        self._database.execute("INSERT OR IGNORE INTO ticket VALUES (?)", (ticket_id,))
        self._database.executemany("INSERT INTO tie VALUES (?, ?, ?)", [(ticket_id, *tie) for tie in ties])

    def new_link(self, id: str) -> bool:
        """Remember a link by its id, which both ends show; tells whether it is new."""
        return self._database.execute("INSERT OR IGNORE INTO link VALUES (?)", (id,)).rowcount == 1

    def too_deep(self, levels: int) -> list[str]:
        """Name the tickets that have to begin at the top again where only so many levels are to be had."""
        found = self._database.execute(
            """
            WITH RECURSIVE placed (id, level) AS (
                SELECT id, 0 FROM ticket WHERE id NOT IN (
                    SELECT ticket FROM tie WHERE field = 'parent' AND other IN (SELECT id FROM ticket)
                )
                UNION ALL
                SELECT tie.ticket, level + 1 FROM placed JOIN tie ON tie.other = placed.id AND tie.field = 'parent'
            )
            SELECT id FROM placed WHERE level > 0 AND level % ? = 0
            """,
            (levels,),
        )
        return sorted(row[0] for row in found)

    def outside(self) -> list[tuple[str, int]]:
        """Count, by field, the ties to what is no ticket met."""
        return self._database.execute(
            "SELECT field, count(*) FROM tie WHERE other NOT IN (SELECT id FROM ticket) GROUP BY field"
        ).fetchall()
