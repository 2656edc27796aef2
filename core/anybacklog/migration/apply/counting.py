"""What becomes of items, counted and named in the report of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from anybacklog.migration.ledger import Pair
from anybacklog.migration.report import Counted, Failure, Report
from anybacklog.steps import Item, Step, items_of, key_of

Fate: TypeAlias = Literal["created", "already", "failed", "held"]
_COUNTED: dict[str, Counted] = {
    "ticket": "tickets", "comment": "comments", "history": "history", "attachment": "attachments",
    "kept": "attachments", "link": "links",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counting:
    """Counts into one report."""

    report: Report

    def count(self, items: Iterable[Item], fate: Fate) -> Fate:
        """Count items by what became of them; gives that back."""
        for item in items:
            if item.kind in _COUNTED:
                counts = self.report.counts[_COUNTED[item.kind]]
                setattr(counts, fate, getattr(counts, fate) + 1)
        return fate

    def fail(self, items: Iterable[Item], stage: str, error: str, *, held: bool = False) -> Fate:
        """Report items as failed, or held, with the stage and one sentence."""
        items = tuple(items)
        self.tell(items, stage, error, held=held)
        return self.count(items, "held" if held else "failed")

    def tell(self, items: Iterable[Item], stage: str, error: str, *, held: bool = False) -> None:
        """Name items as failed, or held, that are counted already, or not to be."""
        for item in items:
            kind = "attachment" if item.kind == "kept" else item.kind
            self.report.failures.append(
                Failure(source_key=item.ticket_key, kind=kind, id=item.id, stage=stage, error=error, held=held)
            )


def count_done(step: Step, pair: Pair, report: Report) -> None:
    """Count a step as already done where the ledger says so; writes nothing."""
    row = pair.row(key_of(step))
    if row is not None and row.state == "done":
        Counting(report).count(items_of(step), "already")
