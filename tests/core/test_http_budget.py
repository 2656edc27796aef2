"""Budgets and pauses, whatever a service says about them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anybacklog.http.budget import Bucket, as_instant
from anybacklog.http.retry import Retry

NOW = 1_700_000_000.0
HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "Date")
words = st.one_of(st.text(max_size=30), st.integers(-(10**25), 10**25).map(str), st.dates().map(str))


@example(status=429, headers={"Retry-After": "9" * 30})
@example(status=429, headers={"Retry-After": "9" * 15})
@example(status=429, headers={"Retry-After": "9" * 5000})
@example(status=200, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 30})
@example(status=429, headers={"Retry-After": f"Mon, 01 Jan 2024 00:00:00 +{'9' * 20}"})
@example(
    status=200, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "5", "Date": f"1 Jan 2024 1:1 +{'9' * 20}"}
)
@given(status=st.sampled_from([200, 404, 429, 503]), headers=st.dictionaries(st.sampled_from(HEADERS), words))
def test_nonsense_in_the_headers_never_breaks_a_request(status: int, headers: dict[str, str]) -> None:
    bucket = Bucket()
    bucket.learn(status, headers, NOW)
    assert bucket.delay(NOW) >= 0
    assert as_instant(bucket.closed_until).tzinfo is UTC


def test_what_is_left_is_counted_down_when_answers_say_nothing() -> None:
    bucket = Bucket()
    bucket.learn(200, {"X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "1"}, NOW)
    bucket.spend()
    bucket.spend()
    assert (bucket.limit, bucket.remaining) == (600, 0)


def test_a_reset_is_measured_on_the_servers_clock() -> None:
    date = format_datetime(datetime.fromtimestamp(NOW - 3600, UTC), usegmt=True)
    bucket = Bucket()
    bucket.learn(200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW - 3590:.0f}", "Date": date}, NOW)
    assert bucket.delay(NOW) == 10


def test_a_date_to_retry_after_is_measured_on_the_servers_clock() -> None:
    date, later = (format_datetime(datetime.fromtimestamp(NOW + each, UTC), usegmt=True) for each in (500, 520))
    bucket = Bucket()
    bucket.learn(429, {"Retry-After": later, "Date": date}, NOW)
    assert bucket.delay(NOW) == 20


@pytest.mark.parametrize("reset", [NOW + 3601, NOW * 1000])
@pytest.mark.parametrize(("status", "wait"), [(200, 0), (429, 60)])
def test_a_reset_beyond_an_hour_counts_as_unsaid(status: int, wait: float, reset: float) -> None:
    bucket = Bucket()
    bucket.learn(status, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{reset:.0f}"}, NOW)
    assert bucket.delay(NOW) == wait


def test_where_the_servers_clock_cannot_be_right_ours_is_taken() -> None:
    bucket = Bucket()
    date, reset = "Mon, 01 Jan 0001 00:00:00 GMT", f"{NOW + 10:.0f}"
    bucket.learn(200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset, "Date": date}, NOW)
    assert bucket.delay(NOW) == 10


def test_a_date_to_retry_after_beyond_a_day_counts_as_unsaid() -> None:
    bucket = Bucket()
    bucket.learn(429, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, NOW)
    assert bucket.delay(NOW) == 60


@given(tried=st.integers(1, 2000), dice=st.floats(0, 1))
def test_a_pause_is_never_longer_than_the_longest(tried: int, dice: float) -> None:
    retry = Retry(first=0.5, longest=30, dice=lambda: dice)
    assert 0 <= retry.pause(tried) <= 30


@pytest.mark.parametrize(("tried", "most"), [(1, 0.5), (2, 1.0), (3, 2.0), (7, 30.0)])
def test_pauses_double(tried: int, most: float) -> None:
    assert Retry(dice=lambda: 1.0).pause(tried) == most
