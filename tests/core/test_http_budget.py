"""One rate budget: what is believed of the headers, and how long it makes a request wait. Pure, in made-up time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anybacklog.backend import RateState
from anybacklog.http.budget import Budget
from anybacklog.http.clock import Offset, as_instant, offset_of
from anybacklog.http.rate import Rate, Terms, strictest

NOW = 1_700_000_000.0
BOUNDARY = 1_700_000_040
HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "Date")
words = st.one_of(st.text(max_size=30), st.integers(-(10**25), 10**25).map(str), st.dates().map(str))


def told(
    limit: int | None = 100, remaining: int | None = None, reset: float | None = None, date: float | None = None
) -> Mapping[str, str]:
    said = {"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": reset}
    headers = {name: f"{value:.0f}" for name, value in said.items() if value is not None}
    return headers if date is None else headers | {"Date": http_date(date)}


def http_date(epoch: float) -> str:
    return format_datetime(datetime.fromtimestamp(epoch, UTC), usegmt=True)


def answered(budget: Budget, status: int, headers: Mapping[str, str], now: float = NOW) -> Budget:
    """Send one request that takes no time."""
    budget.spend("update", now)
    budget.learn("update", status, headers, now, now)
    return budget


def heard(status: int, headers: Mapping[str, str], terms: Terms | None = None) -> Budget:
    return answered(Budget(terms or Terms()), status, headers)


# What is believed


@example(status=429, headers={"Retry-After": "9" * 30})
@example(status=429, headers={"Retry-After": "9" * 15})
@example(status=429, headers={"Retry-After": "9" * 5000})
@example(status=200, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 30})
@example(status=429, headers={"Retry-After": f"Mon, 01 Jan 2024 00:00:00 +{'9' * 20}"})
@example(
    status=200, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "5", "Date": f"1 Jan 2024 1:1 +{'9' * 20}"}
)
@example(status=200, headers={"X-RateLimit-Limit": "0", "Date": "Fri, 31 Dec 9999 23:59:59 GMT"})
@given(status=st.sampled_from([200, 404, 429, 503]), headers=st.dictionaries(st.sampled_from(HEADERS), words))
def test_nonsense_in_the_headers_never_breaks_a_request(status: int, headers: dict[str, str]) -> None:
    budget = heard(status, headers, Terms(share=0.3, rates={"update": Rate(10, pause=1)}))
    assert budget.delay("update", NOW) >= 0
    assert as_instant(budget.closed_until("update")).tzinfo is UTC
    answered(budget, 200, {}, NOW + 1)
    assert [rate.bucket for rate in budget.state(NOW).rates] == ["update"]


def test_a_reset_is_measured_on_the_services_clock_and_a_moment_later_is_sent() -> None:
    budget = heard(200, told(remaining=0, reset=NOW - 3590, date=NOW - 3600))
    assert budget.delay("update", NOW) == pytest.approx(11.15)


def test_ends_that_fall_on_whole_minutes_are_waited_for_less_than_those_that_may_hide_a_fraction() -> None:
    budget, waits = Budget(), []
    for reset in (BOUNDARY, BOUNDARY + 60, BOUNDARY + 120):
        answered(budget, 200, told(remaining=0, reset=reset), reset - 10)
        waits.append(budget.delay("update", reset - 10))
    assert waits == pytest.approx([11.15, 10.15, 10.15])


def test_who_was_refused_after_waiting_takes_ends_for_fractions_again() -> None:
    budget = Budget()
    for reset in (BOUNDARY, BOUNDARY + 60):
        answered(budget, 200, told(remaining=0, reset=reset), reset - 10)
    answered(budget, 429, told(remaining=0, reset=BOUNDARY + 60), BOUNDARY + 60.2)
    assert budget.delay("update", BOUNDARY + 60.2) == pytest.approx(0.95)


@pytest.mark.parametrize("later", [20, 50])
@pytest.mark.parametrize("status", [429, 503])
def test_of_a_reset_and_a_time_to_retry_after_the_later_counts(status: int, later: int) -> None:
    headers = {**told(remaining=5, reset=NOW + 30), "Retry-After": str(later)}
    assert heard(status, headers).delay("update", NOW) == pytest.approx(max(later, 31.15))


def test_a_date_to_retry_after_is_measured_on_the_services_clock() -> None:
    headers = {"Retry-After": http_date(NOW + 520), "Date": http_date(NOW + 500)}
    assert heard(429, headers).delay("update", NOW) == 20


@pytest.mark.parametrize("reset", [NOW + 3601, NOW * 1000, 5, NOW - 7200])
@pytest.mark.parametrize(("status", "wait"), [(200, 0), (429, 60)])
def test_a_reset_beyond_an_hour_or_long_over_counts_as_unsaid(status: int, wait: float, reset: float) -> None:
    assert heard(status, told(remaining=0, reset=reset)).delay("update", NOW) == wait


@pytest.mark.parametrize("date", ["Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_where_the_services_clock_cannot_be_right_ours_is_taken(date: str) -> None:
    budget = heard(200, {**told(remaining=0, reset=NOW + 10), "Date": date})
    assert budget.delay("update", NOW) == pytest.approx(11.15)


def test_a_date_to_retry_after_beyond_a_day_counts_as_unsaid() -> None:
    assert heard(429, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}).delay("update", NOW) == 60


# The service's clock


@given(
    ahead=st.floats(-4000, 4000),
    steps=st.lists(st.tuples(st.floats(0, 3), st.floats(0, 2), st.floats(0, 2)), min_size=1, max_size=30),
)
def test_the_services_clock_is_never_taken_for_later_than_it_is(
    ahead: float, steps: list[tuple[float, float, float]]
) -> None:
    now, found = NOW, Offset(-1e9, 1e9)
    for pause, there, back in steps:
        sent = now + pause
        seen = offset_of(http_date(sent + there + ahead), sent, sent + there + back)
        assert seen is not None
        found, now = found.narrowed(seen), sent + there + back
    assert found.least <= ahead + 1e-6
    assert found.most >= ahead - 1e-6


def test_a_clock_that_was_set_is_believed_anew() -> None:
    assert Offset(0.1, 0.2).narrowed(Offset(5, 6)) == Offset(5, 6)
    assert Offset(0.1, 0.9).narrowed(Offset(0.5, 1.5)) == Offset(0.5, 0.9)


@pytest.mark.parametrize("back", [0.5, 3600, 10**8])
@pytest.mark.parametrize(
    ("status", "headers"),
    [(429, {"Retry-After": "600"}), (200, told(remaining=0, reset=NOW + 30, date=NOW)), (200, {})],
)
def test_after_our_clock_was_set_back_a_wait_is_as_long_as_before(
    status: int, headers: dict[str, str], back: float
) -> None:
    budget = heard(status, headers, Terms(rates={"update": Rate(1)}))
    wait = budget.delay("update", NOW)
    assert wait > 0
    assert budget.delay("update", NOW - back) == pytest.approx(wait)
    assert budget.delay("update", NOW - back + 10) == pytest.approx(wait - 10)
    assert budget.delay("update", NOW - back + wait) == pytest.approx(0, abs=1e-6)


def test_a_clock_that_is_set_back_while_a_request_is_under_way_puts_nobody_off() -> None:
    budget = Budget()
    budget.spend("update", NOW)
    budget.learn("update", 200, told(remaining=0, reset=NOW - 3570, date=NOW - 3600), NOW, NOW - 3600)
    assert budget.delay("update", NOW - 3600) == pytest.approx(31.15)


# Share, pace, and limits known beforehand


@given(
    limit=st.integers(1, 40),
    share=st.floats(0.01, 0.999),
    silent=st.booleans(),
    gaps=st.lists(st.floats(0, 20), min_size=1, max_size=120),
)
def test_never_more_than_the_share_is_sent_in_a_window(
    limit: int, share: float, silent: bool, gaps: list[float]
) -> None:
    budget = Budget(Terms(share=share, rates={"update": Rate(limit)}))
    now, used = NOW, dict[int, int]()
    for gap in gaps:
        now += gap
        now += budget.delay("update", now)
        window = int(now // 60)
        used[window] = used.get(window, 0) + 1
        left = 10**6  # whatever the service says
        headers = {} if silent else told(limit, left, (window + 1) * 60, now)
        answered(budget, 200, headers, now)
    assert max(used.values()) <= max(1, limit * share)


def test_a_request_counts_from_its_answer_on_since_it_may_have_arrived_late() -> None:
    budget = Budget(Terms(rates={"update": Rate(1)}))
    budget.spend("update", NOW)
    budget.learn("update", 200, {}, NOW, NOW + 20)
    assert budget.delay("update", NOW + 20) == pytest.approx(60.15)


def test_a_new_window_begins_anew_also_when_its_answers_say_nothing() -> None:
    budget = heard(200, told(limit=2, remaining=1, reset=NOW + 10), Terms(share=0.5))
    assert budget.delay("update", NOW + 12) == 0
    answered(budget, 502, {}, NOW + 12)
    assert budget.delay("update", NOW + 13) == pytest.approx(59.15)


def test_a_window_that_begins_sooner_than_expected_begins_anew() -> None:
    budget = heard(200, told(limit=4, remaining=3, reset=NOW + 10), Terms(share=0.5))
    answered(budget, 200, told(limit=4, remaining=3, reset=NOW + 70), NOW + 10.5)
    assert budget.delay("update", NOW + 11) == 0


def test_what_the_service_says_counts_for_more_than_what_was_known_beforehand() -> None:
    budget = heard(200, told(limit=5, remaining=4, reset=NOW + 40), Terms(rates={"update": Rate(1)}))
    assert budget.delay("update", NOW) == 0


def test_a_pause_is_kept_between_requests_of_one_bucket_at_the_polite_pace_only() -> None:
    rates = {"update": Rate(pause=1.0)}
    polite, full = (heard(200, {}, Terms(polite=each, rates=rates)) for each in (True, False))
    assert (polite.delay("update", NOW + 0.25), full.delay("update", NOW + 0.25)) == (0.75, 0)
    assert polite.delay("read", NOW) == 0


def test_the_strictest_of_all_terms_hold() -> None:
    one = Terms(share=0.5, rates={"update": Rate(10, 60, 1), "read": Rate(5)})
    other = Terms(polite=True, rates={"update": Rate(None, 90, 2)})
    both = strictest([one, other])
    assert (both.share, both.polite) == (0.5, True)
    assert both.rates == {"update": Rate(10, 90, 2), "read": Rate(5)}
    assert strictest([]).share == 1


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"window": 0}, {"pause": -1}])
def test_a_rate_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="a limit is at least 1"):
        Rate(**wrong)  # type: ignore[arg-type]  # a limit is an int, the others are not


# Spreading and reserving


def test_most_of_a_budget_is_free_and_the_tail_is_spread_until_shortly_before_the_end() -> None:
    waits = {
        left: heard(200, told(limit=100, remaining=left, reset=NOW + 40)).delay("update", NOW) for left in (26, 25, 1)
    }
    assert waits == {26: 0, 25: pytest.approx(34 / 26), 1: pytest.approx(17)}


def test_beside_others_all_of_a_budget_is_spread() -> None:
    budget = heard(200, told(remaining=90, reset=NOW + 40))
    answered(budget, 200, told(remaining=80, reset=NOW + 40), NOW + 1)
    assert budget.delay("update", NOW + 1) == pytest.approx(33 / 78)


def test_a_thirtieth_is_kept_back_only_while_others_draw_on_the_budget() -> None:
    budget = heard(200, told(remaining=50, reset=NOW + 40))
    answered(budget, 200, told(remaining=49, reset=NOW + 40), NOW + 1)
    answered(budget, 200, told(remaining=3, reset=NOW + 40), NOW + 2)
    assert budget.delay("update", NOW + 2) == pytest.approx(39.15)
    answered(budget, 200, told(remaining=3, reset=NOW + 100), NOW + 45)
    assert 0 < budget.delay("update", NOW + 45) < 55


def test_a_lowered_limit_is_no_sign_of_others() -> None:
    budget = heard(200, told(limit=100, remaining=50, reset=NOW + 40))
    answered(budget, 200, told(limit=60, remaining=2, reset=NOW + 40), NOW + 1)
    assert 0 < budget.delay("update", NOW + 1) < 39


# What can be asked


def test_the_state_names_every_budget_used_or_known_beforehand() -> None:
    budget = heard(200, told(remaining=70, reset=NOW + 3640, date=NOW + 3600), Terms(rates={"search": Rate(15)}))
    resets_at = datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=40)
    state = budget.state(NOW)
    assert state.rates == (
        RateState(bucket="search", limit=15),
        RateState(bucket="update", limit=100, remaining=70, resets_at=resets_at),
    )
    assert state.clock_offset == 3600.5
    assert budget.state(NOW + 60).rates[1] == RateState(bucket="update", limit=100)
    assert Budget().state(NOW).clock_offset is None


def test_what_is_left_is_counted_down_when_answers_say_nothing() -> None:
    budget = heard(200, told(limit=600, remaining=1, reset=NOW + 40))
    answered(budget, 502, {}, NOW + 1)
    answered(budget, 502, {}, NOW + 2)
    assert budget.state(NOW + 2).rates[0].remaining == 0
    assert budget.delay("update", NOW + 2) == pytest.approx(39.15)


def test_a_wait_of_more_than_a_second_is_announced(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    told: list[tuple[int, Mapping[str, str]]] = [(429, {"Retry-After": "12"}), (429, {"Retry-After": "1"}), (200, {})]
    waits = [heard(status, headers).ask("update", "POST issues", NOW, 900) for status, headers in told]
    assert waits == [12, 1, 0]
    assert caplog.messages == ["waiting 12.0 s for the rate budget 'update'"]
