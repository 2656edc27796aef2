"""The one place where a migrated text changes: its format, and the header line that names mark, author and date."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

from anybacklog.markup import Converter, convert
from anybacklog.migration.mark import Mark
from anybacklog.model import Change, Text, TextFormat, User

APART = "\u2060"
"""WORD JOINER: has no width and no meaning but to be there."""


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
    mentions: str | None = None
    formats_by_content: bool = False
    ticket: Heading = field(default=Heading())
    comment: Heading = field(default=Heading())

    def text(self, text: Text, heading: Heading, mark: Mark, author: User | None, created_at: datetime | None) -> Text:
        """Bring a text into a format of the target, below its header line where there must be one."""
        return headed(self.harmless(self.converted(text)), self.line(heading, mark, author, created_at))

    def line(self, heading: Heading, mark: Mark, author: User | None, created_at: datetime | None) -> str:
        """Write the header line of a text, harmless too: people choose their names."""
        return self.harmless(Text(heading.line(mark, author, created_at), self.native_format)).source

    def harmless(self, text: Text) -> Text:
        """Keep what would notify people in the target from doing so, by an invisible character behind its first one."""
        if self.mentions is None:
            return text
        return Text(re.sub(self.mentions, lambda found: found[0][:1] + APART + found[0][1:], text.source), text.format)

    def mentions_somebody(self, text: Text) -> bool:
        """Tell whether a text would notify people in the target."""
        return self.mentions is not None and re.search(self.mentions, text.source) is not None

    def converted(self, text: Text) -> Text:
        """Bring a text into a format the target takes; where nothing converts it, its source is kept as it is."""
        return convert(text, self.formats, self.converters) or Text(text.source, self.native_format)

    def converts(self, text: Text) -> bool:
        """Tell whether the text arrives in a format that says what it is."""
        return convert(text, self.formats, self.converters) is not None


def changes_as_text(changes: Iterable[Change]) -> str:
    """Write changes as lines, for a target whose journal cannot hold them."""
    return "\n".join(f"{change.field}: {change.old or '–'} → {change.new or '–'}" for change in changes)


def headed(body: Text, header: str) -> Text:
    """Put a header line above a text; no line, no change."""
    if not header:
        return body
    if body.format == "html":
        return Text(f"<p>{escape(header, quote=False)}</p>\n\n{body.source}", body.format)
    return Text(f"{header}\n\n{body.source}", body.format)


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ") if moment else ""
