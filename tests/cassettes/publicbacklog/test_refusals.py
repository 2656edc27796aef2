"""What the service refuses, and what stands in its way: no page shows an error, so all of them are guesses."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cassettes.drafts import make
from tests.cassettes.live import PREFIX
from tests.cassettes.publicbacklog.preparing import answered, chosen
from tests.cassettes.service import End

from anybacklog import (
    AuthenticationError,
    ConfigurationError,
    NotFound,
    PermissionDenied,
    ProtocolError,
    TicketDraft,
    Tracker,
    TransportError,
    ValidationError,
)
from anybacklog_publicbacklog import PublicBacklog
from anybacklog_simulators.publicbacklog import REQUESTS

CREATE, READ = "save-ticket|create-ticket", "get-ticket"


def test_a_key_that_nobody_has_is_refused(end: End) -> None:
    with end.tracker(key="a key that nobody has") as tracker, pytest.raises(AuthenticationError):
        tracker.project()


@chosen(answered(403, "get-backlog"))
def test_a_key_that_may_not_do_that_says_so(tracker: Tracker) -> None:
    with pytest.raises(PermissionDenied):
        tracker.project()


def test_a_ticket_that_is_not_there_is_not_found(tracker: Tracker) -> None:
    with pytest.raises(NotFound):
        tracker.ticket(999_999_999)


def test_a_value_that_is_missing_is_named(tracker: Tracker) -> None:
    with pytest.raises(ValidationError) as caught:
        tracker.raw("POST", "tickets/save-ticket", data={"description": "no title", "ticketTypeId": 1})
    assert caught.value.field == "title"


@chosen(lengths="utf-16")
def test_a_title_that_the_service_counts_otherwise_is_refused_by_it(tracker: Tracker) -> None:
    with pytest.raises(ValidationError) as caught:
        tracker.create_ticket(TicketDraft(title=PREFIX + "𠮷" * (250 - len(PREFIX))))
    assert caught.value.field == "title"


@chosen(backlog_name="refused")
def test_a_service_that_takes_no_name_of_a_backlog_makes_no_ticket(tracker: Tracker) -> None:
    with pytest.raises(ValidationError):
        make(tracker, "in no backlog")
    assert list(tracker.tickets()) == []


@chosen(answered(404, CREATE))
def test_without_any_route_that_creates_nothing_is_left_in_doubt(tracker: Tracker) -> None:
    with pytest.raises(ConfigurationError, match="nothing was created"):
        make(tracker, "by no route")


@chosen(answered(405, READ))
def test_without_any_verb_that_reads_that_is_said(tracker: Tracker) -> None:
    with pytest.raises(ProtocolError, match="405"):
        tracker.ticket(1)


@chosen(answered(200, "get-backlog"))
def test_a_page_in_place_of_json_is_told(tracker: Tracker) -> None:
    with pytest.raises(ProtocolError):
        tracker.project()


@chosen(shown=[])
def test_an_answer_without_a_ticket_is_told(tracker: Tracker) -> None:
    made = tracker.raw("POST", "tickets/save-ticket", data=_fields(tracker))
    with pytest.raises(ProtocolError):
        tracker.ticket(made["id"])


@chosen(echoed=[])
def test_a_creation_that_does_not_say_which_is_told(tracker: Tracker) -> None:
    with pytest.raises(ProtocolError, match="was perhaps created"):
        make(tracker, "without a number")


@chosen(answered(500, CREATE, after=True))
def test_a_creation_that_ends_in_an_error_is_not_sent_again(tracker: Tracker) -> None:
    with pytest.raises(TransportError) as caught:
        make(tracker, "made nevertheless")
    assert caught.value.maybe_applied
    assert [ticket.title for ticket in tracker.tickets()] == [f"{PREFIX}made nevertheless"]


@chosen(answered(502, "update-ticket|delete-ticket"))
def test_a_write_that_ends_in_an_error_is_not_sent_again(tracker: Tracker) -> None:
    made = make(tracker, "as it was")
    with pytest.raises(TransportError):
        tracker.update_ticket(made, {"title": f"{PREFIX}otherwise"})
    with pytest.raises(TransportError):
        tracker.delete_ticket(made)
    assert tracker.ticket(made).title == made.title


@chosen(answered(503, READ, times=1))
def test_a_read_that_ends_in_an_error_is_sent_again(tracker: Tracker) -> None:
    made = make(tracker, "read at last")
    assert tracker.ticket(made).title == made.title


def _spent(fake: Any) -> None:
    fake.rates.lower(REQUESTS, 1)


@pytest.mark.staged(prepare=_spent)
def test_who_asks_too_often_waits_as_long_as_is_told(end: End, tracker: Tracker) -> None:
    assert end.clock is not None
    tracker.project()
    begun = end.clock.now()
    assert tracker.extension(PublicBacklog).organization().id
    assert 50 < end.clock.now() - begun < 70


@pytest.mark.staged(prepare=_spent)
def test_a_write_that_was_not_let_in_is_sent_again(tracker: Tracker) -> None:
    tracker.project()
    assert make(tracker, "after a wait").title == f"{PREFIX}after a wait"


def _fields(tracker: Tracker) -> dict[str, Any]:
    return {
        "title": f"{PREFIX}raw", "description": "raw", "ticketTypeId": 1, "backlogName": tracker.project().name,
    }  # fmt: skip
