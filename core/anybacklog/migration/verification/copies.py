"""The target's tickets as one walk through it met them, so that none is read twice: in a temporary file."""

from __future__ import annotations

from anybacklog.migration.course import Bundle
from anybacklog.migration.lines import from_line, to_line
from anybacklog.migration.seen import OnDisk


class Copies(OnDisk):
    """Tickets with their journals, by id."""

    schema = "CREATE TABLE copy (id TEXT PRIMARY KEY, line BLOB)"

    def add(self, met: Bundle) -> None:
        """Keep a ticket as it was met."""
        self._database.execute("INSERT OR REPLACE INTO copy VALUES (?, ?)", (met.ticket.id, to_line(met)))

    def met(self, id: str) -> Bundle | None:
        """Give a ticket back; None: it was not met."""
        found = self._database.execute("SELECT line FROM copy WHERE id = ?", (id,)).fetchone()
        return from_line(found[0], f"ticket {id} of the target") if found is not None else None
