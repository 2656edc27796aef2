"""The tickets most likely to break something: the longest, with the most files and entries. To be tried first. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappush, heapreplace, nlargest

from anybacklog.migration.course import Bundle

COUNT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How much there is of a ticket: characters of text, entries of its journal, files, and their bytes as known."""

    key: str
    title: str
    characters: int
    entries: int
    files: int
    bytes: int

    @property
    def sum(self) -> int:
        """Give what tickets are ordered by."""
        return self.characters + self.bytes + 1000 * self.entries


@dataclass(slots=True)
class Worst:
    """Keeps the heaviest of the tickets it is shown, in constant memory."""

    count: int = COUNT
    _held: list[tuple[int, int, Weight]] = field(default_factory=list)
    _met: int = 0

    def add(self, bundle: Bundle) -> None:
        """Weigh a ticket; of two of one weight the first stays."""
        weight = weighed(bundle)
        self._met += 1
        entry = (weight.sum, -self._met, weight)
        if len(self._held) < self.count:
            heappush(self._held, entry)
        elif entry > self._held[0]:
            heapreplace(self._held, entry)

    def found(self) -> tuple[Weight, ...]:
        """Give them, the heaviest first."""
        return tuple(weight for _, _, weight in nlargest(self.count, self._held))


def worst(bundles: Iterable[Bundle], count: int = COUNT) -> frozenset[str]:
    """Pick the keys of the heaviest tickets."""
    heaviest = Worst(count)
    for bundle in bundles:
        heaviest.add(bundle)
    return frozenset(weight.key for weight in heaviest.found())


def weighed(bundle: Bundle) -> Weight:
    """Weigh one ticket with its journal."""
    ticket = bundle.ticket
    texts = [ticket.description, *(comment.body for comment in bundle.comments)]
    return Weight(
        key=ticket.key,
        title=ticket.title,
        characters=sum(len(text.source) for text in texts if text),
        entries=len(bundle.comments),
        files=len(ticket.attachments),
        bytes=sum(attachment.size or 0 for attachment in ticket.attachments),
    )
