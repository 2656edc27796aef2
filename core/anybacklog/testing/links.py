"""Contracts of the links between tickets."""

from __future__ import annotations

from typing import Protocol

import pytest

from anybacklog.backend import AddsLinks, Backend, DeletesTickets, ReadsLinks
from anybacklog.errors import NotFound, ValidationError
from anybacklog.model import LINK_INVERSES, Link
from anybacklog.testing.common import UNKNOWN_ID, Contract, Creating, make_ticket


class Linked(Creating, ReadsLinks, Protocol):
    """A backend that shows links."""


class Linking(Linked, AddsLinks, Protocol):
    """A backend that ties tickets together."""


class ReadsLinksContract(Contract):
    """For backends that show links. Override `backend`."""

    def test_a_new_ticket_has_no_links(self, backend: Linked) -> None:
        ticket = make_ticket(backend)
        assert (list(backend.links(ticket.id)), ticket.links) == ([], ())

    def test_the_links_of_an_unknown_ticket_are_not_found(self, backend: Linked) -> None:
        with pytest.raises(NotFound):
            list(backend.links(UNKNOWN_ID))


class AddsLinksContract(Contract):
    """For backends that tie tickets together. Override `backend`."""

    @pytest.mark.parametrize("kind", sorted(LINK_INVERSES))
    def test_both_sides_show_one_link(self, backend: Linking, kind: str) -> None:
        if not _holds(backend, kind):
            return
        here, there = make_ticket(backend, title="Here"), make_ticket(backend, title="There")
        link = backend.add_link(here.id, kind, there.id)
        assert (link.kind, link.target) == (kind, there.id)
        assert list(backend.links(here.id)) == [link]
        assert list(backend.links(there.id)) == [Link(id=link.id, kind=LINK_INVERSES[kind], target=here.id)]

    def test_a_ticket_carries_its_links_unless_they_are_asked_for_apart(self, backend: Linking) -> None:
        here, there = make_ticket(backend), make_ticket(backend)
        link = backend.add_link(here.id, "relates", there.id)
        apart = "links" in backend.abilities.apart
        assert backend.ticket(here.id).links == (() if apart else (link,))

    def test_the_same_tie_again_is_the_one_that_is_there(self, backend: Linking) -> None:
        here, there = make_ticket(backend), make_ticket(backend)
        kind = "blocks" if _holds(backend, "blocks") else "relates"
        link = backend.add_link(here.id, kind, there.id)
        assert backend.add_link(here.id, kind, there.id) == link
        assert backend.add_link(there.id, LINK_INVERSES[kind], here.id).id == link.id
        assert list(backend.links(here.id)) == [link]

    def test_a_kind_that_is_not_held_is_refused(self, backend: Linking) -> None:
        for kind in (each for each in LINK_INVERSES if not _holds(backend, each)):
            with pytest.raises(ValidationError):
                backend.add_link(UNKNOWN_ID, kind, UNKNOWN_ID)

    def test_a_ticket_is_not_tied_to_itself_or_to_nothing(self, backend: Linking) -> None:
        ticket = make_ticket(backend)
        with pytest.raises(ValidationError):
            backend.add_link(ticket.id, "relates", ticket.id)
        with pytest.raises(NotFound):
            backend.add_link(ticket.id, "relates", UNKNOWN_ID)

    def test_a_deleted_ticket_leaves_no_link_behind(self, backend: Linking) -> None:
        if isinstance(backend, DeletesTickets):
            here, there = make_ticket(backend), make_ticket(backend)
            backend.add_link(here.id, "relates", there.id)
            backend.delete_ticket(there.id)
            assert list(backend.links(here.id)) == []


def _holds(backend: Backend, kind: str) -> bool:
    held = backend.abilities.link_kinds
    return held is None or kind in held
