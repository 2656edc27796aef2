"""plan.toml, and its tables as CSV, as a person left them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from anybacklog.migration.choices import Choices, Edit, Key, Said
from anybacklog.migration.plans.document import Written, written
from anybacklog.migration.plans.merging import merged
from anybacklog.migration.plans.plan import Plan
from anybacklog.migration.plans.reading import choices_in, read_text
from anybacklog.migration.plans.tables import edits_in, with_edits


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan file before planning: its text and what it says (None: there is no such file), and edits from CSV."""

    text: str | None
    choices: Choices | None
    edits: Mapping[Key, Edit]

    def written(self, plan: Plan, chosen: Mapping[Key, Said]) -> Written:
        """Give the text that the file is to have now; `chosen` was said beside it, and goes into it."""
        beside = {key: Edit(said, "") for key, said in chosen.items()}
        return merged(plan, self.text, {**self.edits, **beside}) if self.text is not None else written(plan)


def open_plan(path: Path | None, tables: Path | None) -> PlanFile:
    """Read the plan file and the folder of CSV that are there already; ConfigurationError names all their problems."""
    text = read_text(path) if path is not None and path.exists() else None
    choices = choices_in(text, str(path), later=True) if text is not None else None
    edits = edits_in(tables) if tables is not None and tables.is_dir() else {}
    if edits:
        choices = with_edits(choices or Choices(), edits)
    return PlanFile(text, choices, edits)
