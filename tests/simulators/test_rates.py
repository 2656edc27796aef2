"""Four limits per user in fixed windows, told in every answer, and refused with error 13."""

from __future__ import annotations

from typing import Any

import pytest

from anybacklog_simulators.rates import Allowance, Rates

MYSELF, NOW = "/users/myself", 1_000_000_000.0  # 40 s into a minute


def told(answer: Any) -> tuple[int, int, int]:
    """Give limit, remaining and reset as an answer's headers tell them."""
    return tuple(int(answer.headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset"))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("GET", MYSELF, 600),
        ("GET", "/issues", 150),
        ("GET", "/issues/count", 150),
        ("GET", "/wikis?projectIdOrKey=DEMO", 150),
        ("GET", "/wikis/tags?projectIdOrKey=DEMO", 600),
        ("GET", "/users/1001/icon", 60),
        ("PATCH", "/projects/DEMO", 150),
    ],
)
def test_each_request_spends_its_own_limit(api: Any, clock: Any, method: str, path: str, limit: int) -> None:
    assert told(api(method, path)) == (limit, limit - 1, int(clock.seconds()) + 50)


def test_searches_and_updates_are_counted_apart(api: Any) -> None:
    assert told(api("GET", "/issues"))[1] == told(api("PATCH", "/projects/DEMO"))[1] == 149
    left = api.json("GET", "/rateLimit")["rateLimit"]
    assert {bucket: each["remaining"] for bucket, each in left.items()} == {
        "read": 599,
        "update": 149,
        "search": 149,
        "icon": 60,
    }


def test_one_too_many_is_refused_until_the_minute_is_over(api: Any, fake: Any, clock: Any) -> None:
    fake.rates.lower("read", 2)
    for _ in range(2):
        api.json("GET", MYSELF)
    answer = api("GET", MYSELF)
    assert (answer.status_code, answer.get_json()["errors"][0]["code"]) == (429, 13)
    assert told(answer) == (2, 0, int(clock.seconds()) + 50)
    assert "Retry-After" not in answer.headers
    clock.advance(49)
    assert api("GET", MYSELF).status_code == 429
    clock.advance(1)
    assert api("GET", MYSELF).status_code == 200


def test_a_refused_write_did_nothing(api: Any, fake: Any) -> None:
    path = f"/issues/{api.issue()['id']}/comments"
    fake.rates.lower("update", 1)
    assert api("POST", path, ("content", "x")).status_code == 429
    assert api.json("GET", f"{path}/count") == {"count": 0}


def test_a_failed_request_is_counted_too_and_another_user_is_not(api: Any) -> None:
    assert told(api("GET", "/issues/DEMO-99"))[1] == 599
    assert told(api("GET", MYSELF, key="second-key-of-the-simulator"))[1] == 599


def test_a_rival_spends_what_is_left(api: Any, fake: Any, clock: Any) -> None:
    fake.rates.rival(1001, "read", 599, clock.seconds())
    assert told(api("GET", MYSELF))[1] == 0
    assert api("GET", MYSELF).status_code == 429


def test_windows_begin_on_the_clock_or_with_the_first_request() -> None:
    assert Rates({"read": 2}).take(1, "read", NOW) == Allowance(2, 1, int(NOW) + 20)
    assert Rates({"read": 2}, aligned=False).take(1, "read", NOW) == Allowance(2, 1, int(NOW) + 60)


def test_windows_may_be_short_and_limits_fall_while_one_runs() -> None:
    rates = Rates({"read": 5}, length=2)
    assert rates.take(1, "read", NOW, 4) == Allowance(5, 1, int(NOW) + 2)
    rates.lower("read", 3)
    assert rates.take(1, "read", NOW) == Allowance(3, 0, int(NOW) + 2, granted=False)
    assert rates.take(1, "read", NOW + 2).granted
