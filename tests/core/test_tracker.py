"""The Tracker as a script meets it: what section by section of the guide promises, on a tracker in memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.core.trackers import refused

import anybacklog
from anybacklog.backend import Connection
from anybacklog.errors import (
    AnyBacklogError,
    ConfigurationError,
    NotFound,
    UnsupportedOperation,
)
from anybacklog.location import Location
from anybacklog.model import Priority, Ticket, TicketDraft, TicketId, User
from anybacklog.query import TicketQuery
from anybacklog.store.memory import MemoryBackend, open_memory
from anybacklog.tracker import Tracker

THEN = datetime(2019, 5, 1, 9, tzinfo=UTC)


class Reader:
    """The seven members a backend must have, and nothing else."""

    def __init__(self, within: MemoryBackend) -> None:
        self.abilities = within.abilities
        self.identity = within.identity
        self.project = within.project
        self.ticket = within.ticket
        self.ticket_by_key = within.ticket_by_key
        self.closed = 0
        self._within = within

    def tickets(self, query: TicketQuery) -> Iterator[Ticket]:
        return self._within.tickets(query)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def reader(location: Location) -> Reader:
    return Reader(open_memory(Connection(location=location)))


# --- refs -------------------------------------------------------------------------------------------------------------


def test_a_ref_is_a_ticket_a_key_or_an_id(tracker: Tracker, ticket: Ticket) -> None:
    for ref in (ticket, ticket.key, ticket.id, int(ticket.id), TicketId(ticket.id)):
        assert tracker.ticket(ref) == ticket


def test_a_str_is_a_key_before_it_is_an_id_and_a_number_is_never_a_key(tracker: Tracker, ticket: Ticket) -> None:
    other = tracker.create_ticket(TicketDraft(title="Its key is the first one's id", key=ticket.id))
    assert tracker.ticket(ticket.id) == other
    assert tracker.ticket(TicketId(ticket.id)) == tracker.ticket(int(ticket.id)) == ticket


def test_a_ticket_that_is_not_there_is_not_found(tracker: Tracker) -> None:
    with pytest.raises(NotFound) as caught:
        tracker.ticket("PROJ-99")
    assert (caught.value.operation, caught.value.kind, caught.value.ref) == ("ticket", "ticket", "PROJ-99")
    assert str(caught.value.backend).startswith("memory://")


def test_nothing_is_called_by_an_empty_name(tracker: Tracker) -> None:
    with pytest.raises(NotFound):
        tracker.ticket("")


@pytest.mark.parametrize("ref", [None, 1.5, b"PROJ-1"])
def test_what_cannot_name_a_ticket_is_refused(ref: Any, tracker: Tracker) -> None:
    for call in (tracker.ticket, tracker.comments, tracker.delete_ticket):
        assert refused(lambda call=call: call(ref)).field == "ticket"  # type: ignore[misc]


# --- writing ----------------------------------------------------------------------------------------------------------


def test_every_write_returns_what_is_held_now(tracker: Tracker, ticket: Ticket) -> None:
    assert tracker.ticket(ticket) == ticket
    changed = tracker.update_ticket(ticket, {"title": "保存 🎉", "due_date": date(2026, 1, 31)})
    assert (changed.title, changed.due_date) == ("保存 🎉", date(2026, 1, 31))
    assert tracker.ticket(ticket) == changed
    comment = tracker.add_comment(ticket, "一\r\n二 ")
    assert list(tracker.comments(ticket))[-1:] == [comment]
    tracker.delete_ticket(ticket)
    assert list(tracker.tickets()) == []


def test_absent_leaves_none_clears_and_a_list_replaces_the_list(tracker: Tracker) -> None:
    me = tracker.myself().name
    made = tracker.create_ticket(TicketDraft(title="t", assignees=[me], due_date=date(2026, 1, 31), type="Bug"))
    changed = tracker.update_ticket(made, {"assignees": [], "due_date": None})
    assert (changed.assignees, changed.due_date, changed.type) == ((), None, made.type)


def test_a_change_on_top_of_somebody_elses_is_a_conflict(tracker: Tracker, ticket: Ticket) -> None:
    tracker.update_ticket(ticket, {"priority": "Low"})
    with pytest.raises(anybacklog.Conflict):
        tracker.update_ticket(ticket, {"status": "Closed"}, if_unchanged_since=ticket)
    assert tracker.update_ticket(ticket, {"title": "t"}, if_unchanged_since=tracker.ticket(ticket)).title == "t"


def test_words_are_names_ids_or_nouns(tracker: Tracker, ticket: Ticket) -> None:
    high = next(each for each in tracker.priorities() if each.name == "High")
    for word in ("High", high.id, high):
        assert tracker.update_ticket(ticket, {"priority": word}).priority == high


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": 3}, "status"),
        ({"status": ["Open"]}, "status"),
        ({"status": User(id="1", name="Open")}, "status"),
        ({"reporter": Priority(id="1", name="me")}, "reporter"),
        ({"assignees": [3]}, "assignees"),
        ({"assignees": "root"}, "assignees"),
        ({"assignees": ""}, "assignees"),
        ({"assignees": User(id="1", name="root")}, "assignees"),
        ({"watchers": 5}, "watchers"),
        ({"categories": "UI"}, "categories"),
        ({"milestones": "1.0"}, "milestones"),
        ({"custom_fields": "x"}, "custom_fields"),
        ({"description": 5}, "description"),
        ({"description": anybacklog.Text(None)}, "description"),  # type: ignore[arg-type]
        ({"title": 5}, "title"),
        ({"key": 5}, "key"),
        ({"parent": 1.5}, "ticket"),
        ({"due_date": "2026-01-31"}, "due_date"),
        ({"estimated_hours": "1"}, "estimated_hours"),
        pytest.param({"estimated_hours": 10**400}, "estimated_hours", id="hours beyond any float"),
        ({"estimated_hours": float("nan")}, "estimated_hours"),
        ({"created_at": datetime(2026, 1, 1)}, "created_at"),  # noqa: DTZ001  # a naive one is the point
        ({"titel": "x"}, "titel"),
        ("title", "changes"),
        (None, "changes"),
    ],
    ids=str,
)
def test_a_value_of_the_wrong_kind_is_refused_and_changes_nothing(
    changes: Any, field: str, tracker: Tracker, ticket: Ticket
) -> None:
    assert refused(lambda: tracker.update_ticket(ticket, changes)).field == field
    assert tracker.ticket(ticket) == ticket


def test_a_word_alone_where_a_list_belongs_says_how_to_write_it(tracker: Tracker) -> None:
    draft = TicketDraft(title="t", assignees="root")
    assert "write assignees=['root']" in str(refused(lambda: tracker.create_ticket(draft)))
    assert tracker.count_tickets() == 0


def test_only_a_draft_makes_a_ticket(tracker: Tracker) -> None:
    assert refused(lambda: tracker.create_ticket({"title": "t"})).field == "draft"  # type: ignore[arg-type]


# --- listing ----------------------------------------------------------------------------------------------------------


def test_lower_bounds_are_inclusive_upper_exclusive_and_a_day_begins_at_midnight_utc(tracker: Tracker) -> None:
    midnight = datetime(2026, 1, 2, tzinfo=UTC)
    made = tracker.create_ticket(TicketDraft(title="t", created_at=midnight))
    assert list(tracker.tickets(created_since=date(2026, 1, 2))) == [made]
    assert list(tracker.tickets(created_until=midnight)) == []


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"created_since": "2020-01-01"}, "created_since"),
        ({"updated_until": 5}, "updated_until"),
        ({"created_since": datetime(2026, 1, 1)}, "created_since"),  # noqa: DTZ001  # a naive one is the point
        ({"status": 3}, "status"),
        ({"type": [3]}, "ticket_types"),
        ({"assignee": Priority(id="1", name="x")}, "users"),
        ({"text": 3}, "text"),
        ({"parent": 1.5}, "ticket"),
        ({"order": 3}, "order"),
        ({"order": "size"}, "order"),
        ({"options": "x"}, "options"),
        ({"statuss": "open"}, "statuss"),
    ],
    ids=str,
)
def test_a_filter_of_the_wrong_kind_is_refused(filters: dict[str, Any], field: str, tracker: Tracker) -> None:
    assert refused(lambda: list(tracker.tickets(**filters))).field == field


def test_a_vendors_filters_are_refused_where_there_are_none(tracker: Tracker) -> None:
    for call in (tracker.tickets, tracker.count_tickets):
        error = refused(lambda call=call: call(options={"keyword": "x"}))  # type: ignore[misc]
        assert (error.field, error.operation) == ("options", "tickets")
        assert "'keyword'" in str(error)


def test_a_vendors_filters_reach_a_backend_that_has_some(reader: Reader, location: Location) -> None:
    asked: list[TicketQuery] = []

    def tickets(query: TicketQuery) -> Iterator[Ticket]:
        asked.append(query)
        yield from ()

    reader.abilities = replace(reader.abilities, listing=replace(reader.abilities.listing, vendor_filters=True))
    reader.tickets = tickets  # type: ignore[method-assign]
    assert list(Tracker(reader, location).tickets(options={"keyword": "x"})) == []
    assert asked[0].options == {"keyword": "x"}


def test_a_link_is_one_from_both_sides_and_needs_a_kind(tracker: Tracker, ticket: Ticket) -> None:
    other = tracker.create_ticket(TicketDraft(title="other"))
    for kind in ("", None, 5):
        assert refused(lambda kind=kind: tracker.add_link(ticket, kind, other)).field == "kind"  # type: ignore[misc]
    made = tracker.add_link(ticket, "blocks", other)
    [seen] = tracker.links(other)
    assert (made.id, made.kind, seen.kind) == (seen.id, "blocks", "blocked_by")


# --- capabilities -----------------------------------------------------------------------------------------------------


def test_a_missing_operation_is_said_in_a_sentence_before_and_by_the_call(reader: Reader, location: Location) -> None:
    tracker = Tracker(reader, location)
    assert tracker.capabilities.why_not("update_ticket") == "the memory backend does not implement update_ticket"
    assert not tracker.capabilities.can("comments")
    with pytest.raises(UnsupportedOperation) as caught:
        tracker.update_ticket("PROJ-1", {"title": "x"})
    assert (caught.value.capability, caught.value.operation) == ("update_ticket", "update_ticket")
    assert caught.value.reason == tracker.capabilities.why_not("update_ticket")


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("extension", lambda tracker: tracker.extension(Reader)),
        ("attachments", lambda tracker: tracker.attachments("PROJ-1")),
        ("add_attachment", lambda tracker: tracker.add_attachment("PROJ-1", "x", io.BytesIO())),
        ("add_metadata", lambda tracker: tracker.add_metadata("users", User(id="", name="x"))),
        ("activities", lambda tracker: tracker.activities()),
        ("comments", lambda tracker: tracker.comments("PROJ-1")),
    ],
)
def test_what_is_unsupported_names_backend_and_operation(
    operation: str, call: Callable[[Tracker], Any], reader: Reader, location: Location
) -> None:
    reader.abilities = replace(reader.abilities, creatable=frozenset())
    with pytest.raises(UnsupportedOperation) as caught:
        call(Tracker(reader, location))
    assert caught.value.backend == str(location)
    assert caught.value.operation == caught.value.capability == operation


def test_native_is_for_fields_and_can_is_for_operations(tracker: Tracker) -> None:
    assert tracker.capabilities.native("created_at")
    assert tracker.capabilities.can("created_at")
    assert str(refused(lambda: tracker.capabilities.native("add_comment"))) == "add_comment is an operation; ask can()"
    assert "did you mean" in str(refused(lambda: tracker.capabilities.can("add_coment")))


# --- closing ----------------------------------------------------------------------------------------------------------

CALLS: list[Callable[[Tracker], Any]] = [
    lambda tracker: tracker.project(),
    lambda tracker: tracker.users(),
    lambda tracker: list(tracker.tickets()),
    lambda tracker: tracker.ticket("PROJ-1"),
    lambda tracker: tracker.create_ticket(TicketDraft(title="t")),
    lambda tracker: tracker.comments("PROJ-1"),
    lambda tracker: tracker.identity(),
    lambda tracker: tracker.extension(Reader),
    lambda tracker: tracker.__enter__(),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_closed_tracker_refuses_every_call(call: Callable[[Tracker], Any], tracker: Tracker) -> None:
    tracker.close()
    with pytest.raises(ConfigurationError, match="this tracker is closed; connect again"):
        call(tracker)


def test_closing_twice_closes_once(reader: Reader, location: Location) -> None:
    with Tracker(reader, location) as tracker:
        tracker.close()
    tracker.close()
    assert reader.closed == 1


def test_a_listing_ends_with_its_tracker(tracker: Tracker) -> None:
    for title in ("one", "two"):
        tracker.create_ticket(TicketDraft(title=title))
    listing = tracker.tickets()
    next(listing)
    tracker.close()
    with pytest.raises(AnyBacklogError, match="closed"):
        next(listing)
