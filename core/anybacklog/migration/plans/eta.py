"""How long a migration will take, by the limits of both ends as their budgets stand now."""

from __future__ import annotations

from collections.abc import Mapping

from anybacklog.backend import TrafficState
from anybacklog.errors import UnsupportedOperation
from anybacklog.migration.clock import Clock
from anybacklog.migration.plans.estimate import seconds
from anybacklog.tracker import Tracker


def eta(source: Tracker, target: Tracker, requests: Mapping[str, Mapping[str, int]], clock: Clock) -> int | None:
    """Give the seconds that so many `requests` to the two ends take; None where no limit is known."""

    def lasting(bucket: str, count: int, traffic: TrafficState) -> float | None:
        from anybacklog.http.pacing import lasting  # late: between two files nothing is sent

        return lasting(bucket, count, traffic, clock.now())

    ends = ((requests["source"], source), (requests["target"], target))
    return seconds([(sent, _traffic(end, sent)) for sent, end in ends], lasting, together=_one_user(source, target))


def _traffic(tracker: Tracker, sent: Mapping[str, int]) -> TrafficState:
    """Ask how the budgets stand, where there is anything to send."""
    try:
        return tracker.traffic() if sent else TrafficState()
    except UnsupportedOperation:
        return TrafficState()


def _one_user(source: Tracker, target: Tracker) -> bool:
    """Tell whether both ends draw on the budgets of one user of one service."""
    places = [(each.location.scheme, each.location.authority()) for each in (source, target)]
    if places[0] != places[1] or not all(each.capabilities.can("myself") for each in (source, target)):
        return False
    return bool(source.requests()) and source.myself().id == target.myself().id
