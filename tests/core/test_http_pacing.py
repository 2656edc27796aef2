"""How long so many requests take at the pace that is kept: told beforehand, and as it then is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.backend import RateState, TrafficState
from anybacklog.http.heard import Heard
from anybacklog.http.pacing import WINDOW, lasting
from anybacklog.http.rate import Rate
from anybacklog.http.window import Window

NOW = datetime(2026, 1, 5, 9, 0, 20, tzinfo=UTC)
PAID = RateState(bucket="update", limit=150)
BEGUN = replace(PAID, remaining=150, resets_at=NOW + timedelta(seconds=40))


def lasts(count: int, budget: RateState = PAID, **how: float) -> float:
    found = lasting("update", count, TrafficState(rates=(budget,), **how), NOW)  # type: ignore[arg-type]  # share alone
    assert found is not None
    return found


budgets = st.builds(
    lambda limit, left, ends: RateState(
        bucket="update", limit=limit, remaining=None if left is None else min(left, limit),
        resets_at=None if ends is None else NOW + timedelta(seconds=ends),
    ),
    st.integers(1, 700), st.none() | st.integers(0, 700), st.none() | st.floats(-100, WINDOW),
)  # fmt: skip
shares = st.floats(0.01, 1.0)


def test_what_a_window_has_at_hand_takes_no_time() -> None:
    assert (lasts(0), lasts(1), lasts(113)) == (0, 0, 0)


def test_the_last_quarter_is_spread_over_the_window_and_the_rest_waits_for_the_next() -> None:
    assert 0 < lasts(114) < lasts(150) < 54
    assert (lasts(151), lasts(263)) == (60, 60)


def test_what_others_left_of_a_window_is_at_hand_until_it_ends() -> None:
    assert lasts(100, BEGUN) == 0
    assert lasts(100, replace(BEGUN, remaining=0)) == 40
    assert lasts(160, replace(BEGUN, remaining=9)) == 100
    assert lasts(100, replace(BEGUN, remaining=0, resets_at=NOW)) == 0  # it is over


def test_a_share_of_the_limit_takes_so_much_longer() -> None:
    assert (lasts(1_500), lasts(1_500, share=0.5)) == pytest.approx((540 + 53, 1_140 + 53), abs=2)


def test_a_pause_between_two_requests_counts_where_it_is_slower() -> None:
    polite = TrafficState(rates=(PAID,), pauses={"update": 1.0})
    assert [lasting("update", count, polite, NOW) for count in (1, 100, 151)] == [0, 99, 150]


def test_without_a_limit_and_a_pause_nobody_knows() -> None:
    assert lasting("update", 5, TrafficState(rates=(replace(PAID, limit=None),)), NOW) is None
    assert lasting("update", 5, TrafficState(), NOW) is None


@given(budgets, shares, st.integers(0, 3_000), st.integers(0, 300))
def test_it_is_never_negative_and_more_requests_never_take_less(
    budget: RateState, share: float, count: int, more: int
) -> None:
    assert 0 <= lasts(count, budget, share=share) <= lasts(count + more, budget, share=share)


@given(budgets, shares, st.integers(1, 100_000))
def test_of_a_long_run_it_is_the_requests_by_the_limit_give_or_take_two_windows(
    budget: RateState, share: float, count: int
) -> None:
    ours = max(1, int((budget.limit or 0) * share))
    assert abs(lasts(count, budget, share=share) - count / ours * WINDOW) <= 2 * WINDOW


@given(st.integers(1, 200), st.integers(1, 700))
def test_it_is_nearly_the_time_that_the_window_then_takes(limit: int, count: int) -> None:
    window, rate, now = Window(), Rate(limit=limit), 0.0
    for _ in range(count):
        now += window.delay(now, rate, 1.0)
        window.spend(now, rate)
        window.learn(200, Heard(), now, rate)
    assert abs(lasts(count, replace(PAID, limit=limit)) - now) <= WINDOW / 4 + now / 100
