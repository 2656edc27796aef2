"""Contracts of the field for somebody else's id, where a migration's marks stand."""

from __future__ import annotations

import io
from typing import Protocol

from anybacklog.backend import (
    AddsAttachments,
    AddsComments,
    AttachmentDraft,
    CommentDraft,
    DeletesTickets,
    KeepsExternalIds,
    Marked,
)
from anybacklog.model import Text
from anybacklog.testing.common import Contract, Creating, make_ticket


class Marking(Creating, KeepsExternalIds, Protocol):
    """A backend with a field for somebody else's id."""


class KeepsExternalIdsContract(Contract):
    """For backends with a field for somebody else's id. Override `backend`."""

    def test_a_marked_ticket_is_found_and_enumerated(self, backend: Marking) -> None:
        mark = _unused(backend, "kit ticket 𠮷")
        made = make_ticket(backend, external_id=mark)
        wanted = Marked(kind="ticket", id=made.id, ticket_id=made.id, external_id=mark)
        assert backend.find_external(mark) == wanted
        assert [marked for marked in backend.externals() if marked.external_id == mark] == [wanted]

    def test_a_marked_comment_is_found_and_enumerated(self, backend: Marking) -> None:
        if isinstance(backend, AddsComments) and backend.abilities.native.get("comments.external_id"):
            mark, ticket = _unused(backend, "kit comment"), make_ticket(backend)
            body = Text("Marked", backend.abilities.text_format)
            made = backend.add_comment(ticket.id, CommentDraft(body=body, external_id=mark))
            wanted = Marked(kind="comment", id=made.id, ticket_id=ticket.id, external_id=mark)
            assert backend.find_external(mark) == wanted
            assert [marked for marked in backend.externals() if marked.external_id == mark] == [wanted]

    def test_a_marked_file_is_found_and_enumerated(self, backend: Marking) -> None:
        if isinstance(backend, AddsAttachments) and backend.abilities.native.get("attachments.external_id"):
            mark, ticket = _unused(backend, "kit file"), make_ticket(backend)
            draft = AttachmentDraft(name="marked.txt", stream=io.BytesIO(b"marked"), external_id=mark)
            made = backend.add_attachment(ticket.id, draft)
            wanted = Marked(kind="attachment", id=made.id, ticket_id=ticket.id, external_id=mark)
            assert backend.find_external(mark) == wanted
            assert [marked for marked in backend.externals() if marked.external_id == mark] == [wanted]

    def test_what_nobody_wrote_is_not_found(self, backend: Marking) -> None:
        make_ticket(backend)
        assert backend.find_external(_unused(backend, "kit nothing")) is None

    def test_the_mark_of_a_deleted_ticket_is_gone(self, backend: Marking) -> None:
        if isinstance(backend, DeletesTickets):
            mark = _unused(backend, "kit gone")
            backend.delete_ticket(make_ticket(backend, external_id=mark).id)
            assert backend.find_external(mark) is None


def _unused(backend: Marking, stem: str) -> str:
    """Make up an external id that is new even in a project the kit has been at before."""
    taken = {marked.external_id for marked in backend.externals()}
    return next(mark for mark in (f"{stem} {number}" for number in range(len(taken) + 1)) if mark not in taken)
