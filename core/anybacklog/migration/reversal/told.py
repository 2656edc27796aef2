"""Tickets of the source that were told where they moved to: a rollback of the target cannot take that back."""

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
    """Counts the comments in the source that will say wrong things, and where the first of them are."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, pair: Pair, doomed: Doomed) -> None:
        """Count what the source of a ticket that goes was told, or may have been."""
        row = pair.row(step_key(item_of(doomed.source_id, doomed.source_key, doomed.target_id)))
        if row is None or row.state in ("refused", "quarantined"):
            return
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append(_place(pair, doomed))

    def notes(self) -> Iterator[str]:
        """Name them, with the way out."""
        if self.count:
            more = f" and {self.count - len(self.first)} more" if self.count > len(self.first) else ""
            yield (
                f"comments in the source that say where its tickets moved stay there, delete them there: "
                f"{', '.join(self.first)}{more}"
            )


def _place(pair: Pair, doomed: Doomed) -> str:
    """Give the address of the comment, as far as the source's pages have any; else its ticket's key."""
    source = (pair.settings.get("references") or {}).get("source") or {}
    if not source.get("url"):
        return doomed.source_key
    address: str = source["url"].replace("{key}", doomed.source_key)
    landed = pair.landed("moved", doomed.source_id, doomed.target_id)
    behind: str = source.get("comment") or ""
    return address + (behind.replace("{id}", landed.target_id) if landed is not None else "")
