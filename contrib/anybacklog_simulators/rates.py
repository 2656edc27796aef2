"""Rate limits in fixed windows: so many requests of a kind per user and window, as services count them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a user has left in a window; `reset` is the second since 1970 at which the next one begins."""

    limit: int
    remaining: int
    reset: int
    granted: bool = True


@dataclass
class _Window:
    begins: float
    used: int = 0


@dataclass
class Rates:
    """Counts requests; `aligned` windows begin on the clock's full minute (or length), others with a request."""

    limits: dict[str, int]
    length: float = 60.0
    aligned: bool = True
    windows: dict[tuple[int, str], _Window] = field(default_factory=dict)

    def take(self, user: int, bucket: str, now: float, requests: int = 1) -> Allowance:
        """Count requests of a user; one too many is not granted, and not counted."""
        window, limit = self._window(user, bucket, now), self.limits[bucket]
        granted = window.used + requests <= limit
        window.used += requests if granted else 0
        return self._left(window, limit, granted=granted)

    def look(self, user: int, now: float) -> Mapping[str, Allowance]:
        """Tell what a user has left, bucket by bucket."""
        return {bucket: self._left(self._window(user, bucket, now), limit) for bucket, limit in self.limits.items()}

    def rival(self, user: int, bucket: str, requests: int, now: float) -> None:
        """Let something else that works as the same user spend requests, as many as are left; errors as of `lower`."""
        self._refuse_unknown(bucket)
        window = self._window(user, bucket, now)
        window.used = min(window.used + requests, self.limits[bucket])

    def lower(self, bucket: str, limit: int) -> None:
        """Change a limit, also in the middle of a window; ValueError for a bucket that there is not."""
        self._refuse_unknown(bucket)
        self.limits[bucket] = limit

    def _refuse_unknown(self, bucket: str) -> None:
        if bucket not in self.limits:
            raise ValueError(f"there is no bucket {bucket!r}; there is {', '.join(self.limits)}")

    def _left(self, window: _Window, limit: int, *, granted: bool = True) -> Allowance:
        reset = math.ceil(window.begins + self.length)
        return Allowance(limit, max(limit - window.used, 0), reset, granted)

    def _window(self, user: int, bucket: str, now: float) -> _Window:
        known = self.windows.get((user, bucket))
        if known is None or now >= known.begins + self.length:
            begins = now - now % self.length if self.aligned else now
            known = self.windows[user, bucket] = _Window(begins)
        return known
