"""What a service tells of itself: how its rate budgets stand, what these credentials may do, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from anybacklog.abilities import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class RateState:
    """One rate budget as last heard of: requests per window and those left, None where the service did not say."""

    bucket: str
    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficState:
    """Every budget used so far; `clock_offset`: seconds the service's clock is ahead of ours, None if it never said.

    `share` is how much of every limit we use, `pauses` the seconds we keep between two requests of a budget.
    """

    rates: tuple[RateState, ...] = ()
    clock_offset: float | None = None
    share: float = 1.0
    pauses: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What the service lets these credentials do: their role in its words, and the operations it denies, with why."""

    role: str
    denied: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class ShowsTraffic(Protocol):
    """Can tell how its rate budgets stand."""

    def traffic(self) -> TrafficState:
        """Give the budgets as last heard of; asks the service only for what no answer has said yet."""
        ...


@runtime_checkable
class KnowsPermissions(Protocol):
    """Can tell what these credentials may do."""

    def permissions(self) -> Permissions:
        """Ask the service for the role; operations that are not named in `denied` may still be refused."""
        ...


@runtime_checkable
class TellsLimits(Protocol):
    """Can ask the service for limits that `abilities.limits` do not have, such as those of a plan that was bought."""

    def limits(self) -> Limits:
        """Give `abilities.limits` with what the service tells put in; asks the first time only."""
        ...
