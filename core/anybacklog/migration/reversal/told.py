"""What tickets say of where they moved: a rollback takes back neither what the source was told, nor a further copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from anybacklog.migration.ledger import Pair
from anybacklog.migration.moved import item_of
from anybacklog.migration.report import NAMED
from anybacklog.migration.reversal.survey import Doomed
from anybacklog.steps import step_key


@dataclass(slots=True)
class Told:
    """Counts the comments in the source that will say wrong things, and the tickets that go and were copied on."""

    wrong: _Named = field(default_factory=lambda: _Named())
    gone: _Named = field(default_factory=lambda: _Named())

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


@dataclass(slots=True)
class _Named:
    """How many there are, and the first of them."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append(name)

    def __str__(self) -> str:
        more = f" and {self.count - len(self.first)} more" if self.count > len(self.first) else ""
        return f"{', '.join(self.first)}{more}"


def _place(pair: Pair, doomed: Doomed) -> str:
    """Give the address of the comment, as far as the source's pages have any; else its ticket's key."""
    source = (pair.settings.get("references") or {}).get("source") or {}
    if not source.get("url"):
        return doomed.source_key
    address: str = source["url"].replace("{key}", doomed.source_key)
    landed = pair.landed("moved", doomed.source_id, doomed.target_id)
    behind: str = source.get("comment") or ""
    return address + (behind.replace("{id}", landed.target_id) if landed is not None else "")
