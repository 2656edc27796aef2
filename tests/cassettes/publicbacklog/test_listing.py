"""Listing: ids are tried one after the other; gaps, tickets of other backlogs, and what a scan cannot tell."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cassettes.drafts import make, make_some
from tests.cassettes.publicbacklog.preparing import NAMELESS, chosen
from tests.cassettes.publicbacklog.service import OTHER
from tests.cassettes.service import End

from anybacklog import ConfigurationError, NotFound, Tracker, TransportError
from anybacklog_publicbacklog import PublicBacklog


def keys(tracker: Tracker, **options: Any) -> list[str]:
    return [ticket.key for ticket in tracker.tickets(options=options)]


def make_elsewhere(tracker: Tracker) -> str:
    """Make a ticket in another backlog."""
    fields = {"title": "Somebody else's", "description": "Dark mode", "ticketTypeId": 2, "backlogName": OTHER}
    return str(tracker.raw("POST", "tickets/save-ticket", data=fields)["id"])


def test_an_empty_backlog_lists_nothing(tracker: Tracker) -> None:
    assert keys(tracker) == []
    assert tracker.extension(PublicBacklog).scan.highest is None


def test_a_listing_passes_over_gaps_and_says_what_it_cannot_tell(tracker: Tracker) -> None:
    first, gone, last = make_some(tracker, 3)
    tracker.delete_ticket(gone)
    assert keys(tracker) == [first.key, last.key]
    scan = tracker.extension(PublicBacklog).scan
    assert (scan.highest, scan.here, scan.misses) == (int(last.id), 2, scan.gap)
    assert "later ids cannot be excluded" in tracker.capabilities.listing.reason


def test_a_gap_wider_than_told_ends_a_listing(tracker: Tracker) -> None:
    first, *gone, last = make_some(tracker, 4)
    for each in gone:
        tracker.delete_ticket(each)
    assert keys(tracker, scan_gap=2) == [first.key]
    assert keys(tracker, scan_gap=3) == [first.key, last.key]


def test_a_listing_goes_on_from_where_another_stopped(tracker: Tracker) -> None:
    first, second = make_some(tracker, 2)
    listing = tracker.tickets()
    assert next(listing).key == first.key
    assert keys(tracker, scan_from=tracker.extension(PublicBacklog).scan.resume_from) == [second.key]


def test_a_listing_under_way_meets_what_is_made_meanwhile(tracker: Tracker) -> None:
    made = make_some(tracker, 2)
    listing = tracker.tickets()
    seen = [next(listing).key]
    made.append(make(tracker, "made meanwhile"))
    assert seen + [ticket.key for ticket in listing] == [ticket.key for ticket in made]


def test_ids_that_are_known_are_asked_for_alone(tracker: Tracker) -> None:
    first, gone, last = make_some(tracker, 3)
    tracker.delete_ticket(gone)
    assert keys(tracker, ids=[last.id, gone.id, first.id]) == [first.key, last.key]


@chosen()
def test_tickets_of_other_backlogs_are_passed_over_and_counted(tracker: Tracker) -> None:
    first, _, last = make(tracker, "ours"), make_elsewhere(tracker), make(tracker, "ours, too")
    make_elsewhere(tracker)
    assert keys(tracker) == [first.key, last.key]
    scan = tracker.extension(PublicBacklog).scan
    assert (scan.here, scan.elsewhere, scan.highest) == (2, 2, int(last.id) + 1)


@chosen()
def test_a_ticket_of_another_backlog_is_not_found_and_never_written_to(tracker: Tracker) -> None:
    theirs = make_elsewhere(tracker)
    with pytest.raises(NotFound):
        tracker.ticket(theirs)
    with pytest.raises(NotFound):
        tracker.update_ticket(theirs, {"title": "Not ours"})
    with pytest.raises(NotFound):
        tracker.add_comment(theirs, "Not ours")
    with pytest.raises(NotFound):
        tracker.delete_ticket(theirs)


@chosen(shown=NAMELESS, echoed=NAMELESS)
def test_where_no_answer_names_a_backlog_only_what_was_made_here_is_listed(end: End, tracker: Tracker) -> None:
    theirs, ours = make_elsewhere(tracker), make(tracker, "ours")
    assert keys(tracker) == [ours.key]
    with pytest.raises(ConfigurationError):
        make(tracker, "a second one")
    with end.tracker(options={"any_backlog": "true"}) as told:
        assert keys(told) == [theirs, ours.key]
        assert make(told, "a second one").key == str(int(ours.key) + 1)


@chosen(backlog_name="ignored")
def test_what_lands_in_another_backlog_stops_everything_after_it(tracker: Tracker) -> None:
    with pytest.raises(TransportError) as caught:
        make(tracker, "ours")
    assert caught.value.maybe_applied
    with pytest.raises(ConfigurationError):
        make(tracker, "a second one")
