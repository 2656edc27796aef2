"""The window of one rate budget: how long to wait, by what the service told and what was sent. Pure: time is given."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf

from anybacklog.http.heard import LONGEST_RESET, Heard
from anybacklog.http.rate import Rate
from anybacklog.http.retry import TOO_MANY_REQUESTS

OK, UNAVAILABLE = 200, 503
UNSAID_WAIT = 60.0
MARGIN = 0.15
"""Seconds to come after a window's end, so as not to be charged to the old one."""
FRACTION = 1.0
"""Seconds that a reset told in whole seconds may be too early."""
RESERVE = 1 / 30
LAST_PART = 4
"""One part in so many of a budget, the last one, is spread."""
SPREAD = 0.9
"""The part of a window over which it is."""
FRESH = 1.0
"""Seconds for which the service's word on what remains is relied upon while others draw on it."""


@dataclass(slots=True)
class Window:
    """One rate budget as last described; it knows nothing until then. Moments are epoch seconds on our clock.

    While the service tells when its window ends, its word on what remains counts; else our own requests are counted
    over the seconds that precede, which keeps within the limit wherever the service's window may begin. The last
    quarter of a budget is spread until shortly before the window's end: a script that needs less never waits, and
    beside a long run people who use the same user still find something left. While others draw on the budget, all of it
    is spread, and the last thirtieth is left to them. One request at a time is sent and answered.
    """

    limit: int | None = None
    remaining: int | None = None
    resets_at: float | None = None
    closed_until: float = 0.0
    _reset: int | None = None
    _ends_on_the_mark: int = 0
    _others: bool = False
    _sent: deque[float] = field(default_factory=deque)
    _last: float = -inf

    def delay(self, now: float, rate: Rate, share: float) -> float:
        """Give the seconds to wait before the next request; 0 when one may be sent."""
        pause_over = self._last + rate.pause
        return max(0.0, self.closed_until - now, pause_over - now, self._opens(now, rate, share) - now)

    def spend(self, now: float, rate: Rate) -> None:
        """Count a request that is about to be sent, in case its answer says nothing."""
        self._begin_anew(now)
        kept = LONGEST_RESET if self.resets_at is not None else rate.window + MARGIN
        while self._sent and self._sent[0] <= now - kept:
            self._sent.popleft()
        self._sent.append(now)
        self._last = now
        if self.remaining is not None:
            self.remaining = max(0, self.remaining - 1)

    def learn(self, status: int, heard: Heard, now: float, rate: Rate) -> None:
        """Mirror what the answer to the last request said. The later of two moments to come back is kept."""
        self._notice_a_new_window(heard, rate)
        if self._sent:
            self._sent[-1] = now  # it may have been counted there as late as this
        self.limit = self.limit if heard.limit is None else heard.limit
        self.remaining = self.remaining if heard.remaining is None else heard.remaining
        if heard.resets_at is not None:
            self._reset, self.resets_at = heard.reset, heard.resets_at
        if status == TOO_MANY_REQUESTS:
            self.remaining = 0
            self._ends_on_the_mark = 0  # whatever we took them for, they deceived us
            self.closed_until = self._said(heard, otherwise=now + UNSAID_WAIT)
        elif status == UNAVAILABLE and heard.retry_at is not None:
            self.closed_until = self._said(heard, otherwise=now)

    def expect(self, heard: Heard, now: float, rate: Rate) -> None:
        """Take what was said of a window in which we sent nothing yet; where we did, our own answers know better."""
        self._begin_anew(now)
        if self.resets_at is None and not self._sent:
            self.learn(OK, heard, now, rate)

    def _begin_anew(self, now: float) -> None:
        if self.is_over(now):
            self.resets_at = self.remaining = None
            self._sent.clear()

    def set_back(self, seconds: float) -> None:
        """Make every moment that much earlier, as our clock was."""
        self.closed_until -= seconds
        self._last -= seconds
        self._sent = deque(each - seconds for each in self._sent)
        if self.resets_at is not None:
            self.resets_at -= seconds

    def is_over(self, now: float) -> bool:
        """Tell whether the window that the service told of has ended."""
        return self.resets_at is not None and now >= self.resets_at + self._margin

    @property
    def _margin(self) -> float:
        """A window that our own request began ends on a fraction of a second that is not told.

        Two ends in a row on a whole minute, the second one after waiting longer than that, show windows of the clock.
        """
        return MARGIN if self._ends_on_the_mark >= 2 else MARGIN + FRACTION

    def _said(self, heard: Heard, otherwise: float) -> float:
        """Give the later of the moments to come back that an answer named."""
        reset = None if heard.resets_at is None else heard.resets_at + self._margin
        return max((each for each in (reset, heard.retry_at) if each is not None), default=otherwise)

    def _opens(self, now: float, rate: Rate, share: float) -> float:
        """Give the moment that the budget allows the next request."""
        limit = rate.limit if self.limit is None else self.limit
        ours = None if limit is None else max(1, int(limit * share))
        if self.is_over(now):
            return -inf  # the first request of a window asks how it stands
        if self.resets_at is None:
            return -inf if ours is None else self._opens_as_counted(now, rate, ours)
        left = self._left(ours, share)
        if left is None:
            return -inf
        if left <= 0:
            return self.resets_at + self._margin
        return self._spread(left, ours, self.resets_at, rate)

    def _opens_as_counted(self, now: float, rate: Rate, ours: int) -> float:
        recent = [each for each in self._sent if each + rate.window + MARGIN > now]
        left = ours - len(recent)
        if left <= 0:
            return recent[-ours] + rate.window + MARGIN
        return self._spread(left, ours, recent[0] + rate.window, rate) if recent else -inf

    def _left(self, ours: int | None, share: float) -> int | None:
        """Give what may still be sent in the service's window; None if nothing is known to bound it."""
        left = []
        if self.remaining is not None:
            reserve = max(1, int((self.limit or 0) * RESERVE)) if self._others else 0
            left.append(self.remaining - reserve)
        if ours is not None and (share < 1 or self.remaining is None):
            left.append(ours - len(self._sent))
        return min(left, default=None)

    def _spread(self, left: int, ours: int | None, end: float, rate: Rate) -> float:
        if ours is None or not (self._others or left <= ours // LAST_PART):
            return -inf
        rest = end - (1 - SPREAD) * rate.window - self._last
        gap = max(0.0, rest) / (left + 1)
        return self._last + (min(gap, FRESH) if self._others else gap)

    def _notice_a_new_window(self, heard: Heard, rate: Rate) -> None:
        if heard.reset is not None and (self._reset is None or heard.reset > self._reset + 1):
            while self._reset is not None and len(self._sent) > 1:
                self._sent.popleft()
            self._ends_on_the_mark = 0 if heard.reset % rate.window else self._ends_on_the_mark + 1
            self._others = False
        elif heard.remaining is not None and self.remaining is not None and heard.limit in (None, self.limit):
            self._others = self._others or heard.remaining < self.remaining
