"""The service's own filters and sorts, through `options`: each is taken, none is overruled in silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from anybacklog import IncompleteListing, TicketDraft, ValidationError
from anybacklog_nulab.own_filters import sweep

if TYPE_CHECKING:
    from tests.adapters.nulab.written.conftest import Written

IDS = ("issueTypeId[]", "categoryId[]", "versionId[]", "milestoneId[]", "statusId[]", "priorityId[]", "assigneeId[]",
    "createdUserId[]", "resolutionId[]", "id[]", "parentIssueId[]")  # fmt: skip
DAYS = ("createdSince", "updatedSince", "startDateSince", "dueDateSince", "createdUntil", "updatedUntil",
    "startDateUntil", "dueDateUntil")  # fmt: skip
OTHERS: dict[str, Any] = {
    "parentChild": 4, "attachment": True, "sharedFile": False, "keyword": "保存", "hasDueDate": False,
    "expand[]": "childIssueSummary",
}  # fmt: skip
SORTS = ("issueType", "category", "version", "milestone", "summary", "status", "priority", "attachment", "sharedFile",
    "created", "createdUser", "updated", "updatedUser", "assignee", "startDate", "dueDate", "estimatedHours",
    "actualHours", "childIssue")  # fmt: skip


def keys(here: Written, **options: Any) -> list[str]:
    return [ticket.key for ticket in here.tracker.tickets(options=options)]


@pytest.mark.parametrize(
    "option",
    [
        *({name: [1, 1001]} for name in IDS),
        *({name: date(2024, 5, 1)} for name in DAYS),
        *({name: value} for name, value in OTHERS.items()),
    ],
    ids=lambda option: next(iter(option)),
)
def test_every_documented_filter_is_taken_and_counts_what_it_lists(here: Written, option: dict[str, Any]) -> None:
    if option.get("expand[]") and here.fake.service.space.choices.as_of.year < 2024:
        option = {}
    found = list(here.tracker.tickets(options=option))
    assert here.tracker.count_tickets(options=option) == len(found) <= 3


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"keyword": "保存"}, ["DEMO-1"]),
        ({"attachment": True}, ["DEMO-1"]),
        ({"hasDueDate": False}, ["DEMO-2", "DEMO-3"]),
        ({"resolutionId[]": [0]}, ["DEMO-3"]),
        ({"parentChild": 4}, ["DEMO-1"]),
        ({"customField_1001[]": [1]}, ["DEMO-1"]),
    ],
)
def test_a_filter_of_the_service_filters(here: Written, options: dict[str, Any], found: list[str]) -> None:
    assert keys(here, **options) == found


@pytest.mark.parametrize("sort", [*SORTS, "customField_1002"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_every_documented_sort_lists_everything_once(here: Written, sort: str, order: str) -> None:
    assert sorted(keys(here, sort=sort, order=order)) == ["DEMO-1", "DEMO-2", "DEMO-3"]


def test_a_sort_sorts_and_is_descending_unless_told_otherwise(here: Written) -> None:
    assert keys(here, sort="summary", order="asc") == ["DEMO-3", "DEMO-2", "DEMO-1"]
    assert keys(here, sort="summary") == ["DEMO-1", "DEMO-2", "DEMO-3"]


def test_a_word_and_a_filter_of_the_service_both_hold(here: Written) -> None:
    here.tracker.create_ticket(TicketDraft(title="保存 again"))
    found = here.tracker.tickets(status="open", options={"keyword": "保存"})
    assert [ticket.key for ticket in found] == ["DEMO-4"]


@pytest.mark.parametrize("name", ["count", "offset", "projectId[]", "statusId[]"])
def test_an_option_that_would_overrule_ours_is_refused(here: Written, name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        list(here.tracker.tickets(status="open", options={name: 1}))
    assert caught.value.field == name


@pytest.mark.parametrize("options", [{"order": "asc"}, {"sort": "summary", "order": "up"}])
def test_an_order_that_says_nothing_is_refused(here: Written, options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="order"):
        keys(here, **options)


def test_a_filter_the_service_does_not_have_is_its_to_refuse(here: Written) -> None:
    with pytest.raises(ValidationError, match="unknownParameter") as caught:
        keys(here, colour="red")
    assert caught.value.field == "colour"


def rows(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": number} for number in numbers]


def test_what_moved_up_while_paging_comes_last() -> None:
    """Number 0 is deleted after the first page, so that 100 moves to where the second page does not begin."""
    there = list(range(250))
    listed: list[int] = []
    for issue in sweep(lambda offset: rows(*there[offset : offset + 100]), lambda: len(there)):
        listed.append(issue["id"])
        if len(listed) == 100:
            del there[:2]
    assert sorted(listed) == list(range(250))
    assert listed[-1] == 100


def test_a_listing_that_never_holds_what_is_counted_is_incomplete() -> None:
    with pytest.raises(IncompleteListing):
        list(sweep(lambda _: rows(1, 2), lambda: 3))


def test_what_keeps_growing_ends() -> None:
    numbers = count()

    def read(offset: int) -> list[dict[str, Any]]:
        return rows(*range(offset, offset + 100)) if next(numbers) < 3 else rows(*range(offset, offset + 5))

    found: Iterator[dict[str, Any]] = sweep(read, lambda: 0)
    assert len({issue["id"] for issue in found}) > 300
