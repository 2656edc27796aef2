"""At which level one value arrives, and why: by what the target holds and what stands for a word there. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from anybacklog.abilities import Answer, MetadataKind
from anybacklog.migration.course import Course
from anybacklog.migration.mapping import Noun
from anybacklog.migration.report import Level
from anybacklog.model import Named, User

Row: TypeAlias = tuple[str, Level, str]
"""A field, the level at which one value of it arrives, and why."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Says of one value at which level it arrives; `answer` is what the target says of a field, by its name."""

    course: Course
    answer: Callable[[str], Answer]

    def held(self, name: str) -> Row:
        """Say it of a value that the target's own field holds as it is."""
        answer = self.answer(name)
        return name, "native" if answer else "lost", answer.reason

    def noun(self, name: str, kind: MetadataKind, noun: Noun, shown: str = "") -> Row:
        """Say it of a person or word, by what stands for it; `shown` is what the field is called in the row."""
        _, level, reason = self.held(name)
        match = self.course.mapping.match(kind, noun)
        if level == "lost" or match is None:
            return shown or name, level, reason
        if match.target is None and not match.create:
            return shown or name, "lost", match.reason
        there = match.target or match.noun
        renamed = isinstance(noun, Named) and there is not None and there.name != noun.name
        return shown or name, "emulated" if renamed else level, match.reason if renamed else reason

    def link(self, kind: str) -> Row:
        """Say it of a link, by the kind that stands for its own."""
        held, there = self.held("links"), self.course.link_kind(kind)
        if held[1] == "lost" or there == kind:
            return held
        if there is None:
            return "links", "lost", f"no link there says {kind}"
        return "links", "emulated", f"no link there says {kind}, and so it becomes {there}"

    def told(self, name: str, reason: str) -> Row:
        """Say of what has no field of its own that the header line tells it, where there is a text to stand above."""
        answer = self.answer("comments" if name.startswith("comments.") else "description")
        return name, "emulated" if answer else "lost", f"{reason}; the header line names it" if answer else reason

    def attributed(
        self, author: User | None, moment: datetime | None, author_field: str, moment_field: str
    ) -> Iterator[Row]:
        """Say it of who made something and when: in their own fields, else in the header line."""
        if author is not None:
            yield self._or_told(self.noun(author_field, "users", author))
        if moment is not None:
            yield self._or_told(self.held(moment_field))

    def _or_told(self, row: Row) -> Row:
        name, level, reason = row
        return row if level == "native" else self.told(name, reason)
