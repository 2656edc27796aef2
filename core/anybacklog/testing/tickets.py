"""Contracts of the ticket itself: reading, required of every backend; creating, changing, deleting, counting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol

import pytest

from anybacklog.abilities import METADATA_KINDS, NATIVE_FIELDS
from anybacklog.backend import (
    Backend,
    CountsTickets,
    CreatesTickets,
    DeletesTickets,
    ReadsAttachments,
    ReadsComments,
    UpdatesTickets,
)
from anybacklog.errors import Conflict, NotFound, ValidationError
from anybacklog.model import Text, Ticket
from anybacklog.query import TicketQuery, matches, sort_key
from anybacklog.testing.common import (
    UNKNOWN_ID,
    Contract,
    Creating,
    assert_distinct,
    assert_well_formed,
    listed,
    make_ticket,
    some_tickets,
    ticket_fields,
)
from anybacklog.testing.drafts import LATER, NASTY_TEXTS, NASTY_TITLES, cut, full_draft, long_title


class Updating(Creating, UpdatesTickets, Protocol):
    """A backend whose tickets can be changed."""


class Deleting(Creating, DeletesTickets, Protocol):
    """A backend whose tickets can be deleted."""


class Counting(Backend, CountsTickets, Protocol):
    """A backend that counts."""


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
            assert backend.ticket(ticket.key) == ticket
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
        with pytest.raises(NotFound):
            backend.ticket(ref)


class CreatesTicketsContract(Contract):
    """For backends that create tickets. Override `backend`."""

    def test_a_created_ticket_reads_back_as_it_was_returned(self, backend: Creating) -> None:
        made = make_ticket(backend)
        assert_well_formed(made)
        assert backend.ticket(made.id) == made
        assert made in listed(backend)

    def test_everything_held_natively_is_held_as_given(self, backend: Creating) -> None:
        draft = full_draft(backend)
        made = make_ticket(backend, **draft)
        assert backend.ticket(made.id) == made
        assert {name: _held(made, name) for name in draft if name != "custom_fields"} == {
            name: _given(value) for name, value in draft.items() if name != "custom_fields"
        }
        assert {each.id for each in made.custom_fields} == set(draft.get("custom_fields", ()))

    @pytest.mark.parametrize("why", NASTY_TITLES)
    def test_a_title_is_kept_to_the_last_code_point(self, backend: Creating, why: str) -> None:
        title = cut(NASTY_TITLES[why], backend.abilities.limits.title_length)
        made = make_ticket(backend, title=title)
        assert (made.title, backend.ticket(made.id).title) == (title, title)

    @pytest.mark.parametrize("why", NASTY_TEXTS)
    def test_a_description_is_kept_to_the_last_code_point(self, backend: Creating, why: str) -> None:
        abilities = backend.abilities
        text = Text(cut(NASTY_TEXTS[why], abilities.limits.description_length), abilities.text_format)
        made = make_ticket(backend, description=text)
        assert (made.description, backend.ticket(made.id).description) == (text, text)

    def test_a_description_keeps_its_format(self, backend: Creating) -> None:
        for format_ in sorted(backend.abilities.text_formats):
            made = make_ticket(backend, description=Text("h1. A title", format_))
            assert made.description == Text("h1. A title", format_)

    def test_a_title_as_long_as_the_limit_is_taken(self, backend: Creating) -> None:
        title = long_title(backend.abilities)
        assert make_ticket(backend, title=title).title == title

    def test_tickets_made_one_after_the_other_are_listed_so(self, backend: Creating) -> None:
        made = [make_ticket(backend, title=f"Number {number}") for number in range(3)]
        ids = [ticket.id for ticket in made]
        assert [ticket.id for ticket in listed(backend) if ticket.id in ids] == ids

    def test_ids_and_keys_are_never_shared(self, backend: Creating) -> None:
        made = [make_ticket(backend) for _ in range(3)]
        assert_distinct(ticket.id for ticket in made)
        assert_distinct(ticket.key for ticket in made)

    def test_a_parent_is_kept(self, backend: Creating) -> None:
        if backend.abilities.native.get("parent"):
            parent = make_ticket(backend, title="Parent")
            child = make_ticket(backend, title="Child", parent=parent.id)
            assert backend.ticket(child.id).parent == parent.id
            assert [ticket.id for ticket in listed(backend, parent=frozenset({parent.id})) if ticket.parent] == [
                child.id
            ]

    def test_a_given_key_is_kept_and_given_only_once(self, backend: Creating) -> None:
        if backend.abilities.native.get("key"):
            key = f"KIT-{make_ticket(backend).id}"
            made = make_ticket(backend, key=key)
            assert backend.ticket(key) == made
            with pytest.raises(Conflict):
                make_ticket(backend, key=key)

    def test_a_listing_under_way_is_not_disturbed_by_writes(self, backend: Creating) -> None:
        before = {make_ticket(backend, title=f"Number {number}").id for number in range(3)}
        listing = backend.tickets(TicketQuery())
        seen = [next(listing).id]
        make_ticket(backend, title="Meanwhile")
        seen += [ticket.id for ticket in listing]
        assert_distinct(seen)
        assert before <= set(seen)


class UpdatesTicketsContract(Contract):
    """For backends that change tickets. Override `backend`."""

    def test_what_is_not_named_stays(self, backend: Updating) -> None:
        made = make_ticket(backend, **full_draft(backend))
        changed = backend.update_ticket(made.id, {"title": "Another title"})
        assert changed.title == "Another title"
        assert _without(changed, "title", "updated_at") == _without(made, "title", "updated_at")

    def test_a_change_returns_what_is_held(self, backend: Updating) -> None:
        made = make_ticket(backend)
        changed = backend.update_ticket(made.id, ticket_fields(full_draft(backend)))
        assert_well_formed(changed)
        assert backend.ticket(made.id) == changed

    def test_everything_can_be_changed(self, backend: Updating) -> None:
        made = make_ticket(backend)
        draft = {name: value for name, value in full_draft(backend).items() if name not in ("created_at", "reporter")}
        changed = backend.update_ticket(made.id, ticket_fields(draft))
        assert {name: _held(changed, name) for name in draft if name != "custom_fields"} == {
            name: _given(value) for name, value in draft.items() if name != "custom_fields"
        }

    @pytest.mark.parametrize(
        "field",
        [
            "description", "resolution", "assignees", "start_date", "due_date", "estimated_hours", "actual_hours",
            "categories", "affected_versions", "milestones", "watchers",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("nothing", [None, ()], ids=["none", "empty"])
    def test_none_or_empty_clears(self, backend: Updating, field: str, nothing: Any) -> None:
        draft = full_draft(backend)
        if draft.get(field):
            several = isinstance(draft[field], list)
            made = make_ticket(backend, **{"title": "To be cleared", field: draft[field]})
            changed = backend.update_ticket(made.id, ticket_fields({field: nothing if several else None}))
            assert getattr(changed, field) in (None, (), Text("", backend.abilities.text_format))
            assert backend.ticket(made.id) == changed

    def test_a_custom_field_is_changed_alone_and_cleared_by_none(self, backend: Updating) -> None:
        given = full_draft(backend).get("custom_fields", {})
        made = make_ticket(backend, title="With fields", custom_fields=given) if given else make_ticket(backend)
        for each in made.custom_fields:
            changed = backend.update_ticket(made.id, {"custom_fields": {each.id: None}})
            assert each.id not in {value.id for value in changed.custom_fields if value.value not in (None, ())}
            back = backend.update_ticket(made.id, {"custom_fields": {each.id: given[each.id]}})
            assert back.custom_fields == made.custom_fields

    def test_a_parent_can_be_set_and_cleared(self, backend: Updating) -> None:
        if backend.abilities.native.get("parent"):
            parent, child = make_ticket(backend, title="Parent"), make_ticket(backend, title="Child")
            assert backend.update_ticket(child.id, {"parent": parent.id}).parent == parent.id
            with pytest.raises(ValidationError):
                backend.update_ticket(parent.id, {"parent": child.id})
            assert backend.update_ticket(child.id, {"parent": None}).parent is None

    def test_a_change_to_the_same_value_is_no_error(self, backend: Updating) -> None:
        made = make_ticket(backend)
        assert backend.update_ticket(made.id, {"title": made.title}).title == made.title

    def test_a_change_moves_updated_at_unless_it_is_given(self, backend: Updating) -> None:
        made = make_ticket(backend)
        changed = backend.update_ticket(made.id, {"title": "Moved on"})
        assert made.updated_at is None or (changed.updated_at is not None and changed.updated_at >= made.updated_at)
        if backend.abilities.native.get("updated_at"):
            assert backend.update_ticket(made.id, {"title": "Long ago", "updated_at": LATER}).updated_at == LATER

    @pytest.mark.parametrize("why", NASTY_TEXTS)
    def test_a_changed_description_is_kept_to_the_last_code_point(self, backend: Updating, why: str) -> None:
        abilities = backend.abilities
        text = Text(cut(NASTY_TEXTS[why], abilities.limits.description_length), abilities.text_format)
        made = make_ticket(backend)
        assert backend.update_ticket(made.id, {"description": text}).description == text

    def test_an_unknown_ticket_cannot_be_changed(self, backend: Updating) -> None:
        with pytest.raises(NotFound):
            backend.update_ticket(UNKNOWN_ID, {"title": "Nowhere"})


class DeletesTicketsContract(Contract):
    """For backends that delete tickets. Override `backend`."""

    def test_a_deleted_ticket_is_gone(self, backend: Deleting) -> None:
        gone, stays = make_ticket(backend), make_ticket(backend)
        backend.delete_ticket(gone.id)
        for ref in (gone.id, gone.key):
            with pytest.raises(NotFound):
                backend.ticket(ref)
        ids = {ticket.id for ticket in listed(backend)}
        assert gone.id not in ids
        assert stays.id in ids

    def test_what_hung_on_it_is_gone_too(self, backend: Deleting) -> None:
        gone = make_ticket(backend)
        backend.delete_ticket(gone.id)
        if isinstance(backend, ReadsComments):
            with pytest.raises(NotFound):
                list(backend.comments(gone.id))
        if isinstance(backend, ReadsAttachments):
            with pytest.raises(NotFound):
                list(backend.attachments(gone.id))

    def test_its_children_stay_without_a_parent(self, backend: Deleting) -> None:
        if backend.abilities.native.get("parent"):
            parent = make_ticket(backend, title="Parent")
            child = make_ticket(backend, title="Child", parent=parent.id)
            backend.delete_ticket(parent.id)
            assert backend.ticket(child.id).parent is None

    def test_its_key_and_id_are_not_given_again(self, backend: Deleting) -> None:
        gone = make_ticket(backend)
        backend.delete_ticket(gone.id)
        next_one = make_ticket(backend)
        assert (next_one.id != gone.id, next_one.key != gone.key) == (True, True)

    def test_what_is_not_there_cannot_be_deleted(self, backend: Deleting) -> None:
        gone = make_ticket(backend)
        backend.delete_ticket(gone.id)
        for ticket_id in (gone.id, UNKNOWN_ID):
            with pytest.raises(NotFound):
                backend.delete_ticket(ticket_id)


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
    """Ask, filter by filter, for what each sample has."""
    queries: dict[str, TicketQuery] = {}
    for ticket in samples:
        for name, value in _filters_of(ticket).items():
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
    for name, moment in (("created", ticket.created_at), ("updated", ticket.updated_at)):
        if moment:
            filters |= {f"{name}_since": moment, f"{name}_until": moment + timedelta(microseconds=1)}
    return filters


def _held(ticket: Ticket, name: str) -> Any:
    value = getattr(ticket, name)
    if isinstance(value, tuple):
        return [each.id for each in value]
    return value.id if hasattr(value, "id") else value


def _given(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _without(ticket: Ticket, *names: str) -> dict[str, Any]:
    return {name: getattr(ticket, name) for name in Ticket.__dataclass_fields__ if name not in (*names, "raw")}
