"""A long run against a service that counts: never refused, and hardly anything of its budget left unused.

Events in virtual time, no network: a service with fixed windows answers with its headers,
and a clock that only waits move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import pairwise
from random import Random

import pytest

from anybacklog.http.budget import Budget
from anybacklog.http.clock import Clock
from anybacklog.http.rate import Rate, Terms

START = 1_700_000_017.3
MINUTES = 20
REFUSED = 429


@dataclass
class Minute:
    """One window of the service: when it began, what it allows, who used how much of it."""

    began: float
    limit: int
    ours: int = 0
    others: int = 0


@dataclass(kw_only=True)
class Service:
    """Counts requests per minute: of the clock, or from the first request on where `aligned` is false."""

    limit: int = 150
    aligned: bool = True
    silent: bool = False
    lowered_to: int | None = None
    rival_per_minute: int = 0
    minutes: list[Minute] = field(default_factory=list)
    refused: int = 0
    rival_turn: float = START

    def answer(self, now: float) -> tuple[int, Mapping[str, str]]:
        """Charge one request of ours that arrives at `now`."""
        while self.rival_per_minute and self.rival_turn <= now:
            minute = self.minute(self.rival_turn)
            minute.others += minute.ours + minute.others < minute.limit
            self.rival_turn += 60 / self.rival_per_minute
        minute = self.minute(now)
        fits = minute.ours + minute.others < minute.limit
        minute.ours += fits
        self.refused += not fits
        return 200 if fits else REFUSED, {} if self.silent else self.headers(minute, now)

    def minute(self, now: float) -> Minute:
        """Give the window of that moment; a new one has the limit of its time."""
        if not self.minutes or now >= self.minutes[-1].began + 60:
            lowered = self.lowered_to is not None and 5 <= (now - START) / 60 < 10
            limit = self.lowered_to if lowered and self.lowered_to is not None else self.limit
            self.minutes.append(Minute(now // 60 * 60 if self.aligned else now, limit))
        return self.minutes[-1]

    def headers(self, minute: Minute, now: float) -> dict[str, str]:
        """Say how it stands, in whole seconds as services do."""
        return {
            "X-RateLimit-Limit": str(minute.limit),
            "X-RateLimit-Remaining": str(minute.limit - minute.ours - minute.others),
            "X-RateLimit-Reset": str(int(minute.began + 60)),
            "Date": formatdate(now, usegmt=True),
        }

    def used(self, share: float = 1.0, most: float = 1e9) -> float:
        """Tell which part of what the whole minutes in between left to us was used."""
        left = used = 0.0
        for minute, following in list(pairwise(self.minutes))[1:]:
            room = min(most, (minute.limit - self.rival_per_minute) * share)
            left += room * (following.began - minute.began) / 60
            used += minute.ours
        return used / left


@dataclass
class Run:
    """Somebody who sends as fast as the budget lets him, with a clock that may be wrong."""

    service: Service
    terms: Terms = field(default_factory=Terms)
    clock_ahead: float = 0.0
    time: float = START
    dice: Random = field(default_factory=lambda: Random(1))

    def go(self, minutes: float = MINUTES, most: int = 10**6) -> Service:
        budget, clock = Budget(self.terms), Clock(lambda: self.time + self.clock_ahead, self.pass_time)
        sent = 0
        while self.time < START + minutes * 60 and sent < most:
            while wait := budget.ask("update", "POST issues", clock.now(), 900):
                clock.sleep(wait)
            started = clock.now()
            budget.spend("update", started)
            self.pass_time(self.dice.uniform(0.02, 0.15))
            status, headers = self.service.answer(self.time)
            self.pass_time(self.dice.uniform(0.02, 0.15))
            budget.learn("update", status, headers, started, clock.now())
            sent += 1
        return self.service

    def pass_time(self, seconds: float) -> None:
        self.time += seconds


@pytest.mark.parametrize("clock_ahead", [0, 0.7, -0.7, 3600, -3600])
@pytest.mark.parametrize("aligned", [True, False])
@pytest.mark.parametrize("limit", [15, 150])
def test_a_long_run_uses_the_whole_budget_and_is_never_refused(limit: int, aligned: bool, clock_ahead: float) -> None:
    service = Run(Service(limit=limit, aligned=aligned), clock_ahead=clock_ahead).go()
    assert service.refused == 0
    assert service.used() >= 0.97


@pytest.mark.parametrize("aligned", [True, False])
def test_a_limit_that_the_service_lowers_is_adopted(aligned: bool) -> None:
    service = Run(Service(aligned=aligned, lowered_to=60)).go()
    assert {minute.limit for minute in service.minutes} == {150, 60}
    assert service.refused == 0
    assert service.used() >= 0.97


@pytest.mark.parametrize("aligned", [True, False])
@pytest.mark.parametrize("clock_ahead", [0, 0.7, -3600])
def test_beside_others_who_use_the_same_user_hardly_anything_is_refused(aligned: bool, clock_ahead: float) -> None:
    service = Run(Service(aligned=aligned, rival_per_minute=30), clock_ahead=clock_ahead).go()
    assert service.refused <= 2
    assert service.used() >= 0.95


@pytest.mark.parametrize("per_minute", [30, 60, 100])
def test_beside_others_what_remains_is_never_taken_for_granted(per_minute: int) -> None:
    assert Run(Service(rival_per_minute=per_minute)).go().refused == 0


@pytest.mark.parametrize("aligned", [True, False])
def test_a_limit_known_beforehand_is_kept_where_the_service_says_nothing(aligned: bool) -> None:
    service = Run(Service(aligned=aligned, silent=True), Terms(rates={"update": Rate(150)})).go()
    assert service.refused == 0
    assert service.used() >= 0.97


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("aligned", [True, False])
@pytest.mark.parametrize("rival", [0, 30])
def test_a_share_is_kept_in_every_window_and_used(silent: bool, aligned: bool, rival: int) -> None:
    terms = Terms(share=0.5, rates={"update": Rate(150)})
    service = Run(Service(aligned=aligned, silent=silent, rival_per_minute=rival), terms).go()
    assert service.refused == 0
    assert max(minute.ours for minute in service.minutes) <= 75
    assert service.used(most=75) >= 0.97


@pytest.mark.parametrize("aligned", [True, False])
def test_the_polite_pace_keeps_the_pause_and_nothing_more(aligned: bool) -> None:
    terms = Terms(polite=True, rates={"update": Rate(pause=1.0)})
    service = Run(Service(aligned=aligned), terms).go()
    assert service.refused == 0
    assert max(minute.ours for minute in service.minutes) <= 61
    assert service.used(most=60) >= 0.97


@pytest.mark.parametrize("clock_ahead", [0, 3600])
def test_a_script_of_a_hundred_requests_is_not_slowed_down(clock_ahead: float) -> None:
    run = Run(Service(aligned=False), clock_ahead=clock_ahead)
    run.go(most=100)
    assert run.time - START < 100 * 0.3


def test_in_a_long_run_something_is_left_to_people_until_late_in_the_window() -> None:
    service = Service()
    run = Run(service)
    run.go(minutes=3)
    began = service.minutes[2].began
    service, run = Service(), Run(Service())
    run.go(minutes=(began + 50 - START) / 60)
    last = run.service.minutes[-1]
    assert last.began == began
    assert 140 <= last.ours < last.limit
