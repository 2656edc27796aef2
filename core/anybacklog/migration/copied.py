"""How many comments of a ticket were copied, in the header line of its description. Pure.

For targets that do not show comments: each one travels in one write with the count, so that reading the description
tells whether it arrived. `⟨mark⟩ · comments copied: 3/7 · author · date`
"""

from __future__ import annotations

import re

from anybacklog.migration.mark import OPENING, find_mark
from anybacklog.model import Text

_HEAD = re.compile(rf"({OPENING}⟨anybacklog [^⟩]*⟩)(?: · comments copied: ([0-9]+)/([0-9]+))?")


def copied(text: Text | None) -> int | None:
    """Read the count, 0 where none stands behind the mark; None where the text does not begin with a mark."""
    if text is None or find_mark(text.source) is None:
        return None
    found = _HEAD.match(text.source)
    return int(found[2] or 0) if found is not None else None


def counted(text: Text, count: int, of: int) -> Text:
    """Write the count behind the mark that the text begins with; nothing else changes."""
    return Text(_HEAD.sub(lambda head: f"{head[1]} · comments copied: {count}/{of}", text.source, count=1), text.format)


def recounted(text: Text, there: Text) -> Text:
    """Write the count, of how many, that another text has behind its mark; none, no change."""
    found = _HEAD.match(there.source) if find_mark(there.source) is not None else None
    return counted(text, int(found[2]), int(found[3])) if found is not None and found[2] else text


def uncounted(source: str) -> str:
    """Leave the count out: it is no content."""
    return _HEAD.sub(lambda head: head[1], source, count=1) if find_mark(source) is not None else source
