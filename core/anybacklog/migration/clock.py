"""The time, and waiting for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and waiting for it: injected, so that tests need not wait."""

    now: Callable[[], datetime] = lambda: datetime.fromtimestamp(time.time(), UTC)
    sleep: Callable[[float], None] = time.sleep
