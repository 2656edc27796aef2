"""Rate budgets: one bucket per kind of request, mirrored from what the service says about it."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from anybacklog.errors import RateLimited

_log = logging.getLogger("anybacklog.http")

TOO_MANY_REQUESTS, UNAVAILABLE = 429, 503
UNSAID_WAIT = 60.0
LONGEST_RESET, LONGEST_DATE = 3600.0, 86400.0
"""Seconds beyond which a moment in a header is not believed: milliseconds taken for seconds, a clock gone wrong."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as this layer sees it: seconds since the epoch, and waiting. Tests bring their own."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Bucket:
    """One rate budget as the service last described it; unknown until it did."""

    limit: int | None = None
    remaining: int | None = None
    closed_until: float = 0.0

    def delay(self, now: float) -> float:
        """Give the seconds to wait before the next request; 0 when one may be sent."""
        return max(0.0, self.closed_until - now)

    def spend(self) -> None:
        """Count a request that is about to be sent, in case its answer says nothing."""
        if self.remaining is not None:
            self.remaining = max(0, self.remaining - 1)

    def learn(self, status: int, headers: Mapping[str, str], now: float) -> None:
        """Mirror `X-RateLimit-Limit/-Remaining/-Reset` (epoch seconds on the server's clock) and `Retry-After`.

        A reset more than an hour away, or a date to retry after more than a day away, counts as unsaid.
        """
        wait = _retry_after(headers, now)
        self.limit = _whole(headers.get("X-RateLimit-Limit"), self.limit)
        self.remaining = _whole(headers.get("X-RateLimit-Remaining"), self.remaining)
        if status == TOO_MANY_REQUESTS:
            self.remaining = 0
            wait = _until_reset(headers, now) if wait is None else wait
            self.closed_until = now + (UNSAID_WAIT if wait is None else wait)
        elif status == UNAVAILABLE and wait is not None:
            self.closed_until = now + wait
        elif self.remaining == 0:
            self.closed_until = now + (_until_reset(headers, now) or 0.0)


@dataclass(slots=True)
class Budget:
    """The buckets of one user at one host, by name."""

    buckets: dict[str, Bucket] = field(default_factory=dict)

    def bucket(self, name: str) -> Bucket:
        """Give the bucket of that name; a new one knows no limit."""
        return self.buckets.setdefault(name, Bucket())

    def wait(self, name: str, where: str, clock: Clock, longest: float) -> None:
        """Wait until a request may be sent; RateLimited if that is longer than `longest` seconds."""
        bucket = self.bucket(name)
        delay = bucket.delay(clock.now())
        if delay > longest:
            raise RateLimited(
                f"{where}: the service wants no request for {delay:.0f} s; run it again after that",
                retry_at=as_instant(bucket.closed_until),
            )
        if delay:
            _log.info("%s: waiting %.1f s for the rate budget %r", where, delay, name)
            clock.sleep(delay)

    def spend(self, name: str) -> None:
        """Count a request that is about to be sent."""
        self.bucket(name).spend()

    def learn(self, name: str, status: int, headers: Mapping[str, str], now: float) -> None:
        """Mirror what an answer says about the bucket it was charged to."""
        self.bucket(name).learn(status, headers, now)

    def delay(self, name: str, now: float) -> float:
        """Give the seconds to wait before the next request."""
        return self.bucket(name).delay(now)

    def closed_until(self, name: str) -> float:
        """Give the moment, in epoch seconds here, before which nothing is sent."""
        return self.bucket(name).closed_until


def _until_reset(headers: Mapping[str, str], now: float) -> float | None:
    reset = _whole(headers.get("X-RateLimit-Reset"), None)
    return None if reset is None else _until(reset, headers, now, LONGEST_RESET)


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    value = headers.get("Retry-After", "")
    seconds = _whole(value, None)
    if seconds is not None:
        return float(seconds)
    instant = _instant(value)
    return None if instant is None else _until(instant, headers, now, LONGEST_DATE)


def _until(moment: float, headers: Mapping[str, str], now: float, longest: float) -> float | None:
    """Measure on the server's own clock where it shows a likely one: a wrong clock here neither dawdles nor hurries."""
    clocks = (clock for clock in (_instant(headers.get("Date")), now) if clock is not None)
    waits = (max(0.0, moment - clock) for clock in clocks)
    return next((wait for wait in waits if wait <= longest), None)


def _whole(text: str | None, otherwise: int | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\s*[0-9]{1,15}\s*", text) else otherwise


def _instant(text: str | None) -> float | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def as_instant(epoch: float) -> datetime:
    """Turn epoch seconds into an aware instant; what lies beyond the calendar is its last one."""
    last = datetime.max.replace(tzinfo=UTC)
    return last if epoch >= last.timestamp() else datetime.fromtimestamp(epoch, UTC)
