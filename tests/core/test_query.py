"""What each filter means, whatever a server thinks of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.errors import ValidationError
from anybacklog.model import (
    STATUS_CATEGORIES,
    Category,
    Milestone,
    Priority,
    Status,
    Text,
    Ticket,
    TicketType,
    User,
)
from anybacklog.query import FILTERS, ORDERS, TicketQuery, instant, known_order, matches, sort_key
from anybacklog.testing import strategies as some

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
TICKET = Ticket(
    id="7",
    key="PROJ-7",
    title="Absturz beim SPEICHERN der Straße",
    description=Text("see 𠮷野家.log"),
    type=TicketType(id="1", name="Bug"),
    status=Status(id="2", name="In Arbeit", category="in_progress"),
    priority=Priority(id="3", name="High"),
    reporter=User(id="4", name="Ann"),
    assignees=(User(id="5", name="Bob"), User(id="6", name="Cem")),
    categories=(Category(id="8", name="UI"), Category(id="9", name="API")),
    milestones=(Milestone(id="10", name="v1"),),
    parent="11",
    created_at=NOON,
    updated_at=NOON,
)
BARE = Ticket(id="1", key="PROJ-1", title="")


def words(*those: str) -> frozenset[str]:
    return frozenset(those)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, True),
        ({"status": words("2")}, True),
        ({"status": words("1", "2")}, True),
        ({"status": words("1")}, False),
        ({"status": words("In Arbeit")}, True),
        ({"status": words("in arbeit")}, False),
        ({"status_category": words("in_progress")}, True),
        ({"status_category": words("open", "done")}, False),
        ({"status": words("2"), "status_category": words("done")}, False),
        ({"type": words("1")}, True),
        ({"type": words("2")}, False),
        ({"priority": words("3")}, True),
        ({"reporter": words("4")}, True),
        ({"reporter": words("5")}, False),
        ({"assignee": words("6")}, True),
        ({"assignee": words("4")}, False),
        ({"category": words("9")}, True),
        ({"category": words("9", "1")}, True),
        ({"milestone": words("10")}, True),
        ({"parent": words("11")}, True),
        ({"parent": words("7")}, False),
        ({"status": frozenset()}, False),
        ({"text": "speichern"}, True),
        ({"text": "STRASSE"}, True),
        ({"text": "𠮷"}, True),
        ({"text": "nowhere"}, False),
        ({"created_since": NOON}, True),
        ({"created_since": NOON + TICK}, False),
        ({"created_until": NOON}, False),
        ({"created_until": NOON + TICK}, True),
        ({"updated_since": NOON, "updated_until": NOON + TICK}, True),
        ({"updated_since": NOON, "updated_until": NOON}, False),
    ],
)
def test_a_filter_means_what_the_contract_says(filters: dict[str, Any], expected: bool) -> None:
    assert matches(TicketQuery(**filters), TICKET) is expected


@pytest.mark.parametrize("name", sorted((FILTERS | {"status_category"}) - {"text"}))
def test_what_a_ticket_does_not_say_is_found_by_no_filter_for_it(name: str) -> None:
    bound = name.endswith(("_since", "_until"))
    wanted: Any = datetime.min.replace(tzinfo=UTC) if name.endswith("_since") else NOON if bound else words("open", "")
    assert not matches(TicketQuery(**{name: wanted}), BARE)


def test_the_filters_in_use_are_named_as_users_know_them() -> None:
    query = TicketQuery(status_category=frozenset({"open"}), text="", order="-updated", options={"x": 1})
    assert query.filters() == {"status", "text"}
    assert TicketQuery().filters() == frozenset()


_ids = st.none() | st.frozensets(st.sampled_from(["1", "2", "3"]), max_size=2)
_moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 0, 3), timezones=st.just(UTC))  # noqa: DTZ001
_maybe_moments = st.none() | _moments
queries = st.builds(
    TicketQuery,
    status=_ids,
    status_category=st.none() | st.frozensets(st.sampled_from(STATUS_CATEGORIES)),
    category=_ids,
    assignee=_ids,
    parent=_ids,
    created_since=_maybe_moments,
    created_until=_maybe_moments,
)
_few = st.sampled_from(["1", "2", "3"])
tickets = st.builds(
    Ticket,
    id=some.ids,
    key=st.just("P-1"),
    title=some.strings,
    status=st.none() | st.builds(Status, id=_few, name=st.just("s"), category=st.sampled_from(STATUS_CATEGORIES)),
    categories=some.some(st.builds(Category, id=_few, name=st.just("c"))),
    assignees=some.some(st.builds(User, id=_few, name=st.just("u"))),
    parent=st.none() | _few,
    created_at=_maybe_moments,
    updated_at=_maybe_moments,
    due_date=st.none() | some.days,
)


@given(query=queries, ticket=tickets)
def test_filters_are_joined_by_and_the_ids_inside_one_by_or(query: TicketQuery, ticket: Ticket) -> None:
    status = ticket.status
    expected = True
    if query.status is not None:
        expected &= status is not None and status.id in query.status
    if query.status_category is not None:
        expected &= status is not None and status.category in query.status_category
    if query.category is not None:
        expected &= not query.category.isdisjoint(each.id for each in ticket.categories)
    if query.assignee is not None:
        expected &= not query.assignee.isdisjoint(each.id for each in ticket.assignees)
    if query.parent is not None:
        expected &= ticket.parent in query.parent
    if query.created_since is not None:
        expected &= ticket.created_at is not None and query.created_since <= ticket.created_at
    if query.created_until is not None:
        expected &= ticket.created_at is not None and ticket.created_at < query.created_until
    assert matches(query, ticket) is expected


def test_a_day_as_a_bound_is_midnight_utc() -> None:
    assert instant(date(2026, 1, 31), "updated_since") == datetime(2026, 1, 31, tzinfo=UTC)


def test_an_aware_bound_is_moved_to_utc() -> None:
    tokyo = datetime(2026, 1, 31, 21, tzinfo=timezone(timedelta(hours=9)))
    moved = instant(tokyo, "updated_since")
    assert moved == NOON
    assert moved is not None
    assert moved.tzinfo is UTC


def test_a_naive_bound_is_refused_by_its_name() -> None:
    with pytest.raises(ValidationError, match="updated_since has no time zone") as caught:
        instant(datetime(2026, 1, 31), "updated_since")  # noqa: DTZ001
    assert caught.value.field == "updated_since"


def test_no_bound_stays_none() -> None:
    assert instant(None, "updated_since") is None


@pytest.mark.parametrize("order", sorted(ORDERS))
def test_a_known_order_is_taken_as_it_is(order: str) -> None:
    assert known_order(order) == order


@pytest.mark.parametrize(
    ("alias", "order"), [("created_at", "created"), ("-updated_at", "-updated"), ("-due_date", "-due")]
)
def test_an_order_may_be_called_by_its_fields_name(alias: str, order: str) -> None:
    assert known_order(alias) == order


@pytest.mark.parametrize("order", ["", "-", "--created", "size", "Created", "created "])
def test_an_unknown_order_is_refused_with_the_known_ones(order: str) -> None:
    with pytest.raises(ValidationError, match="give one of -created, ") as caught:
        known_order(order)
    assert caught.value.field == "order"


@pytest.mark.parametrize(
    ("order", "ids"),
    [("created", ["3", "10", "2"]), ("due", ["2", "3", "10"]), ("title", ["10", "2", "3"]), ("id", ["2", "3", "10"])],
)
def test_an_order_sorts_by_its_field_then_by_id_as_a_number(order: str, ids: list[str]) -> None:
    those = [
        Ticket(id="10", key="P-10", title="a", created_at=NOON, due_date=date(2026, 1, 2)),
        Ticket(id="2", key="P-2", title="b", created_at=NOON + TICK, due_date=date(2026, 1, 1)),
        Ticket(id="3", key="P-3", title="c", created_at=NOON, due_date=date(2026, 1, 1)),
    ]
    assert [ticket.id for ticket in sorted(those, key=sort_key(order))] == ids
    assert [ticket.id for ticket in sorted(those, key=sort_key("-" + order), reverse=True)] == ids[::-1]


@pytest.mark.parametrize("order", sorted(ORDERS))
@given(those=st.lists(tickets, max_size=4))
def test_any_tickets_can_be_put_in_any_order(those: list[Ticket], order: str) -> None:
    in_order = sorted(those, key=sort_key(order))
    name = {"created": "created_at", "updated": "updated_at", "due": "due_date"}.get(order.lstrip("-"), "id")
    if name != "id":
        unknown = [getattr(ticket, name) is None for ticket in in_order]
        assert unknown == sorted(unknown, reverse=True), "what is not known comes first"
