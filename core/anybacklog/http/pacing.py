"""How long it takes to send so many requests at the pace that `Window` keeps, their own way aside. Pure."""

from __future__ import annotations

from datetime import datetime

from anybacklog.backend import RateState, TrafficState
from anybacklog.http.window import LAST_PART, SPREAD

WINDOW = 60.0
"""Seconds of a window that is still to come: the first one says itself when it ends."""


def lasting(bucket: str, count: int, traffic: TrafficState, now: datetime) -> float | None:
    """Give the seconds until the last of `count` requests is sent; None where no limit or pause of them is known.

    What is left of the budget is at hand at once; the windows after it are full, whoever else uses them.
    """
    if count <= 0:
        return 0.0
    pause = traffic.pauses.get(bucket, 0.0)
    by_pause = (count - 1) * pause if pause else None
    budget = next((rate for rate in traffic.rates if rate.bucket == bucket and rate.limit), None)
    by_limit = _by_limit(count, budget, traffic.share, now) if budget is not None else None
    return max((time for time in (by_limit, by_pause) if time is not None), default=None)


def _by_limit(count: int, budget: RateState, share: float, now: datetime) -> float:
    ours = max(1, int((budget.limit or 0) * share))
    ends = (budget.resets_at - now).total_seconds() if budget.resets_at is not None else 0.0
    if budget.remaining is None or ends <= 0:
        return _in_full_windows(count, ours)
    left = min(budget.remaining, ours)
    if count <= left:
        return _spread(count, left, ours, ends)
    return ends + _in_full_windows(count - left, ours)


def _in_full_windows(count: int, ours: int) -> float:
    before, rest = divmod(count - 1, ours)
    return before * WINDOW + _spread(rest + 1, ours, ours, WINDOW)


def _spread(count: int, left: int, ours: int, ends: float) -> float:
    """Give the moment of the last request within a window: the last part of its budget is spread over it."""
    spread = min(left, ours // LAST_PART)
    behind = max(0, count - (left - spread))
    return behind / (spread + 1) * max(0.0, ends - (1 - SPREAD) * WINDOW)
