"""Contracts of reading tickets, which is required of every backend, and of counting them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Protocol

import pytest

from anybacklog.abilities import METADATA_KINDS, NATIVE_FIELDS
from anybacklog.backend import (
    Backend,
    CountsTickets,
    CreatesTickets,
    DeletesTickets,
    FollowsKeys,
    ListsActivities,
)
from anybacklog.errors import NotFound
from anybacklog.model import Ticket
from anybacklog.query import TicketQuery, matches, sort_key
from anybacklog.testing.common import (
    UNKNOWN_ID,
    Contract,
    assert_distinct,
    assert_well_formed,
    listed,
    make_ticket,
    some_tickets,
)
from anybacklog.testing.drafts import full_draft


class Counting(Backend, CountsTickets, Protocol):
    """A backend that counts."""


class Feeding(Backend, ListsActivities, Protocol):
    """A backend that keeps a feed."""


class Following(Backend, FollowsKeys, Protocol):
    """A backend whose keys can be followed."""


class TicketContract(Contract):
    """Required of every backend: saying what it can do, and reading. Override `backend`; override nothing else."""

    def test_every_ability_is_under_contract(self, backend: Backend) -> None:
        from anybacklog.testing import CONTRACTS

        wanted = [contract for ability, contract in CONTRACTS.items() if isinstance(backend, ability)]
        missing = [contract.__name__ for contract in wanted if not isinstance(self, contract)]
        assert not missing, f"the backend can do more than is tested; also subclass {', '.join(missing)}"

    def test_every_answer_has_a_reason(self, backend: Backend) -> None:
        abilities = backend.abilities
        answers = {**abilities.native, "comments_move_updated_at": abilities.comments_move_updated_at}
        reasons = {name: answer.reason for name, answer in answers.items()}
        reasons |= {"listing": abilities.listing.reason, "settle": abilities.settle.reason}
        reasons |= {name: abilities.limits.reasons.get(name, "") for name in abilities.limits.known()}
        assert [name for name, reason in reasons.items() if not reason.strip()] == []

    def test_abilities_speak_only_of_what_there_is(self, backend: Backend) -> None:
        abilities = backend.abilities
        assert set(abilities.native) <= set(NATIVE_FIELDS)
        assert abilities.creatable <= set(METADATA_KINDS)
        assert abilities.text_format in abilities.text_formats
        assert "created" in abilities.listing.orders
        assert all(limit > 0 for limit in abilities.limits.known().values())
        assert abilities.settle.seconds >= 0
        if abilities.mention_form is not None:
            mention = re.fullmatch(abilities.mentions or "", abilities.mention_form.format(id="123"))
            assert mention is not None
            assert mention["user"] == "123"

    def test_identity_stays_the_same(self, backend: Backend) -> None:
        identity = backend.identity()
        assert identity
        assert backend.identity() == identity

    def test_the_project_has_an_id_a_key_and_a_name(self, backend: Backend) -> None:
        project = backend.project()
        assert_well_formed(project)
        assert project.key
        assert project.name

    def test_a_listed_ticket_reads_the_same_alone_by_key_and_by_id(self, backend: Backend) -> None:
        for ticket in some_tickets(backend):
            assert backend.ticket_by_key(ticket.key) == ticket
            assert backend.ticket(ticket.id) == ticket

    def test_ids_are_texts_and_instants_are_in_utc(self, backend: Backend) -> None:
        assert_well_formed(*some_tickets(backend))

    def test_a_listing_names_each_ticket_once(self, backend: Backend) -> None:
        some_tickets(backend)
        assert_distinct(ticket.id for ticket in listed(backend))

    def test_a_listing_keeps_to_every_order_it_offers(self, backend: Backend) -> None:
        some_tickets(backend)
        for order in sorted(backend.abilities.listing.orders):
            tickets = listed(backend, order=order)
            assert tickets == sorted(tickets, key=sort_key(order), reverse=order.startswith("-")), order

    def test_a_filter_loses_no_ticket_that_matches_it(self, backend: Backend) -> None:
        samples = [*some_tickets(backend), *_full_tickets(backend)]
        every = listed(backend)
        for query in _queries(samples):
            wanted = {ticket.id for ticket in every if matches(query, ticket)}
            found = list(backend.tickets(query))
            assert wanted <= {ticket.id for ticket in found}, query
            if query.filters() <= backend.abilities.listing.exact_filters:
                assert {ticket.id for ticket in found} == wanted, query

    @pytest.mark.parametrize("ref", ["NO-SUCH-KEY-999999", UNKNOWN_ID, "no such ticket, with spaces", "𠮷-1"])
    def test_an_unknown_ticket_is_not_found(self, backend: Backend, ref: str) -> None:
        for read in (backend.ticket, backend.ticket_by_key):
            with pytest.raises(NotFound):
                read(ref)

    def test_an_id_is_not_taken_for_a_key(self, backend: Backend) -> None:
        for ticket in some_tickets(backend):
            if ticket.key not in {each.id for each in listed(backend)}:
                with pytest.raises(NotFound):
                    backend.ticket(ticket.key)


class CountsTicketsContract(Contract):
    """For backends that count without listing. Override `backend`."""

    def test_the_count_is_what_a_listing_yields(self, backend: Counting) -> None:
        for query in (TicketQuery(), *_queries(some_tickets(backend))):
            assert backend.count_tickets(query) == len(list(backend.tickets(query))), query


def _full_tickets(backend: Backend) -> list[Ticket]:
    if not isinstance(backend, CreatesTickets):
        return []
    full = make_ticket(backend, **full_draft(backend))
    with_parent = {"parent": full.id} if backend.abilities.native.get("parent") else {}
    return [full, make_ticket(backend, title="A child, perhaps", **with_parent)]


def _queries(samples: list[Ticket]) -> list[TicketQuery]:
    """Ask, filter by filter, for what each sample has, and for when the first and the last of them were there."""
    queries: dict[str, TicketQuery] = {}
    filters = [_filters_of(ticket) for ticket in samples] + [
        _moments_of(ticket) for ticket in (samples[0], samples[-1])
    ]
    for each in filters:
        for name, value in each.items():
            queries.setdefault(f"{name}={value}", TicketQuery(**{name: value}))
    queries["nothing"] = TicketQuery(status=frozenset({UNKNOWN_ID}))
    return list(queries.values())


def _filters_of(ticket: Ticket) -> dict[str, Any]:
    filters: dict[str, Any] = {"text": ticket.title[1:4].swapcase()}
    for name in ("status", "type", "priority", "reporter"):
        noun = getattr(ticket, name)
        filters |= {name: frozenset({noun.id})} if noun else {}
    for name, several in (
        ("assignee", ticket.assignees),
        ("category", ticket.categories),
        ("milestone", ticket.milestones),
    ):
        filters |= {name: frozenset(noun.id for noun in several)} if several else {}
    if ticket.status:
        filters["status_category"] = frozenset({ticket.status.category})
    if ticket.parent:
        filters["parent"] = frozenset({ticket.parent})
    return filters


def _moments_of(ticket: Ticket) -> dict[str, Any]:
    moments = {"created": ticket.created_at, "updated": ticket.updated_at}
    since = {f"{name}_since": moment for name, moment in moments.items() if moment}
    return since | {f"{name}_until": moment + timedelta(microseconds=1) for name, moment in moments.items() if moment}


class ListsActivitiesContract(Contract):
    """For backends that keep a feed of what happened. Override `backend`."""

    def test_the_feed_names_each_thing_once_newest_first(self, backend: Feeding) -> None:
        some_tickets(backend)
        feed = list(backend.activities())
        assert_distinct(activity.id for activity in feed)
        assert_well_formed(*feed)
        moments = [activity.created_at for activity in feed if activity.created_at is not None]
        assert moments == sorted(moments, reverse=True)
        assert all(activity.kind for activity in feed)

    def test_the_feed_knows_of_tickets_by_their_ids(self, backend: Feeding) -> None:
        ids = {ticket.id for ticket in some_tickets(backend)}
        assert ids <= {activity.ticket for activity in backend.activities()}


class FollowsKeysContract(Contract):
    """For backends whose keys are given out in order, and can be followed. Override `backend`."""

    def test_what_was_made_after_a_key_is_found_in_order(self, backend: Following) -> None:
        first, *later = [make_ticket(backend, title=title) for title in ("First", "Second", "Third")]
        assert [ticket.key for ticket in backend.tickets_after(first.key)] == [ticket.key for ticket in later]
        assert list(backend.tickets_after(later[-1].key)) == []

    def test_after_no_key_comes_everything(self, backend: Following) -> None:
        made = some_tickets(backend)
        assert {ticket.key for ticket in made} <= {ticket.key for ticket in backend.tickets_after(None)}

    def test_a_deleted_ticket_hides_none_behind_it(self, backend: Following) -> None:
        first, second, third = [make_ticket(backend, title=title) for title in ("First", "Second", "Third")]
        if isinstance(backend, DeletesTickets):
            for deleted in (first, second):
                backend.delete_ticket(deleted.id)
        assert [ticket.key for ticket in backend.tickets_after(first.key)][-1] == third.key
