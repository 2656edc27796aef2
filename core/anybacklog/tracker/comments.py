"""What can be done with the entries of a ticket's journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from anybacklog.backend import (
    AddsComments,
    AttachmentDraft,
    ChangesWithComment,
    CommentDraft,
    DeletesComments,
    ReadsComments,
    UpdatesComments,
)
from anybacklog.model import Change, Comment, Text, Ticket, User
from anybacklog.tracker.drafts import aware
from anybacklog.tracker.opened import Opened, Ref, id_of, owned
from anybacklog.tracker.uploads import uploads


class CommentOperations(Opened):
    """What can be done with the entries of a ticket's journal."""

    def comments(self, ref: Ref) -> Iterator[Comment]:
        """Yield every journal entry, oldest first, those of changes only included."""
        with self._during("comments"):
            backend = self._able(ReadsComments, "comments")
            ticket_id = self._id(ref)
            found = backend.comments(ticket_id)
        return self._each_comment(ticket_id, found)

    def add_comment(
        self,
        ref: Ref,
        body: str | Text,
        *,
        attachments: Sequence[tuple[str, BinaryIO] | AttachmentDraft] = (),
        author: str | User | None = None,
        created_at: datetime | None = None,
        updated_at: datetime | None = None,
        changes: tuple[Change, ...] = (),
        private: bool = False,
        external_id: str | None = None,
    ) -> Comment:
        """Add a comment; `attachments` are (name, stream) pairs, read from where they stand and never closed.

        A pair is by the comment's author and of its time, where the backend can hold that of a file. What
        follows `attachments` needs a backend whose capabilities say `native("comments.author")` and so on.
        """
        with self._during("add_comment"):
            backend = self._able(AddsComments, "add_comment")
            given = {"author": author, "created_at": created_at, "updated_at": updated_at, "changes": changes,
            "private": private,
                     "attachments": attachments, "external_id": external_id}  # fmt: skip
            self._refuse_unheld("comments", given)
            person = self._person(author)
            draft = CommentDraft(
                body=self._drafts().text(body, "comment", "comment_length"),
                attachments=uploads(attachments, self.capabilities, person, created_at),
                author=person,
                created_at=aware(created_at, "created_at"),
                updated_at=aware(updated_at, "updated_at"),
                changes=changes,
                private=private,
                external_id=external_id,
            )
            return backend.add_comment(self._id(ref), draft)

    def change_with_comment(
        self,
        ref: Ref,
        changes: Mapping[str, Any],
        body: str | Text,
        *,
        attachments: Sequence[tuple[str, BinaryIO] | AttachmentDraft] = (),
    ) -> Ticket:
        """Change fields of a ticket and add a comment with its files, all in one write."""
        with self._during("change_with_comment"):
            backend = self._able(ChangesWithComment, "change_with_comment")
            self._refuse_unheld("comments", {"attachments": attachments})
            draft = CommentDraft(
                body=self._drafts().text(body, "comment", "comment_length"),
                attachments=uploads(attachments, self.capabilities),
            )
            return owned(backend.change_with_comment(self._id(ref), self._drafts().to_change(changes), draft))

    def update_comment(self, ref: Ref, comment: Comment | str, body: str | Text, *, keep_time: bool = False) -> Comment:
        """Replace the text of a comment; `keep_time` leaves its `updated_at`, where `native("comments.updated_at")`."""
        with self._during("update_comment"):
            backend = self._able(UpdatesComments, "update_comment")
            self._refuse_unheld("comments", {"updated_at": keep_time})
            text = self._drafts().text(body, "comment", "comment_length")
            return backend.update_comment(self._id(ref), id_of(comment, Comment), text, keep_time=keep_time)

    def delete_comment(self, ref: Ref, comment: Comment | str) -> None:
        """Delete a comment."""
        with self._during("delete_comment"):
            self._able(DeletesComments, "delete_comment").delete_comment(self._id(ref), id_of(comment, Comment))

    def _each_comment(self, ticket_id: str, comments: Iterator[Comment]) -> Iterator[Comment]:
        with self._during("comments"):
            for comment in comments:
                yield owned(comment, ticket_id)
                self._refuse_closed()
