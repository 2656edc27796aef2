"""The one place where a migrated text changes: its format, and the header line that names mark, author and date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

from anybacklog.markup import Converter, convert
from anybacklog.migration.mark import Mark
from anybacklog.model import Change, Text, TextFormat, User


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header line of a text must say, because the target has no field for it."""

    marked: bool = False
    attributed: bool = False

    def __bool__(self) -> bool:
        return self.marked or self.attributed

    def line(self, mark: Mark, author: User | None, created_at: datetime | None) -> str:
        """Write the line; empty where nothing has to be said."""
        words = [str(mark)] * self.marked
        if self.attributed:
            words += [author.name if author else "", _moment(created_at)]
        return " · ".join(word for word in words if word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How texts are written on a target: the formats it takes, and the header lines of tickets and of comments."""

    formats: Collection[TextFormat]
    native_format: TextFormat
    converters: Sequence[Converter] = ()
    ticket: Heading = field(default=Heading())
    comment: Heading = field(default=Heading())

    def text(self, text: Text, heading: Heading, mark: Mark, author: User | None, created_at: datetime | None) -> Text:
        """Bring a text into a format of the target, below its header line where there must be one."""
        body = self.converted(text)
        line = heading.line(mark, author, created_at)
        return _headed(body, line) if line else body

    def converted(self, text: Text) -> Text:
        """Bring a text into a format the target takes; where nothing converts it, its source is kept as it is."""
        return convert(text, self.formats, self.converters) or Text(text.source, self.native_format)

    def converts(self, text: Text) -> bool:
        """Tell whether the text arrives in a format that says what it is."""
        return convert(text, self.formats, self.converters) is not None


def changes_as_text(changes: Iterable[Change]) -> str:
    """Write changes as lines, for a target whose journal cannot hold them."""
    return "\n".join(f"{change.field}: {change.old or '–'} → {change.new or '–'}" for change in changes)


def _headed(body: Text, header: str) -> Text:
    if body.format == "html":
        return Text(f"<p>{escape(header, quote=False)}</p>\n\n{body.source}", body.format)
    return Text(f"{header}\n\n{body.source}", body.format)


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ") if moment else ""
