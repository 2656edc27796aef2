"""The words that a migration created in the project: deleted last, when nothing of ours uses them any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from anybacklog.migration.apply import Remover
from anybacklog.migration.clock import Clock
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Made
from anybacklog.migration.reversal.rollback_report import Kept, Reversal
from anybacklog.tracker import Tracker

_EXTENDED = "it was there before and was given more choices, which stay"


@dataclass(slots=True)
class Words:
    """The words of one pair, and what becomes of them in a rollback."""

    target: Tracker
    pair: Pair
    report: Reversal
    _wanted: list[Made] = field(default_factory=list)

    def survey(self) -> None:
        """Count what would go, and name what the target cannot delete."""
        cannot = self.target.capabilities.why_not("delete_metadata")
        for made in self.pair.words():
            if made.ours:
                self.report.counts["words"].planned += 1
                reason = cannot if made.whole else _EXTENDED
                if reason is None:
                    self._wanted.append(made)
                else:
                    self._keep(made, reason)

    def delete(self, clock: Clock) -> None:
        """Delete them one by one; what is in use stays and is named."""
        remover, counts = Remover(self.target, self.pair, clock), self.report.counts["words"]
        for made, noun in self._there():
            if noun is None:
                self.pair.replan(made.key)
                counts.already += 1
                continue
            reason = remover.word(made, noun)
            if reason is None:
                counts.deleted += 1
            else:
                self._keep(made, reason)

    def _there(self) -> Iterator[tuple[Made, Any]]:
        for made in reversed(self._wanted):
            listed = getattr(self.target, made.kind)()
            yield made, next((each for each in listed if each.id == made.target_id), None)

    def _keep(self, made: Made, reason: str) -> None:
        self.report.counts["words"].kept += 1
        self.report.left.append(
            Kept(source_key=None, target_key=None, kind=made.kind, id=made.target_id, reasons=(reason,))
        )
