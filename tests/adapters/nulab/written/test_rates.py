"""The four budgets of a space's user: known from the first answers on, kept, and waited for when they run out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

import anybacklog
from anybacklog import Tracker
from anybacklog_simulators.nulab import DEMO_KEY, Clock, Rates, Simulator, demo_space, simulator

BUCKETS = {"read", "update", "search", "icon"}
GENEROUS = dict.fromkeys(BUCKETS, 1000)


@contextmanager
def opened(rates: Rates) -> Iterator[tuple[Tracker, Simulator[Any], str]]:
    fake = simulator(demo_space(), rates=rates, clock=Clock())
    with fake.served() as server:
        url = f"nulab+{server.url}/DEMO"
        with anybacklog.connect(url, api_key=DEMO_KEY) as tracker:
            yield tracker, fake, url


def refused(fake: Simulator[Any]) -> int:
    return sum(status == 429 for _, _, status in fake.log)


def test_all_four_budgets_are_told_before_anything_was_spent_of_them() -> None:
    with opened(Rates(dict(GENEROUS))) as (tracker, _, _):
        rates = {rate.bucket: rate for rate in tracker.traffic().rates}
    assert {bucket for bucket, rate in rates.items() if rate.limit == 1000} == BUCKETS
    assert rates["search"].remaining == 1000
    assert all(rate.resets_at is not None for rate in rates.values())


def test_each_call_is_charged_to_the_budget_the_service_charges() -> None:
    with opened(Rates(dict(GENEROUS))) as (tracker, _, _):
        list(tracker.tickets())
        tracker.add_comment("DEMO-1", "x")
        told = {rate.bucket: 1000 - (rate.remaining or 0) for rate in tracker.traffic().rates}
        sent = tracker.requests()
    assert {bucket: sent.get(bucket, 0) for bucket in ("update", "search")} == {"update": 1, "search": told["search"]}


def test_a_budget_that_ran_out_is_waited_for_and_the_work_goes_on() -> None:
    with opened(Rates(GENEROUS | {"update": 3}, length=1, aligned=False)) as (tracker, fake, _):
        for number in range(7):
            tracker.add_comment("DEMO-3", str(number))
        assert [comment.body.source for comment in tracker.comments("DEMO-3")] == [str(each) for each in range(7)]
        assert refused(fake) == 0


def test_what_others_left_is_kept_to_from_the_first_request_on_where_it_was_asked_for() -> None:
    with opened(Rates(GENEROUS | {"update": 3}, length=2)) as (tracker, fake, _):
        fake.rates.rival(1001, "update", 3, fake.clock.seconds())
        assert {rate.bucket: rate.remaining for rate in tracker.traffic().rates}["update"] == 0
        for number in range(2):
            tracker.add_comment("DEMO-3", str(number))
        assert refused(fake) == 0


def test_without_asking_the_first_request_of_a_budget_is_all_that_can_be_too_many() -> None:
    with opened(Rates(GENEROUS | {"update": 3}, length=2)) as (tracker, fake, _):
        fake.rates.rival(1001, "update", 3, fake.clock.seconds())
        for number in range(2):
            tracker.add_comment("DEMO-3", str(number))
        assert refused(fake) <= 1
        assert [comment.body.source for comment in tracker.comments("DEMO-3")] == ["0", "1"]


def test_a_limit_that_fell_by_surprise_is_waited_out_and_no_write_is_lost_or_doubled() -> None:
    with opened(Rates(dict(GENEROUS), length=1, aligned=False)) as (tracker, fake, _):
        tracker.add_comment("DEMO-3", "0")
        fake.rates.lower("update", 1)
        for number in range(1, 4):
            tracker.add_comment("DEMO-3", str(number))
        assert [comment.body.source for comment in tracker.comments("DEMO-3")] == ["0", "1", "2", "3"]
        assert refused(fake) >= 1


def test_one_request_of_a_user_is_on_its_way_whatever_the_number_of_trackers() -> None:
    with opened(Rates(dict(GENEROUS))) as (_, fake, url):
        asking: list[float] = []
        free = threading.Lock()

        def watched(environ: Any, start_response: Any, answer: Any = fake.__class__.__call__) -> Any:
            assert free.acquire(blocking=False), "a second request came while the first was being answered"
            try:
                asking.append(1)
                return answer(fake, environ, start_response)
            finally:
                free.release()

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(fake.__class__, "__call__", lambda _, *given: watched(*given))

            def work(_: int) -> int:
                with anybacklog.connect(url, api_key=DEMO_KEY) as tracker:
                    return len(list(tracker.tickets()))

            with ThreadPoolExecutor(4) as pool:
                assert list(pool.map(work, range(4))) == [3] * 4
        assert len(asking) >= 4 * 3
