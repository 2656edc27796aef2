"""Nothing lists tickets: ids are tried one after the other, and what that cannot tell is said."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.location import parse
from anybacklog.plugin import (
    Connection,
    HttpSession,
    ListingProgress,
    NotFound,
    Ticket,
    TicketQuery,
    UnsupportedOperation,
    ValidationError,
)
from anybacklog_publicbacklog import PublicBacklog, Scan
from anybacklog_publicbacklog.backend import PublicBacklogBackend
from anybacklog_publicbacklog.client import PublicBacklogClient, open_client
from anybacklog_publicbacklog.options import Options
from anybacklog_simulators.publicbacklog import FIELDS, Choices, demo_organization, empty_organization, things

if TYPE_CHECKING:
    from tests.adapters.publicbacklog.conftest import Serve

# The demo organization: 1, 4 and 7 are in Website, 2 and 5 in App; 3, 6 and 8 were deleted.
HERE, ELSEWHERE = ["1", "4", "7"], 2


def test_a_listing_skips_and_counts_what_is_elsewhere(serve: Serve) -> None:
    tracker, _ = serve(demo_organization())
    assert [ticket.id for ticket in tracker.tickets()] == HERE
    scan = tracker.extension(PublicBacklog).scan
    assert (scan.here, scan.elsewhere, scan.highest, scan.misses, scan.asked) == (3, ELSEWHERE, 7, 5, 12)


def test_a_listing_ends_with_what_it_cannot_tell(serve: Serve) -> None:
    tracker, _ = serve(demo_organization())
    assert "later ids cannot be excluded" in tracker.capabilities.listing.reason
    list(tracker.tickets())
    assert not tracker.capabilities.listing.complete
    told = "highest id 7, then 5 misses in a row; later ids cannot be excluded"
    assert told in tracker.capabilities.listing.reason


def test_a_listing_tells_at_every_id_how_far_it_is(serve: Serve) -> None:
    told: list[ListingProgress] = []
    tracker, _ = serve(demo_organization(), on_listing=told.append)
    list(tracker.tickets())
    assert [progress.at for progress in told] == list(map(str, range(1, 13)))
    assert told[4] == ListingProgress(tried=5, found=2, skipped=2, at="5", resume="scan_from=6")


def test_what_a_listing_tells_to_go_on_with_loses_no_ticket_that_was_not_yielded_yet(serve: Serve) -> None:
    told: list[ListingProgress] = []
    tracker, _ = serve(demo_organization(), on_listing=told.append)
    listing = tracker.tickets()
    assert [next(listing).id, next(listing).id] == HERE[:2]
    assert [progress.resume for progress in told] == ["scan_from=2", "scan_from=3", "scan_from=3"]


def test_counting_would_be_a_scan_and_is_refused(serve: Serve) -> None:
    tracker, _ = serve(demo_organization())
    with pytest.raises(UnsupportedOperation, match="scan"):
        tracker.count_tickets()


def test_a_filter_by_what_answers_never_show_is_refused_rather_than_passed_by_nothing(serve: Serve) -> None:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    tracker, _ = serve(demo_organization())
    with pytest.raises(UnsupportedOperation, match=r"the filter updated_since is not supported: .* do not say when"):
        list(tracker.tickets(updated_since=since))
    shown, _ = serve(demo_organization(Choices(shown=list(FIELDS))))
    assert [ticket.id for ticket in shown.tickets(updated_since=since)] == HERE


def test_a_gap_wider_than_the_scan_allows_ends_it(serve: Serve) -> None:
    tracker, _ = serve(demo_organization(), scan_gap=1)
    assert [ticket.id for ticket in tracker.tickets()] == ["1"]
    assert [ticket.id for ticket in tracker.tickets(options={"scan_gap": 2})] == HERE


def test_a_listing_goes_on_from_where_another_stopped(serve: Serve) -> None:
    tracker, fake = serve(demo_organization())
    listing = tracker.tickets()
    assert [next(listing).id, next(listing).id] == HERE[:2]
    position = tracker.extension(PublicBacklog).scan.resume_from
    assert [ticket.id for ticket in tracker.tickets(options={"scan_from": position})] == HERE[2:]
    assert tracker.extension(PublicBacklog).scan.resume_from == 8
    again, _ = serve(fake.service.organization, scan_from=2)
    assert [ticket.id for ticket in again.tickets()] == HERE[1:]


def test_known_ids_are_asked_for_alone(serve: Serve) -> None:
    tracker, fake = serve(demo_organization())
    assert [ticket.id for ticket in tracker.tickets(options={"ids": [7, "1", 2, 3, 7]})] == ["1", "7"]
    assert sum("get-ticket" in path for _, path, _ in fake.log) == 4


@pytest.mark.parametrize("options", [{"ids": ["x"]}, {"ids": [0]}, {"scan_gap": 0}, {"scan_from": "-1"}, {"gap": 3}])
def test_an_option_that_means_nothing_is_refused(serve: Serve, options: dict[str, object]) -> None:
    tracker, _ = serve()
    with pytest.raises(ValidationError):
        list(tracker.tickets(options=options))


def test_where_answers_name_no_backlog_only_ours_are_listed_and_the_rest_is_counted_apart(serve: Serve) -> None:
    shown = ["id", "title", "description", "statusId", "ticketTypeId"]
    organization = demo_organization(Choices(shown=shown, echoed=shown))
    tracker, _ = serve(organization)
    assert list(tracker.tickets()) == []
    scan = tracker.extension(PublicBacklog).scan
    assert (scan.here, scan.elsewhere, scan.unnamed) == (0, 0, len(HERE) + ELSEWHERE)
    assert "5 passed over that name no backlog (see any_backlog)" in tracker.capabilities.listing.reason
    every, _ = serve(organization, any_backlog=True)
    assert len(list(every.tickets())) == len(HERE) + ELSEWHERE


def test_a_hundred_thousand_tickets_take_no_more_memory_than_twenty_thousand() -> None:
    blocks = [sys.getallocatedblocks() for count, _ in enumerate(scanned(100_000), 1) if count in (20_000, 100_000)]
    assert blocks[1] < blocks[0] + 5_000


def test_creating_thousands_of_tickets_takes_no_more_memory_than_creating_hundreds() -> None:
    with closing(endless(10)) as backend:
        blocks = []
        for count in range(1, 30_001):
            backend.create_ticket({"title": "One of many"})
            if count in (12_000, 30_000):
                blocks.append(sys.getallocatedblocks())
    assert blocks[1] < blocks[0] + 5_000


def scanned(highest: int) -> Iterator[Ticket]:
    with closing(endless(highest)) as backend:
        yield from backend.tickets(TicketQuery())


def endless(highest: int) -> PublicBacklogBackend:
    """Open an organization that is not on the wire, so that a hundred thousand ids take seconds."""
    location = parse("publicbacklog+http://127.0.0.1:1/Website")
    connection = Connection(location=location, api_key="none")
    opened = open_client(connection, Options(), "")
    return PublicBacklogBackend(Endless(opened.session, highest), connection, Options())


class Endless(PublicBacklogClient):
    def __init__(self, session: HttpSession, highest: int) -> None:
        super().__init__(session, "none")
        self._highest = highest

    def backlog(self, **_: str | int) -> dict[str, Any]:
        return {"id": 1, "name": "Website"}

    def create(self, fields: dict[str, Any]) -> dict[str, Any]:
        self._highest += 1
        return {"id": self._highest, **fields}

    def ticket(self, id: int) -> dict[str, Any]:
        if id > self._highest:
            raise NotFound("ticket", id)
        return {"id": id, "title": f"Ticket {id}", "description": "It is one.", "backlogName": "Website"}


@given(st.lists(st.sampled_from(["here", "elsewhere", "missing"]), max_size=60), st.integers(1, 5), st.integers(1, 9))
def test_a_scan_counts_what_it_met_and_ends_after_the_gap(ids: list[str], gap: int, start: int) -> None:
    scan = Scan.beginning(start, gap)
    asked = []
    for what in ids:
        if scan.ended:
            break
        asked.append(what)
        scan = scan.missed() if what == "missing" else scan.met(here=what == "here")
    assert scan.asked == start + len(asked) - 1
    assert (scan.here, scan.elsewhere) == (asked.count("here"), asked.count("elsewhere"))
    assert scan.ended == (asked[-gap:] == ["missing"] * gap)
    assert start <= scan.resume_from <= scan.asked + 1


def test_ids_far_apart_are_found_within_the_gap(serve: Serve) -> None:
    organization = empty_organization()
    for number in (1, 100, 199):
        organization.tickets[number] = things.Ticket(
            id=number, backlog_id=1, title=f"Ticket {number}", description="Far apart", type_id=1,
            created=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip
    tracker, _ = serve(organization, scan_gap=99)
    assert [ticket.id for ticket in tracker.tickets()] == ["1", "100", "199"]
