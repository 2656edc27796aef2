"""What one walk through the target met, so that nothing is read twice: its tickets, its marks. In temporary files."""

from __future__ import annotations

from anybacklog.backend import Marked
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


class Marks(OnDisk):
    """What stands in the fields for external ids, by what bears it."""

    schema = "CREATE TABLE mark (kind TEXT, id TEXT, said TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID"

    def add(self, marked: Marked) -> None:
        """Keep what one thing bears; half a character that no database keeps is no mark of ours."""
        said = marked.external_id.encode("utf-8", "backslashreplace").decode()
        self._database.execute("INSERT OR REPLACE INTO mark VALUES (?, ?, ?)", (marked.kind, marked.id, said))

    def said(self, kind: str, id: str) -> str | None:
        """Give what a ticket, comment or attachment bears; None: nothing."""
        found = self._database.execute("SELECT said FROM mark WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        return found[0] if found is not None else None
