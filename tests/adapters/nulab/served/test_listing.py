"""What a space lists and counts while others change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from anybacklog import (
    IncompleteListing,
    Tracker,
    ValidationError,
)

if TYPE_CHECKING:
    from tests.adapters.nulab.served.conftest import Query, Space


def keys(tracker: Tracker, **filters: Any) -> list[str]:
    return [ticket.key for ticket in tracker.tickets(**filters)]


@pytest.mark.parametrize("number", [0, 1, 99, 100, 101, 250])
def test_every_issue_is_listed_once_oldest_first(number: int, space: Space, tracker: Tracker) -> None:
    space.issues = [space.issue(each) for each in range(number)][::-1]
    assert keys(tracker) == [f"A-{each}" for each in range(number)]
    assert tracker.count_tickets() == number


def test_a_listing_is_read_page_by_page(space: Space, tracker: Tracker) -> None:
    space.issues = [space.issue(each) for each in range(300)]
    next(tracker.tickets())
    assert sum(asked.startswith("issues?") for asked in space.asked) == 1


def test_newest_first_when_asked(space: Space, tracker: Tracker) -> None:
    space.issues = [space.issue(each) for each in range(150)]
    assert keys(tracker, order="-created") == [f"A-{each}" for each in reversed(range(150))]


def once(action: Callable[[], None], on_offset: str) -> Callable[[str, Query], None]:
    waiting = [action]

    def before(path: str, query: Query) -> None:
        if path == "issues" and query["offset"] == [on_offset] and waiting:
            waiting.pop()()

    return before


@pytest.mark.parametrize("deleted", [1, 50, 99, 100])
def test_what_is_deleted_while_listing_makes_nothing_else_disappear(
    deleted: int, space: Space, tracker: Tracker
) -> None:
    space.issues = [space.issue(each) for each in range(350)]

    def delete() -> None:
        del space.issues[:deleted]

    space.before_answer = once(delete, "99")
    assert keys(tracker) == [f"A-{each}" for each in range(350)]


def test_however_many_are_deleted_while_listing_the_others_all_come(space: Space, tracker: Tracker) -> None:
    space.issues = [space.issue(each) for each in range(900)]

    def delete() -> None:
        del space.issues[100:700]

    space.before_answer = once(delete, "594")
    assert {f"A-{each}" for each in (*range(100), *range(700, 900))} <= set(keys(tracker))


@pytest.mark.parametrize("order", ["updated", "-updated"])
def test_what_is_updated_while_listing_comes_once(order: str, space: Space, tracker: Tracker) -> None:
    space.issues = [space.issue(each, updated=f"2020-01-01T00:{each // 60:02}:{each % 60:02}Z") for each in range(350)]

    def update() -> None:
        for each in (0, 120, 349):
            space.issues[each]["updated"] = f"2020-01-02T00:00:0{each % 7}Z"

    space.before_answer = once(update, "99")
    assert sorted(keys(tracker, order=order)) == sorted(f"A-{each}" for each in range(350))


def test_a_space_that_gives_the_same_page_for_ever_is_told(space: Space, tracker: Tracker) -> None:
    space.issues = [space.issue(each) for each in range(300)]
    space.before_answer = lambda _, query: query.update(offset=["0"])
    with pytest.raises(IncompleteListing) as caught:
        keys(tracker)
    assert (caught.value.counted, caught.value.listed) == (300, 100)


def test_what_is_created_while_listing_doubles_nothing(space: Space, tracker: Tracker) -> None:
    space.issues = [space.issue(each) for each in range(250)]
    space.before_answer = once(lambda: space.issues.extend(space.issue(300 + each) for each in range(30)), "99")
    listed = keys(tracker, order="-created")
    assert len(listed) == len(set(listed))
    assert {f"A-{each}" for each in range(250)} <= set(listed)


def test_fewer_issues_than_were_counted_are_an_error(space: Space, tracker: Tracker) -> None:
    space.issues, space.count_lies_by = [space.issue(each) for each in range(120)], 1
    with pytest.raises(IncompleteListing) as caught:
        keys(tracker)
    assert (caught.value.counted, caught.value.listed) == (121, 120)


def test_what_the_space_filters_is_what_it_counts(space: Space, tracker: Tracker) -> None:
    space.issues = [space.issue(1, status={"id": 1, "name": "Open"})]
    assert keys(tracker, status="open") == ["A-1"]
    assert tracker.count_tickets(status="open") == 1
    asked = [asked for asked in space.asked if asked.startswith(("issues?", "issues/count"))]
    assert all("projectId[]&" in each and "statusId[]" in each for each in asked)


def test_a_vendors_own_filter_is_passed_on_and_its_refusal_told(tracker: Tracker) -> None:
    with pytest.raises(
        ValidationError, match=r"error\.unknownParameter : nonsense \(code 7, HTTP 400, request r-77\)"
    ) as caught:
        list(tracker.tickets(options={"nonsense": True}))
    assert caught.value.field == "nonsense"
