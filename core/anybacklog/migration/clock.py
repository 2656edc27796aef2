"""The time, and waiting for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

_log = logging.getLogger("anybacklog.migration")


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and waiting for it: injected, so that tests need not wait. `monotonic` seconds cannot be set."""

    now: Callable[[], datetime] = lambda: datetime.fromtimestamp(time.time(), UTC)
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic

    def left(self, seconds: float, since: datetime | None) -> float:
        """Give how many of so many seconds since a moment are left; all at most, wherever the clock was set."""
        passed = (self.now() - since).total_seconds() if since is not None else 0.0
        return min(seconds, max(0.0, seconds - passed))

    def settle(self, seconds: float, doubted: str, *, others: int = 0) -> None:
        """Wait until what was sent can no longer arrive; it is told, for it may take minutes."""
        more = f", nor whether {others} more did" if others else ""
        self.wait(seconds, f"nobody answered whether {doubted} arrived{more}; asking again")

    def wait(self, seconds: float, why: str) -> None:
        """Wait, and tell `why` unless it is short; it may be interrupted."""
        if seconds >= 1:
            _log.warning("%s in %.0f s", why, seconds)
        if seconds > 0:
            self.sleep(seconds)
