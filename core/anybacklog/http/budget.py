"""The rate budgets of one user at one host: mirrored from every answer, waited for before every request."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from math import inf

from anybacklog.backend import RateState, TrafficState
from anybacklog.errors import RateLimited
from anybacklog.http.clock import Offset, as_instant, offset_of
from anybacklog.http.heard import as_headers, hear
from anybacklog.http.rate import Terms
from anybacklog.http.window import Window

INSTANT = 0.001
"""Seconds that are not waited for: what a sum of moments is rounded by is less."""

_log = logging.getLogger("anybacklog.http")


@dataclass(slots=True)
class Budget:
    """The budgets by name, the terms to send on, and how far the service's clock is from ours (None: not known).

    Whoever calls holds the lane's turn, but for `state`, which anybody may ask at any time.
    """

    terms: Terms = field(default_factory=Terms)
    offset: Offset | None = None
    windows: dict[str, Window] = field(default_factory=dict)
    _latest: float = -inf

    def ask(self, name: str, where: str, now: float, longest: float) -> float:
        """Give the seconds to wait, 0 when a request may be sent; RateLimited if they are more than `longest`."""
        delay = self.delay(name, now)
        if delay > longest:
            raise RateLimited(
                f"{where}: the rate budget {name!r} allows no request for {delay:.0f} s; run it again after that",
                retry_at=as_instant(now + delay),
            )
        if delay > 1:
            _log.info("waiting %.1f s for the rate budget %r", delay, name)
        return delay if delay > INSTANT else 0.0

    def spend(self, name: str, now: float) -> None:
        """Count a request that is about to be sent."""
        self._follow(now)
        self._window(name).spend(now, self.terms.rate(name))

    def learn(self, name: str, status: int, headers: Mapping[str, str], sent: float, received: float) -> None:
        """Mirror what an answer says about the bucket it was charged to, and about the service's clock."""
        self._follow(received)
        sent = min(sent, received)
        seen = offset_of(headers.get("Date"), sent, received)
        if seen is not None:
            self.offset = seen if self.offset is None else self.offset.narrowed(seen)
        heard = hear(headers, sent, received, self.offset)
        self._window(name).learn(status, heard, received, self.terms.rate(name))

    def expect(self, rates: Iterable[RateState], now: float) -> None:
        """Take in what an answer's body says of budgets that nothing was sent on yet, by the service's clock."""
        self._follow(now)
        for rate in rates:
            heard = hear(as_headers(rate), now, now, self.offset)
            self._window(rate.bucket).expect(heard, now, self.terms.rate(rate.bucket))

    def delay(self, name: str, now: float) -> float:
        """Give the seconds to wait before the next request."""
        self._follow(now)
        return self._window(name).delay(now, self.terms.rate(name), self.terms.share)

    def closed_until(self, name: str) -> float:
        """Give the moment, in epoch seconds here, before which the service wants nothing sent."""
        return self._window(name).closed_until

    def state(self, now: float) -> TrafficState:
        """Tell how every budget stands that was used or is known of; a window that is over says nothing any more."""
        offset, names = self.offset, sorted({*self.windows.copy(), *self.terms.rates})
        return TrafficState(
            rates=tuple(self._rate_state(name, now) for name in names),
            clock_offset=None if offset is None else offset.likely,
            share=self.terms.share,
            pauses={name: pause for name in names if (pause := self.terms.rate(name).pause)},
        )

    def _rate_state(self, name: str, now: float) -> RateState:
        window = copy(self.windows.get(name, Window()))  # a request under way changes the window meanwhile
        limit = self.terms.rate(name).limit if window.limit is None else window.limit
        if window.is_over(now):
            return RateState(bucket=name, limit=limit)
        resets_at = None if window.resets_at is None else as_instant(window.resets_at)
        return RateState(bucket=name, limit=limit, remaining=window.remaining, resets_at=resets_at)

    def _follow(self, now: float) -> None:
        """Where our clock was set back, set back all moments with it: no wait grows longer, and none is forgotten."""
        if now < self._latest:
            back = self._latest - now
            for window in self.windows.values():
                window.set_back(back)
            if self.offset is not None:
                self.offset = Offset(self.offset.least + back, self.offset.most + back)
        self._latest = now

    def _window(self, name: str) -> Window:
        return self.windows.setdefault(name, Window())
