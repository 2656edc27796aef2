"""How a list of issues is walked that others change meanwhile: pages in, each issue once out; pure.

A page begins with the last issue of the one before. If it does not, issues in front were deleted or moved away and the
rest moved up: step back until it does, and overlap more from there on. Sorted by `updated`, an issue that somebody
changes jumps to one end: all ids are remembered, and newest first the front is read again until it stands still; what
jumped there comes last. Sorted by `created`, nothing moves, so the last places are enough, however long the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import Any

from anybacklog.plugin import IncompleteListing

PAGE = 100
REMEMBERED = 3 * PAGE
LARGEST_OVERLAP = PAGE // 2
PATIENCE = 20

Json = dict[str, Any]
Place = tuple[str, int]
Page = list[tuple[Place, Json]]


@dataclass(slots=True, kw_only=True)
class Walk:
    """One listing. `read` gives the page at an offset, `count` what the service counts; `sort` is created or updated.

    Yields every issue that is there throughout, and none twice. What would take more than `PATIENCE` pages without
    anything new in a row (and one more for each page of issues listed) is an IncompleteListing.
    """

    read: Callable[[int], list[Json]]
    count: Callable[[], int]
    sort: str
    descending: bool
    _recent: dict[Place, None] = field(default_factory=dict, init=False)
    _edge: str = field(default="", init=False)
    _ids: set[int] = field(default_factory=set, init=False)
    _listed: int = field(default=0, init=False)
    _wasted: int = field(default=0, init=False)

    def issues(self) -> Iterator[Json]:
        """Walk from the front to the end, and again from the front for what jumped there meanwhile."""
        front: list[Place] = []
        while not self._gives_up():
            page = self._page(0)
            places = [place for place, _ in page]
            if front and (not places or places[0] in front):  # nothing jumped ahead of what was in front
                return
            yield from self._onward(page, until=front[0] if front else None)
            if len(places) < PAGE or not (self.descending and self._moves):
                return
            front = places

    def _onward(self, page: Page, *, until: Place | None) -> Iterator[Json]:
        """Walk on from the first page to the end, or beyond the place of `until`."""
        self._recent.clear()
        offset, overlap = 0, 1
        while not self._gives_up():
            if offset and not (page and self._passed(page[0][0])):
                self._wasted += 1
                offset, overlap = max(0, offset - PAGE), min(overlap * 5, LARGEST_OVERLAP)
            else:
                ends = len(page) < PAGE or (until is not None and page[-1][0][0] < until[0])
                fresh = self._fresh(page)
                page.clear()  # so that an issue is gone when the caller has done with it, not a page later
                while fresh:
                    yield fresh.pop()
                if ends:
                    return
                offset += PAGE - overlap
            page = self._page(offset)

    def _page(self, offset: int) -> Page:
        return [((str(issue.get(self.sort)), issue["id"]), issue) for issue in self.read(offset)]

    def _fresh(self, page: Page) -> list[Json]:
        """Give the issues of a page that were not listed yet, last first, and remember the page."""
        ahead = [each for each in page if not self._passed(each[0])]
        fresh = [each for each in page if each[0][1] not in self._ids] if self._moves else ahead
        self._listed += len(fresh)
        self._wasted = 0 if fresh else self._wasted + 1
        if self._moves:
            self._ids.update(issue["id"] for _, issue in fresh)
        self._remember([place for place, _ in ahead])
        return [issue for _, issue in sorted(fresh, key=itemgetter(0), reverse=not self.descending)]

    def _remember(self, places: list[Place]) -> None:
        self._recent.update(dict.fromkeys(places))
        for place in [*islice(self._recent, max(0, len(self._recent) - REMEMBERED))]:
            del self._recent[place]
        self._edge = (max if self.descending else min)(self._recent, default=("", 0))[0]

    def _passed(self, place: Place) -> bool:
        """Tell whether we came by this place: it is one of the last, or lies before them all."""
        before = place[0] > self._edge if self.descending else place[0] < self._edge
        return place in self._recent or (before and bool(self._recent))

    def _gives_up(self) -> bool:
        """Tell whether nothing new is to be hoped for though pages go on; IncompleteListing if some are missing."""
        if self._wasted <= PATIENCE + self._listed // PAGE:
            return False
        counted = self.count()
        if self._listed < counted:
            raise IncompleteListing(counted=counted, listed=self._listed)
        return True

    @property
    def _moves(self) -> bool:
        return self.sort == "updated"
