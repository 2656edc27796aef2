"""The fake's own time, which a test moves by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime


@dataclass
class Clock:
    """Tells the time in whole seconds, UTC; `advance` moves it on at once."""

    source: Callable[[], float] = time.time
    offset: float = 0.0

    @classmethod
    def standing(cls, at: datetime) -> Clock:
        """Give a clock that only `advance` moves."""
        return cls(lambda: at.timestamp())

    def seconds(self) -> float:
        """Give the seconds since 1970."""
        return self.source() + self.offset

    def now(self) -> datetime:
        """Give the instant, without its fraction, as the service keeps it."""
        return datetime.fromtimestamp(int(self.seconds()), UTC)

    def http_date(self) -> str:
        """Give the instant as the header `Date` has it."""
        return format_datetime(self.now(), usegmt=True)

    def advance(self, seconds: float) -> None:
        """Let this many seconds pass."""
        self.offset += seconds
