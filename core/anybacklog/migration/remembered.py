"""How a migration went, as its ledger remembers it: for those who look at it, mend it or take it back."""

from __future__ import annotations

from typing import Any

from anybacklog.abilities import MetadataKind
from anybacklog.migration.charting import plan_course, remembering
from anybacklog.migration.choices import Choices
from anybacklog.migration.course import Course
from anybacklog.migration.ledger import Pair
from anybacklog.migration.plugged import Plugged
from anybacklog.migration.referring import asking
from anybacklog.tracker import Tracker


def course_of(
    pair: Pair,
    words: dict[MetadataKind, list[Any]],
    target: Tracker,
    plugged: Plugged,
    mentions: str | None,
    choices: Choices | None = None,
) -> Course:
    """Decide once more as the run of a pair did, or by other choices.

    `words` are those of the source, `mentions` is how its texts mention people.
    """
    course = plan_course(
        pair.source, words, target, choices or Choices.remembered(pair.settings), plugged,
        marks=bool(pair.settings.get("marks", True)), made=pair.made(), mentions=mentions,
    )  # fmt: skip
    return asking(remembering(course, pair.settings), pair, pair.settings, target)
