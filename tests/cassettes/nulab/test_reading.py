"""What is read of a project: who and what is in it, its tickets one by one, listed, filtered, counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.cassettes.drafts import make, make_some

from anybacklog import Ticket, Tracker
from anybacklog_nulab import Nulab


def test_myself_is_among_the_users(tracker: Tracker) -> None:
    assert tracker.myself() in tracker.users()


def test_the_project_is_among_the_projects(tracker: Tracker) -> None:
    assert tracker.project() in tracker.projects()


def test_a_new_project_has_types_statuses_priorities_and_resolutions(tracker: Tracker) -> None:
    assert [status.category for status in tracker.statuses()][:2] == ["open", "in_progress"]
    assert [priority.id for priority in tracker.priorities()] == ["2", "3", "4"]
    assert [resolution.id for resolution in tracker.resolutions()] == ["0", "1", "2", "3", "4"]
    assert tracker.ticket_types()


def test_an_empty_project_lists_nothing(tracker: Tracker) -> None:
    assert (list(tracker.tickets()), tracker.count_tickets()) == ([], 0)


def test_a_ticket_reads_the_same_by_key_by_id_and_listed(tracker: Tracker) -> None:
    made = make(tracker, "read in three ways")
    assert tracker.ticket(made.key) == tracker.ticket(int(made.id)) == made
    assert list(tracker.tickets()) == [made]


def test_a_listing_goes_over_several_pages(tracker: Tracker, small_pages: int) -> None:
    made = make_some(tracker, 2 * small_pages + 1)
    assert [ticket.key for ticket in tracker.tickets()] == [ticket.key for ticket in made]


def test_a_listing_under_way_loses_nothing_by_a_deletion(tracker: Tracker, small_pages: int) -> None:
    made = make_some(tracker, 2 * small_pages)
    listing = tracker.tickets()
    seen = [next(listing).key]
    tracker.delete_ticket(made[0])
    seen += [ticket.key for ticket in listing]
    assert seen == [ticket.key for ticket in made]


def test_the_last_updated_comes_first_if_asked_for(tracker: Tracker) -> None:
    first, second = make_some(tracker, 2)
    changed = tracker.update_ticket(first, {"description": "changed"})
    listed = [ticket.key for ticket in tracker.tickets(order="-updated")]
    assert changed.updated_at is not None
    assert second.updated_at is not None
    assert listed == [first.key, second.key] or changed.updated_at == second.updated_at  # times are whole seconds


FILTERS: dict[str, Callable[[Tracker, Ticket], dict[str, Any]]] = {
    "status category": lambda tracker, _: {"status": "in_progress"},
    "type": lambda tracker, wanted: {"type": wanted.type},
    "assignee": lambda tracker, _: {"assignee": tracker.myself()},
    "parent": lambda tracker, wanted: {"parent": wanted.parent},
    "text": lambda tracker, _: {"text": "wanted"},
    "creation": lambda tracker, wanted: {
        "created_since": wanted.created_at,
        "created_until": wanted.created_at and wanted.created_at + timedelta(days=1),
        "text": "wanted",
    },
    "the vendor's own": lambda tracker, wanted: {"options": {"id[]": [int(wanted.id)]}},
}  # fmt: skip


@pytest.mark.parametrize("by", FILTERS)
def test_tickets_are_found_by(tracker: Tracker, by: str) -> None:
    other = make(tracker, "another", type=tracker.ticket_types()[0])
    wanted = make(
        tracker,
        "the one that is wanted",
        type=tracker.ticket_types()[1],
        status=tracker.statuses()[1],
        assignees=[tracker.myself()],
        parent=other,
    )
    filters = FILTERS[by](tracker, wanted)
    assert [ticket.key for ticket in tracker.tickets(**filters)] == [wanted.key]


def test_what_is_counted_is_what_is_listed(tracker: Tracker) -> None:
    make_some(tracker, 2)
    assert tracker.count_tickets(status="open") == len(list(tracker.tickets(status="open"))) == 2


def test_the_feed_tells_what_happened_newest_first(tracker: Tracker) -> None:
    made = make(tracker, "told in the feed")
    tracker.add_comment(made, "told, too")
    told = [activity.kind for activity in tracker.activities() if activity.ticket == made.id]
    assert len(told) == 2
    assert told[-1] == "issue_created"


def test_the_space_is_read_by_the_extension(tracker: Tracker) -> None:
    nulab = tracker.extension(Nulab)
    assert nulab.space().name
    assert {rate.bucket for rate in nulab.rate_limit()} == {"read", "update", "search", "icon"}
