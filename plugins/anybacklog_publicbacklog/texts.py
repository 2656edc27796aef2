"""Texts: plain or HTML, told by what stands in them, and remembered where that would guess wrong; pure.

A ticket there must have a description of three characters at least. One without any is sent as the empty paragraph
that rich text editors write, and an empty paragraph is read as no description.
"""

from __future__ import annotations

import re

from anybacklog.plugin import Text, TextFormat

EMPTY = "<p></p>"
REMEMBERED = 10_000
_ELEMENTS = (
    "a abbr address article aside b blockquote br caption cite code col colgroup dd del details div dl dt em "
    "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i iframe img input ins kbd label li main mark nav "
    "ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt "
    "u ul var video"
)
_TAG = re.compile(rf"</?(?:{_ELEMENTS.replace(' ', '|')})(\s[^<>]*)?/?>", re.IGNORECASE)
"""A tag of an element that HTML has: `List<String>` has none."""


def format_of(source: str) -> TextFormat:
    """Tell HTML by a tag of it."""
    return "html" if _TAG.search(source) else "plain"


def to_source(text: Text | None) -> str:
    """Spell a description; nothing is an empty paragraph."""
    return text.source if text is not None and text.source else EMPTY


class Formats:
    """The formats of texts that were written here and would be taken for another: by ticket, the last ones."""

    def __init__(self) -> None:
        self._written: dict[str, Text] = {}

    def remember(self, ticket_id: str, text: Text | None) -> None:
        """Keep what was written, where its content would not tell."""
        self._written.pop(ticket_id, None)
        if text is not None and text.source and text.format != format_of(text.source):
            self._written[ticket_id] = text
            if len(self._written) > REMEMBERED:
                del self._written[next(iter(self._written))]

    def read(self, ticket_id: str, source: str | None) -> Text | None:
        """Read a description: as it was written here, else by its content; None where there is none."""
        if source in (None, "", EMPTY):
            return None
        assert source is not None
        written = self._written.get(ticket_id)
        return written if written is not None and written.source == source else Text(source, format_of(source))
