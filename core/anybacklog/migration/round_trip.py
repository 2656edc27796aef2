"""Texts that a target does not show as they were written: said before, counted after. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from anybacklog.migration.report import Fidelity
from anybacklog.model import TextFormat

ALTERED: Literal["altered"] = "altered"
"""What came back says something else, in whatever format it is read."""
Shown: TypeAlias = Counter[tuple[str, TextFormat, TextFormat | Literal["altered"]]]
"""How many texts came back, by field, by the format they were written in and by the one they came back in."""
Forms: TypeAlias = Mapping[TextFormat, frozenset[TextFormat]]
"""The formats that texts came back in, by the one they were written in."""
_LEVELS = ("lost", "emulated", "native")


def added(known: Iterable[Sequence[Any]], shown: Shown) -> list[list[Any]]:
    """Add what a run saw to what the ledger keeps: `[field, written, shown, count]` each."""
    before: Shown = Counter({(name, written, found): count for name, written, found, count in known})
    return [[*each, count] for each, count in sorted((before + shown).items())]


def unaltered(known: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Leave out what said something else: it was seen that nothing does any more."""
    return [list(each) for each in known if each[2] != ALTERED]


def forms(known: Iterable[Sequence[Any]]) -> Forms:
    """Say for each format that was written which ones it came back in."""
    found: dict[TextFormat, frozenset[TextFormat]] = {}
    for _, written, shown, _ in unaltered(known):
        found[written] = found.get(written, frozenset()) | {shown}
    return found


def with_rewritten(rows: Iterable[Fidelity], known: Iterable[Sequence[Any]]) -> list[Fidelity]:
    """Add a row for each format that did not stay, what is lost first: all words are there, of plain text no markup."""
    return sorted([*rows, *_rewritten(known)], key=lambda row: _LEVELS.index(row.level))


def warning(texts_become: Mapping[TextFormat, str]) -> str | None:
    """Say what nobody knows before the first write."""
    if not texts_become:
        return None
    return f"how texts come back shows with the first one written: {'; '.join(texts_become.values())}"


def _rewritten(known: Iterable[Sequence[Any]]) -> Iterator[Fidelity]:
    for name, written, shown, count in known:
        if shown == ALTERED:
            reason = "the target changed what it says: it came back otherwise than it was sent; verify shows how"
            yield Fidelity(field=f"{name}.source", level="lost", count=count, reason=reason)
        elif shown == "plain" != written:
            reason = f"{written} comes back as plain text there: every word is kept, the markup is not"
            yield Fidelity(field=f"{name}.format", level="lost", count=count, reason=reason)
        elif shown != written:
            reason = f"{written} comes back as {shown} there: every word is kept"
            yield Fidelity(field=f"{name}.format", level="emulated", count=count, reason=reason)
