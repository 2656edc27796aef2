"""At which level each text of a ticket and its journal arrives: as it is, written otherwise, or cut. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from anybacklog.migration.course import Bundle
from anybacklog.migration.fidelity.journal import copied
from anybacklog.migration.fidelity.levels import Levels, Row
from anybacklog.migration.riding import is_remark
from anybacklog.migration.telling import keeps_names, names_otherwise, project_of
from anybacklog.model import Text


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one bundle that are copied; `cut` are those the plan cuts, `continued` go on in comments."""

    bundle: Bundle
    levels: Levels
    cut: Collection[str]
    continued: Collection[str]

    def rows(self) -> Iterator[Row]:
        """Yield a row for every text."""
        return (self._row(field, name, text) for field, name, text in self._texts())

    def stays(self) -> int:
        """Count the texts that keep the old names of tickets or files."""
        return sum(keeps_names(text, self._project, self.levels.course) for _, _, text in self._texts())

    @property
    def _project(self) -> str:
        return project_of(self.bundle.ticket.key)

    def _texts(self) -> Iterator[tuple[str, str, Text]]:
        """Yield each with its field and its name in `cut` and `continued`."""
        description = self.bundle.ticket.description
        if description is not None and description.source:
            yield "description", "description", description
        for comment in copied(self.bundle.comments, self.levels.course):
            if is_remark(comment):
                yield "comments", comment.id, comment.body

    def _row(self, field: str, name: str, text: Text) -> Row:
        if name in self.cut:
            return field, "lost", "longer than what is taken there: the plan cuts it"
        why = next(self._otherwise(field, name, text), None)
        return self.levels.held(field) if why is None else (field, "emulated", why)

    def _otherwise(self, field: str, name: str, text: Text) -> Iterator[str]:
        """Say why a text is written otherwise there, what weighs most first."""
        writing = self.levels.course.writing
        keys_stay = bool(self.levels.answer("key"))
        if name in self.continued:
            yield "longer than what is taken there: it goes on in comments that follow"
        if writing.maps_mentions(text):
            yield "it mentions people: the plan has whoever stands for them mentioned, and notified"
        if writing.mentions_somebody(text):
            yield "it would notify people there: each mention is kept, and made harmless"
        if names_otherwise(text, self._project, self.levels.course, keys_stay=keys_stay):
            yield "it names tickets or files: they are written with their new names there"
        if self.levels.held(field)[1] == "native" and not writing.converts(text):
            yield f"{text.format} is not taken there and nothing converts it; its source is kept as it is"
