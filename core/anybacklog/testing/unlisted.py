"""Contracts of what travels in one write with a change of a ticket."""

from __future__ import annotations

import io
from typing import Protocol

import pytest

from anybacklog.backend import AttachmentDraft, ChangesWithComment, CommentDraft, ReadsComments
from anybacklog.errors import NotFound
from anybacklog.model import Text
from anybacklog.testing.common import UNKNOWN_ID, Contract, Creating, assert_kept, make_ticket


class Counting(Creating, ChangesWithComment, Protocol):
    """A backend whose comments travel with changes."""


class ChangesWithCommentContract(Contract):
    """For backends that change a ticket and comment on it in one write. Override `backend`."""

    def test_the_change_and_the_comment_both_arrive(self, backend: Counting) -> None:
        made, comment = make_ticket(backend), CommentDraft(body=Text("Both at once", backend.abilities.text_format))
        changed = backend.change_with_comment(made.id, {"title": "Changed with a comment"}, comment)
        assert backend.ticket(made.id) == changed
        assert changed.title == "Changed with a comment"
        if isinstance(backend, ReadsComments) and "comments" not in backend.abilities.unreadable:
            (read,) = backend.comments(made.id)
            assert_kept(backend, comment.body, read.body)

    def test_a_comment_brings_its_files_along_where_comments_have_some(self, backend: Counting) -> None:
        if isinstance(backend, ReadsComments) and backend.abilities.native.get("comments.attachments"):
            made, text = make_ticket(backend), Text("With a file", backend.abilities.text_format)
            files = (AttachmentDraft(name="trace.txt", stream=io.BytesIO(b"one line\n")),)
            changed = backend.change_with_comment(
                made.id, {"title": "Changed"}, CommentDraft(body=text, attachments=files)
            )
            (comment,) = backend.comments(made.id)
            assert (comment.body, comment.attachments, changed.title) == (text, changed.attachments, "Changed")
            assert [each.name for each in comment.attachments] == ["trace.txt"]

    def test_an_unknown_ticket_takes_neither(self, backend: Counting) -> None:
        comment = CommentDraft(body=Text("Nowhere", backend.abilities.text_format))
        with pytest.raises(NotFound):
            backend.change_with_comment(UNKNOWN_ID, {"title": "Nowhere"}, comment)
