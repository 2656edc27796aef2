"""Contracts of writing tickets: creating, changing, deleting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pytest

from anybacklog.backend import (
    Backend,
    DeletesTickets,
    ReadsAttachments,
    ReadsComments,
    UpdatesTickets,
)
from anybacklog.errors import Conflict, NotFound, ValidationError
from anybacklog.model import Text, Ticket
from anybacklog.query import TicketQuery
from anybacklog.testing.common import (
    UNKNOWN_ID,
    Contract,
    Creating,
    assert_distinct,
    assert_kept,
    assert_well_formed,
    listed,
    make_ticket,
    ticket_fields,
)
from anybacklog.testing.drafts import LATER, NASTY_TEXTS, NASTY_TITLES, cut, full_draft, long_title

_SINGLE = ("description", "resolution", "start_date", "due_date", "estimated_hours", "actual_hours")
_LISTS = ("assignees", "categories", "affected_versions", "milestones", "watchers")


class Updating(Creating, UpdatesTickets, Protocol):
    """A backend whose tickets can be changed."""


class Deleting(Creating, DeletesTickets, Protocol):
    """A backend whose tickets can be deleted."""


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
        _assert_held(backend, draft, made)
        assert {each.id for each in made.custom_fields} == set(draft.get("custom_fields", ()))

    @pytest.mark.parametrize("why", NASTY_TITLES)
    def test_a_title_is_kept_to_the_last_code_point(self, backend: Creating, why: str) -> None:
        limits = backend.abilities.limits
        title = cut(NASTY_TITLES[why], limits.title_length, limits.title_minimum)
        made = make_ticket(backend, title=title)
        assert (made.title, backend.ticket(made.id).title) == (title, title)

    @pytest.mark.parametrize("why", NASTY_TEXTS)
    def test_a_description_is_kept_to_the_last_code_point(self, backend: Creating, why: str) -> None:
        text = Text(_description(backend, why), backend.abilities.text_format)
        made = make_ticket(backend, description=text)
        assert_kept(backend, text, made.description, backend.ticket(made.id).description)

    def test_a_description_keeps_its_format(self, backend: Creating) -> None:
        for format_ in sorted(backend.abilities.text_formats):
            text = Text("h1. A title", format_)
            assert_kept(backend, text, make_ticket(backend, description=text).description)

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
            assert backend.ticket_by_key(key) == made
            with pytest.raises(Conflict):
                make_ticket(backend, key=key)

    def test_a_key_that_is_another_tickets_id_confuses_nobody(self, backend: Creating) -> None:
        if backend.abilities.native.get("key"):
            first = make_ticket(backend)
            second = make_ticket(backend, key=first.id)
            assert (backend.ticket(first.id), backend.ticket_by_key(first.id)) == (first, second)

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
        _assert_held(backend, draft, changed)

    @pytest.mark.parametrize(
        ("nothing", "field"), [(None, field) for field in (*_SINGLE, *_LISTS)] + [((), field) for field in _LISTS],
        ids=lambda each: {None: "none", (): "empty"}.get(each, each),
    )  # fmt: skip
    def test_none_or_empty_clears(self, backend: Updating, nothing: Any, field: str) -> None:
        draft = full_draft(backend)
        if draft.get(field):
            made = make_ticket(backend, **{"title": "To be cleared", field: draft[field]})
            changed = backend.update_ticket(made.id, ticket_fields({field: nothing}))
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
        text = Text(_description(backend, why), backend.abilities.text_format)
        made = make_ticket(backend)
        assert_kept(backend, text, backend.update_ticket(made.id, {"description": text}).description)

    def test_an_unknown_ticket_cannot_be_changed(self, backend: Updating) -> None:
        with pytest.raises(NotFound):
            backend.update_ticket(UNKNOWN_ID, {"title": "Nowhere"})


class DeletesTicketsContract(Contract):
    """For backends that delete tickets. Override `backend`."""

    def test_a_deleted_ticket_is_gone(self, backend: Deleting) -> None:
        gone, stays = make_ticket(backend), make_ticket(backend)
        backend.delete_ticket(gone.id)
        for read, ref in ((backend.ticket, gone.id), (backend.ticket_by_key, gone.key)):
            with pytest.raises(NotFound):
                read(ref)
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


def _description(backend: Creating, why: str) -> str:
    limits = backend.abilities.limits
    return cut(NASTY_TEXTS[why], limits.description_length, limits.description_minimum)


def _assert_held(backend: Backend, draft: Mapping[str, Any], ticket: Ticket) -> None:
    """Assert that a ticket holds what was given, the values of custom fields aside."""
    plain = [name for name in draft if name not in ("custom_fields", "description")]
    assert {name: _held(ticket, name) for name in plain} == {name: _given(draft[name]) for name in plain}
    if "description" in draft:
        assert_kept(backend, draft["description"], ticket.description)


def _held(ticket: Ticket, name: str) -> Any:
    value = getattr(ticket, name)
    if isinstance(value, tuple):
        return [each.id for each in value]
    return value.id if hasattr(value, "id") else value


def _given(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _without(ticket: Ticket, *names: str) -> dict[str, Any]:
    return {name: getattr(ticket, name) for name in Ticket.__dataclass_fields__ if name not in (*names, "raw")}
