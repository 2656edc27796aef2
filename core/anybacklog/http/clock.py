"""Time as this layer sees it: our clock, and how far the service's is from it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds since the epoch, and waiting. Tests bring their own."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Offset:
    """How many seconds the service's clock is ahead of ours: at `least`, and at `most`.

    `Date` has whole seconds, so one answer leaves a second of doubt, and the time it was under way; every further one
    cuts from both ends. Who waits takes the `least`, and comes rather a moment late than early.
    """

    least: float
    most: float

    @property
    def likely(self) -> float:
        """Give the middle."""
        return (self.least + self.most) / 2

    def narrowed(self, other: Offset) -> Offset:
        """Take another answer's word too; where the two contradict, one of the clocks was set, and the newer counts."""
        least, most = max(self.least, other.least), min(self.most, other.most)
        return Offset(least, most) if least <= most else other


def offset_of(date: str | None, sent: float, received: float) -> Offset | None:
    """Read how far the clock is that wrote `date` between those moments; None for what no running clock says."""
    written = instant(date)
    if written is None or written < 0:
        return None
    return Offset(least=written - received, most=written + 1 - sent)


def instant(text: str | None) -> float | None:
    """Read an HTTP date as epoch seconds; None for what is none."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def as_instant(epoch: float) -> datetime:
    """Turn epoch seconds into an aware instant; what lies beyond the calendar is its last one."""
    last = datetime.max.replace(tzinfo=UTC)
    return last if epoch >= last.timestamp() else datetime.fromtimestamp(epoch, UTC)
