"""A text longer than the target takes, in pieces that joined are the text again. Pure."""

from __future__ import annotations

from unicodedata import combining

_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
_LOOK_BACK = 50
HEADER_ROOM = 1_000
"""What is kept free above a continuation for its header line."""


def length(text: str) -> int:
    """Count as a service may that counts 🎉 as two: never too low, whichever way it counts."""
    return len(text) + sum(1 for each in text if each > "\uffff")


def split(text: str, first: int, rest: int) -> list[str]:
    """Cut a text into a piece of at most `first` and others of at most `rest`, behind a line where there is one.

    What stands for one character, such as CRLF or a letter with its accents, stays together.
    """
    pieces, start, room = [], 0, first
    while length(text[start : start + room + 1]) > room:
        end = _end(text, start, room)
        pieces.append(text[start:end])
        start, room = end, rest
    return [*pieces, text[start:]]


def _end(text: str, start: int, room: int) -> int:
    end = start + room
    while (over := length(text[start:end]) - room) > 0 and end > start + 1:
        end -= (over + 1) // 2
    line = text.rfind("\n", start + room // 2, end)
    if line >= 0:
        return line + 1
    return next((at for at in range(end, max(start, end - _LOOK_BACK), -1) if not _joined(text, at)), end)


def _joined(text: str, at: int) -> bool:
    """Tell whether what stands on both sides of a place is one."""
    before, behind = text[at - 1], text[at : at + 1]
    return (before, behind) == ("\r", "\n") or behind in _JOINERS or before == "\u200d" or _accent(behind)


def _accent(character: str) -> bool:
    return bool(character) and combining(character) != 0
