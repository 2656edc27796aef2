"""Contracts of a ticket's comments."""

from __future__ import annotations

import io
from typing import Protocol

import pytest

from anybacklog.backend import (
    AddsComments,
    AttachmentDraft,
    CommentDraft,
    DeletesComments,
    ReadsComments,
    UpdatesComments,
)
from anybacklog.errors import NotFound
from anybacklog.model import Change, Comment, Text
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


_CHANGES = (Change(field="status", old="Open", new="Closed 𠮷", id="7"), Change(field="assignees", new="Somebody"))


def _comment(backend: AddsComments, ticket_id: str, text: str) -> Comment:
    text_format = backend.abilities.text_format  # type: ignore[attr-defined]  # every backend has abilities
    return backend.add_comment(ticket_id, CommentDraft(body=Text(text, text_format)))


def _written(backend: ReadsComments, ticket_id: str) -> list[Comment]:
    return [comment for comment in backend.comments(ticket_id) if comment.body.source]
