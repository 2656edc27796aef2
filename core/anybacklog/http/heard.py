"""What the headers of an answer say about a rate budget, as far as it can be believed. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from anybacklog.backend import RateState
from anybacklog.http.clock import Offset, instant

LONGEST_RESET, LONGEST_DATE = 3600.0, 86400.0
"""Seconds beyond which a moment in a header is not believed: milliseconds taken for seconds, a clock gone wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One answer's word: None where it said nothing that can be true.

    `reset` is the window's end in the service's words, `resets_at` and `retry_at` are epoch seconds on our clock.
    """

    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None
    resets_at: float | None = None
    retry_at: float | None = None


def hear(headers: Mapping[str, str], sent: float, received: float, offset: Offset | None) -> Heard:
    """Read `X-RateLimit-Limit/-Remaining/-Reset` (epoch seconds on the service's clock) and `Retry-After`.

    A reset more than an hour away or gone by before the request was sent, or a date to retry after more than a day
    away, counts as unsaid.
    """
    reset = _whole(headers.get("X-RateLimit-Reset"))
    resets_at = None if reset is None else _here(reset, offset, sent - 1, received + LONGEST_RESET)
    return Heard(
        limit=_whole(headers.get("X-RateLimit-Limit")),
        remaining=_whole(headers.get("X-RateLimit-Remaining")),
        reset=None if resets_at is None else reset,
        resets_at=resets_at,
        retry_at=_retry_at(headers.get("Retry-After"), received, offset),
    )


def as_headers(rate: RateState) -> dict[str, str]:
    """Spell what is told elsewhere of a budget as the headers would, `resets_at` being on the service's clock."""
    reset = None if rate.resets_at is None else int(rate.resets_at.timestamp())
    told = {"Limit": rate.limit, "Remaining": rate.remaining, "Reset": reset}
    return {f"X-RateLimit-{name}": str(value) for name, value in told.items() if value is not None}


def _retry_at(text: str | None, received: float, offset: Offset | None) -> float | None:
    seconds = _whole(text)
    if seconds is not None:
        return received + seconds
    moment = instant(text)
    return None if moment is None else _here(moment, offset, float("-inf"), received + LONGEST_DATE)


def _here(moment: float, offset: Offset | None, earliest: float, latest: float) -> float | None:
    """Say a moment of the service's clock on ours; where that cannot be right, they may be one clock after all."""
    candidates = (moment - (offset.least if offset else 0.0), float(moment))
    return next((each for each in candidates if earliest <= each <= latest), None)


def _whole(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\s*[0-9]{1,15}\s*", text) else None
