"""Contracts of what hangs on a ticket: comments, links, external ids."""

from __future__ import annotations

import io
from typing import Protocol

import pytest

from anybacklog.backend import (
    AddsAttachments,
    AddsComments,
    AddsLinks,
    AttachmentDraft,
    Backend,
    CommentDraft,
    DeletesComments,
    DeletesTickets,
    KeepsExternalIds,
    Marked,
    ReadsComments,
    ReadsLinks,
    UpdatesComments,
)
from anybacklog.errors import NotFound, ValidationError
from anybacklog.model import LINK_INVERSES, Change, Comment, Link, Text
from anybacklog.testing.common import (
    UNKNOWN_ID,
    Contract,
    Creating,
    assert_distinct,
    assert_kept,
    assert_well_formed,
    make_ticket,
)
from anybacklog.testing.drafts import LATER, LONG_AGO, NASTY_TEXTS, cut, full_draft


class Commented(Creating, ReadsComments, AddsComments, Protocol):
    """A backend whose journal is read and written."""


class CommentEditing(Commented, UpdatesComments, Protocol):
    """A backend whose comments can be changed."""


class CommentDeleting(Commented, DeletesComments, Protocol):
    """A backend whose comments can be deleted."""


class Linked(Creating, ReadsLinks, Protocol):
    """A backend that shows links."""


class Linking(Linked, AddsLinks, Protocol):
    """A backend that ties tickets together."""


class Marking(Creating, KeepsExternalIds, Protocol):
    """A backend with a field for somebody else's id."""


class ReadsCommentsContract(Contract):
    """For backends whose journal can be read. Override `backend`."""

    def test_a_new_ticket_has_no_comment_with_text(self, backend: Commented) -> None:
        assert [comment for comment in backend.comments(make_ticket(backend).id) if comment.body.source] == []

    def test_the_journal_of_an_unknown_ticket_is_not_found(self, backend: Commented) -> None:
        with pytest.raises(NotFound):
            list(backend.comments(UNKNOWN_ID))


class AddsCommentsContract(Contract):
    """For backends that add comments. Override `backend`."""

    def test_an_added_comment_reads_back_as_it_was_returned(self, backend: Commented) -> None:
        ticket = make_ticket(backend)
        made = _comment(backend, ticket.id, "A comment")
        assert_well_formed(made)
        assert _written(backend, ticket.id) == [made]

    def test_comments_come_oldest_first(self, backend: Commented) -> None:
        ticket = make_ticket(backend)
        made = [_comment(backend, ticket.id, f"Number {number}") for number in range(3)]
        assert _written(backend, ticket.id) == made
        assert_distinct(comment.id for comment in backend.comments(ticket.id))

    def test_comments_stay_with_their_ticket(self, backend: Commented) -> None:
        one, other = make_ticket(backend), make_ticket(backend)
        _comment(backend, one.id, "Mine")
        assert _written(backend, other.id) == []

    @pytest.mark.parametrize("why", NASTY_TEXTS)
    def test_a_comment_is_kept_to_the_last_code_point(self, backend: Commented, why: str) -> None:
        text = cut(NASTY_TEXTS[why], backend.abilities.limits.comment_length)
        ticket = make_ticket(backend)
        made, (read,) = _comment(backend, ticket.id, text), _written(backend, ticket.id)
        assert_kept(backend, Text(text, backend.abilities.text_format), made.body, read.body)

    def test_whose_comment_it_is_and_since_when_is_held_where_native(self, backend: Commented) -> None:
        native = backend.abilities.native
        author = full_draft(backend).get("reporter") if native.get("comments.author") else None
        draft = CommentDraft(
            body=Text("From another tracker", backend.abilities.text_format),
            author=author,
            created_at=LONG_AGO if native.get("comments.created_at") else None,
            updated_at=LATER if native.get("comments.updated_at") else None,
            changes=_CHANGES if native.get("comments.changes") else (),
            private=bool(native.get("comments.private")),
        )
        made = backend.add_comment(make_ticket(backend).id, draft)
        assert author is None or (made.author is not None and made.author.id == author)
        assert draft.created_at in (None, made.created_at)
        assert draft.updated_at in (None, made.updated_at)
        assert draft.changes in ((), made.changes)
        assert made.private == draft.private

    def test_an_entry_of_changes_only_has_an_empty_body(self, backend: Commented) -> None:
        if backend.abilities.native.get("comments.changes"):
            ticket = make_ticket(backend)
            draft = CommentDraft(body=Text("", backend.abilities.text_format), changes=_CHANGES)
            made = backend.add_comment(ticket.id, draft)
            assert made in list(backend.comments(ticket.id))
            assert (made.body.source, made.changes) == ("", _CHANGES)

    def test_an_older_comment_added_later_comes_first(self, backend: Commented) -> None:
        if backend.abilities.native.get("comments.created_at"):
            ticket, body = make_ticket(backend), Text("When?", backend.abilities.text_format)
            later = backend.add_comment(ticket.id, CommentDraft(body=body, created_at=LATER))
            older = backend.add_comment(ticket.id, CommentDraft(body=body, created_at=LONG_AGO))
            assert _written(backend, ticket.id) == [older, later]

    def test_a_comment_moves_updated_at_only_where_the_backend_says_so(self, backend: Commented) -> None:
        ticket = make_ticket(backend)
        _comment(backend, ticket.id, "Does it move?")
        if not backend.abilities.comments_move_updated_at:
            assert backend.ticket(ticket.id).updated_at == ticket.updated_at

    def test_files_come_with_their_comment(self, backend: Commented) -> None:
        if backend.abilities.native.get("comments.attachments"):
            ticket = make_ticket(backend)
            files = tuple(AttachmentDraft(name=name, stream=io.BytesIO(name.encode())) for name in ("a.txt", "b.txt"))
            draft = CommentDraft(body=Text("See the files", backend.abilities.text_format), attachments=files)
            made = backend.add_comment(ticket.id, draft)
            assert [file.name for file in made.attachments] == ["a.txt", "b.txt"]
            assert backend.ticket(ticket.id).attachments == made.attachments
            assert _written(backend, ticket.id) == [made]

    def test_an_unknown_ticket_takes_no_comment(self, backend: Commented) -> None:
        with pytest.raises(NotFound):
            _comment(backend, UNKNOWN_ID, "Nowhere")


class UpdatesCommentsContract(Contract):
    """For backends whose comments can be changed. Override `backend`."""

    @pytest.mark.parametrize("why", NASTY_TEXTS)
    def test_the_body_is_replaced(self, backend: CommentEditing, why: str) -> None:
        body = Text(cut(NASTY_TEXTS[why], backend.abilities.limits.comment_length), backend.abilities.text_format)
        ticket = make_ticket(backend)
        made, other = _comment(backend, ticket.id, "Before"), _comment(backend, ticket.id, "Another")
        keeps = bool(backend.abilities.native.get("comments.updated_at"))
        changed = backend.update_comment(ticket.id, made.id, body, keep_time=keeps)
        assert (changed.id, changed.body) == (made.id, body)
        assert changed.updated_at == made.updated_at or not keeps
        assert _written(backend, ticket.id) == [changed, other]

    def test_an_unknown_comment_is_not_found(self, backend: CommentEditing) -> None:
        ticket, other = make_ticket(backend), make_ticket(backend)
        elsewhere = _comment(backend, other.id, "At another ticket")
        for comment_id in (UNKNOWN_ID, elsewhere.id):
            with pytest.raises(NotFound):
                backend.update_comment(ticket.id, comment_id, Text("Nowhere", backend.abilities.text_format))


class DeletesCommentsContract(Contract):
    """For backends whose comments can be deleted. Override `backend`."""

    def test_a_deleted_comment_is_gone_and_the_others_stay(self, backend: CommentDeleting) -> None:
        ticket = make_ticket(backend)
        first, gone, last = (_comment(backend, ticket.id, text) for text in ("First", "Gone", "Last"))
        backend.delete_comment(ticket.id, gone.id)
        assert _written(backend, ticket.id) == [first, last]
        with pytest.raises(NotFound):
            backend.delete_comment(ticket.id, gone.id)


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


_CHANGES = (Change(field="status", old="Open", new="Closed 𠮷", id="7"), Change(field="assignees", new="Somebody"))


def _comment(backend: AddsComments, ticket_id: str, text: str) -> Comment:
    text_format = backend.abilities.text_format  # type: ignore[attr-defined]  # every backend has abilities
    return backend.add_comment(ticket_id, CommentDraft(body=Text(text, text_format)))


def _written(backend: ReadsComments, ticket_id: str) -> list[Comment]:
    return [comment for comment in backend.comments(ticket_id) if comment.body.source]


def _unused(backend: Marking, stem: str) -> str:
    """Make up an external id that is new even in a project the kit has been at before."""
    taken = {marked.external_id for marked in backend.externals()}
    return next(mark for mark in (f"{stem} {number}" for number in range(len(taken) + 1)) if mark not in taken)


def _holds(backend: Backend, kind: str) -> bool:
    held = backend.abilities.link_kinds
    return held is None or kind in held
