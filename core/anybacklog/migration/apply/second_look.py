"""What was believed lost and was written again is asked about once more: a copy that came late is one too many."""

from __future__ import annotations

from dataclasses import dataclass, field

from anybacklog.migration.apply.counting import Counting
from anybacklog.migration.faults import Fault, telling_faults
from anybacklog.migration.ledger.rows import Row
from anybacklog.migration.questions import Questions
from anybacklog.steps import Step


@dataclass(frozen=True, slots=True)
class SecondLook:
    """The steps of one run that were believed lost."""

    ask: Questions
    counting: Counting
    believed: list[tuple[Step, Row]] = field(default_factory=list)

    def look(self) -> None:
        """Name what is there more than once."""
        for step, row in self.believed:
            try:
                with telling_faults():
                    copies = self.ask.copies(step, row)
            except Fault as error:
                self.counting.tell([step.item], "write", f"nobody can tell whether it is there twice: {error}")
                continue
            if len(copies) > 1:
                told = f"it is there {len(copies)} times, as {', '.join(copies)}: a write came late; delete one there"
                self.counting.tell([step.item], "write", told)
