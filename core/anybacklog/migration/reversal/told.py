"""What tickets say of where they moved: a rollback takes back neither what the source was told, nor a further copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from anybacklog.migration.ledger import Pair
from anybacklog.migration.moved import item_of
from anybacklog.migration.report import Several
from anybacklog.migration.reversal.survey import Doomed
from anybacklog.steps import step_key


@dataclass(slots=True)
class Told:
    """Counts the comments in the source that will say wrong things, and the tickets that go and were copied on."""

    wrong: Several = field(default_factory=Several)
    gone: Several = field(default_factory=Several)

    def add(self, pair: Pair, doomed: Doomed) -> None:
        """Count what the source of a ticket that goes was told, or may have been; and the ticket, if it moved on."""
        if doomed.moved:
            self.gone.add(doomed.target_key)
        row = pair.row(step_key(item_of(doomed.source_id, doomed.source_key, doomed.target_id)))
        if row is not None and row.state not in ("refused", "quarantined"):
            self.wrong.add(_place(pair, doomed))

    def notes(self) -> Iterator[str]:
        """Name them, with the way out."""
        if self.wrong.count:
            yield f"comments in the source that say where its tickets moved stay there, delete them there: {self.wrong}"
        if self.gone.count:
            yield f"these were copied on from here, as they say, and their copies stay where they are: {self.gone}"


def _place(pair: Pair, doomed: Doomed) -> str:
    """Give the address of the comment, as far as the source's pages have any; else its ticket's key."""
    source = (pair.settings.get("references") or {}).get("source") or {}
    if not source.get("url"):
        return doomed.source_key
    address: str = source["url"].replace("{key}", doomed.source_key)
    landed = pair.landed("moved", doomed.source_id, doomed.target_id)
    behind: str = source.get("comment") or ""
    return address + (behind.replace("{id}", landed.target_id) if landed is not None else "")
