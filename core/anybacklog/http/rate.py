"""On which terms somebody sends: what is known of a rate beforehand, and how much of it they want to use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Rate:
    """What an adapter knows of a rate budget beforehand: `limit` requests in any `window` seconds.

    The limit binds until the service tells its own; `limit=None` leaves it to the service. `pause` is the gap in
    seconds that the vendor asks for from one request to the next; it is kept at the polite pace only. ValueError for a
    limit below 1, a window of no length, a pause below 0.
    """

    limit: int | None = None
    window: float = 60.0
    pause: float = 0.0

    def __post_init__(self) -> None:
        if (self.limit is not None and self.limit < 1) or self.window <= 0 or self.pause < 0:
            raise ValueError(f"{self}: a limit is at least 1, a window above 0 s, a pause at least 0 s")


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Terms:
    """How one session sends: `share` of every limit (0 to 1), whether with pauses, and the rates it knows of."""

    share: float = 1.0
    polite: bool = False
    rates: Mapping[str, Rate] = field(default_factory=dict)

    def rate(self, bucket: str) -> Rate:
        """Give what is known of a budget beforehand, without the pause unless it is to be kept."""
        known = self.rates.get(bucket, Rate())
        return known if self.polite else replace(known, pause=0.0)


def strictest(terms: Iterable[Terms]) -> Terms:
    """Give the terms that keep everybody's: the least share, all pauses, of each rate the lowest and the longest."""
    all_terms = list(terms)
    rates: dict[str, Rate] = {}
    for each in all_terms:
        for bucket, rate in each.rates.items():
            rates[bucket] = _stricter(rates.get(bucket, rate), rate)
    return Terms(
        share=min((each.share for each in all_terms), default=1.0),
        polite=any(each.polite for each in all_terms),
        rates=rates,
    )


def _stricter(one: Rate, other: Rate) -> Rate:
    limits = [rate.limit for rate in (one, other) if rate.limit is not None]
    return Rate(min(limits, default=None), max(one.window, other.window), max(one.pause, other.pause))
