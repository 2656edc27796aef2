"""The one place where a migrated text changes: its format, and the header line that names mark, author and date."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
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

    def line(self, mark: Mark, author: User | None, created_at: datetime | None, noted: Iterable[str] = ()) -> str:
        """Write the line, with what else is noted at its end; empty where nothing has to be said."""
        words = [str(mark)] * self.marked
        if self.attributed:
            words += [author.name if author else "", moment_text(created_at)]
        return " · ".join(word for word in (*words, *noted) if word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """How the source's texts mention a person (a pattern whose group `user` is their id), and how the target's do.

    `form` writes one, of `{id}`; `people` says who stands for whom, by the ids of both ends.
    """

    pattern: str
    form: str
    people: Mapping[str, str]

    def mapped(self, found: re.Match[str]) -> str | None:
        """Write the target's mention for one of the source's; None: nobody stands for whom it names, if anybody."""
        there = self.people.get(found.groupdict().get("user") or "")
        return self.form.format(id=there) if there is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How texts are written on a target: the formats it takes, and the header lines of tickets and of comments."""

    formats: Collection[TextFormat]
    native_format: TextFormat
    converters: Sequence[Converter] = ()
    mentions: str | None = None
    mapped: Mentions | None = None
    formats_by_content: bool = False
    texts_become: Collection[TextFormat] = ()
    ticket: Heading = field(default=Heading())
    comment: Heading = field(default=Heading())

    def body(self, text: Text) -> Text:
        """Bring a text into a format of the target, its mentions mapped where the plan says so, and else harmless."""
        there = self.converted(text)
        written, start = [], 0
        for found in re.finditer(self.mapped.pattern, there.source) if self.mapped else ():
            mention = self.mapped.mapped(found) if self.mapped else None
            if mention is not None:
                written += [self.harmless(there.source[start : found.start()]), mention]
                start = found.end()
        return Text("".join((*written, self.harmless(there.source[start:]))), there.format)

    def line(
        self,
        heading: Heading,
        mark: Mark,
        author: User | None,
        created_at: datetime | None,
        noted: Iterable[str] = (),
    ) -> str:
        """Write the header line of a text, harmless too: people choose their names."""
        return self.harmless(heading.line(mark, author, created_at, noted))

    def harmless(self, text: str) -> str:
        """Keep what would notify people in the target from doing so, by an invisible character behind its first one."""
        if self.mentions is None:
            return text
        return re.sub(self.mentions, lambda found: found[0][:1] + APART + found[0][1:], text)

    def mentions_somebody(self, text: Text) -> bool:
        """Tell whether a text would notify people in the target."""
        return self.mentions is not None and re.search(self.mentions, text.source) is not None

    def maps_mentions(self, text: Text) -> bool:
        """Tell whether a text of the source mentions somebody whom the plan maps."""
        found = re.finditer(self.mapped.pattern, text.source) if self.mapped else ()
        return self.mapped is not None and any(self.mapped.mapped(each) is not None for each in found)

    def notified(self, text: Text) -> frozenset[str]:
        """Name by their ids there whom a text as it is written would notify."""
        found = re.finditer(self.mentions, text.source) if self.mentions else ()
        return frozenset(user for each in found if (user := each.groupdict().get("user")))

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


def moment_text(moment: datetime | None) -> str:
    """Write an instant as header lines do, in UTC; empty where nobody knows it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ") if moment else ""
