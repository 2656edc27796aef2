"""What a service with a rich text editor may do to texts: guesses, switched on by `texts`."""

from __future__ import annotations

import re
from html import escape, unescape

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def kept(text: str, how: str) -> str:
    """Give a text as it is kept: as sent, or with HTML made of plain text, or plain text made of HTML."""
    if how == "html":
        return _as_html(text)
    return _as_plain(text) if how == "plain" else text


def _as_html(text: str) -> str:
    if _TAG.search(text):
        return text
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in text.split("\n"))


def _as_plain(text: str) -> str:
    return unescape(_TAG.sub("", text)) if _TAG.search(text) else text
