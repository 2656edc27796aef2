"""What a text says to a reader, whatever it is written in: how a text is known again that a service has rewritten."""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape

from anybacklog.model import Text, TextFormat

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
_FIRST_LINE = re.compile(r"\s*[^\r\n]*")


def wording(text: Text) -> str:
    """Give what a reader is told: of HTML without its tags and entities; white space is left out of every format."""
    source = unescape(_TAG.sub("", text.source)) if text.format == "html" else text.source
    return "".join(source.split())


def shown_as(written: Text, found: str, forms: Collection[TextFormat]) -> TextFormat | None:
    """Tell in which format a text came back: its own if it was kept, one of `forms` if it says the same in that one.

    None: it says something else. Rewritten is a text as a whole: one whose first line stayed as it was written was not.
    """
    if found == written.source:
        return written.format
    first = _FIRST_LINE.match(written.source)
    if first is not None and found.startswith(first[0]):
        return None
    bare = written.format == "html" and not _TAG.search(written.source)  # HTML in name only, and taken for plain text
    others = set(forms) if bare else set(forms) - {written.format}
    return next((form for form in sorted(others) if wording(Text(found, form)) == wording(written)), None)
