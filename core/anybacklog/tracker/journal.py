"""What hangs on a ticket: comments, files, links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

from anybacklog.backend import (
    AddsAttachments,
    AddsComments,
    AddsLinks,
    AttachmentDraft,
    ChangesWithComment,
    CommentDraft,
    CreatesWithFiles,
    DeletesAttachments,
    DeletesComments,
    ReadsAttachments,
    ReadsComments,
    ReadsLinks,
    UpdatesComments,
)  # fmt: skip
from anybacklog.errors import UnsupportedOperation, ValidationError
from anybacklog.model import (
    Attachment,
    Change,
    Comment,
    Link,
    Text,
    Ticket,
    TicketDraft,
    User,
)  # fmt: skip
from anybacklog.tracker.drafts import aware
from anybacklog.tracker.opened import Opened, Ref, owned
from anybacklog.tracker.streams import limited, refuse_text, verified


class JournalOperations(Opened):
    """What can be done with what hangs on a ticket."""

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
                attachments=self._uploads(attachments, person, created_at),
                author=person,
                created_at=aware(created_at, "created_at"),
                updated_at=aware(updated_at, "updated_at"),
                changes=changes,
                private=private,
                external_id=external_id,
            )
            return backend.add_comment(self._id(ref), draft)

    def create_with_files(
        self,
        draft: TicketDraft,
        attachments: Sequence[tuple[str, BinaryIO] | AttachmentDraft],
        *,
        exact: bool = False,
    ) -> Ticket:
        """Create a ticket and its files in one write; `attachments` and `exact` as of `add_comment`, `create_ticket`.

        If a file is refused, nothing is made.
        """
        with self._during("create_with_files"):
            backend = self._able(CreatesWithFiles, "create_with_files")
            fields = self._drafts().to_create(draft, exact=exact)
            return owned(backend.create_with_files(fields, self._uploads(attachments)))

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
                attachments=self._uploads(attachments),
            )
            return owned(backend.change_with_comment(self._id(ref), self._drafts().to_change(changes), draft))

    def update_comment(self, ref: Ref, comment: Comment | str, body: str | Text, *, keep_time: bool = False) -> Comment:
        """Replace the text of a comment; `keep_time` leaves its `updated_at`, where `native("comments.updated_at")`."""
        with self._during("update_comment"):
            backend = self._able(UpdatesComments, "update_comment")
            self._refuse_unheld("comments", {"updated_at": keep_time})
            text = self._drafts().text(body, "comment", "comment_length")
            return backend.update_comment(self._id(ref), _id_of(comment, Comment), text, keep_time=keep_time)

    def delete_comment(self, ref: Ref, comment: Comment | str) -> None:
        """Delete a comment."""
        with self._during("delete_comment"):
            self._able(DeletesComments, "delete_comment").delete_comment(self._id(ref), _id_of(comment, Comment))

    def attachments(self, ref: Ref) -> Sequence[Attachment]:
        """List the files at a ticket, those of its comments included, oldest first."""
        with self._during("attachments"):
            backend = self._able(ReadsAttachments, "attachments")
            ticket_id = self._id(ref)
            return tuple(replace(attachment, ticket=ticket_id) for attachment in backend.attachments(ticket_id))

    def add_attachment(
        self,
        ref: Ref,
        name: str,
        stream: BinaryIO,
        *,
        author: str | User | None = None,
        created_at: datetime | None = None,
        content_type: str | None = None,
        external_id: str | None = None,
    ) -> Attachment:
        """Put a file at a ticket: read from where the stream stands to its end; the stream stays open."""
        with self._during("add_attachment"):
            backend = self._able(AddsAttachments, "add_attachment")
            self._refuse_unheld("attachments", {"author": author, "created_at": created_at, "external_id": external_id})
            draft = AttachmentDraft(
                name=name, stream=stream, content_type=content_type, author=self._person(author), created_at=created_at,
                external_id=external_id,
            )  # fmt: skip
            ticket_id = self._id(ref)
            return replace(backend.add_attachment(ticket_id, self._upload(draft)), ticket=ticket_id)

    @contextmanager
    def open_attachment(self, attachment: Attachment) -> Iterator[BinaryIO]:
        """Open a file of a ticket read from this tracker; size, and hash if known, are checked at its end."""
        with self._during("open_attachment"):
            backend = self._able(ReadsAttachments, "open_attachment")
            if not isinstance(attachment, Attachment):
                raise ValidationError(
                    f"open_attachment takes what attachments(ref) lists, not {type(attachment).__name__}",
                    field="attachment",
                    value=attachment,
                )
            if attachment.ticket is None:
                raise ValidationError(
                    f"attachment {attachment.name!r} does not say whose it is; read it with attachments(ref)",
                    field="attachment",
                )
            with backend.open_attachment(attachment.ticket, attachment) as stream:
                yield verified(stream, attachment)

    def delete_attachment(self, ref: Ref, attachment: Attachment | str) -> None:
        """Delete a file from a ticket."""
        with self._during("delete_attachment"):
            self._able(DeletesAttachments, "delete_attachment").delete_attachment(
                self._id(ref), _id_of(attachment, Attachment)
            )

    def links(self, ref: Ref) -> Sequence[Link]:
        """List the ties of a ticket as seen from it."""
        with self._during("links"):
            return tuple(self._able(ReadsLinks, "links").links(self._id(ref)))

    def whole(self, ticket: Ticket) -> Ticket:
        """Give a ticket with its links too, where `capabilities.apart` says that tickets come without them."""
        return replace(ticket, links=tuple(self.links(ticket))) if "links" in self.capabilities.apart else ticket

    def add_link(self, ref: Ref, kind: str, other: Ref) -> Link:
        """Tie two tickets; the same tie again gives back the one that is there.

        ValidationError for a kind that is not one of `capabilities.link_kinds`.
        """
        with self._during("add_link"):
            _refuse_empty(kind, "a link needs a kind, such as relates or blocks", "kind")
            return self._able(AddsLinks, "add_link").add_link(self._id(ref), kind, self._id(other))

    def _each_comment(self, ticket_id: str, comments: Iterator[Comment]) -> Iterator[Comment]:
        with self._during("comments"):
            for comment in comments:
                yield owned(comment, ticket_id)
                self._refuse_closed()

    def _person(self, word: str | User | None) -> str | None:
        return None if word is None else self._words.id_of("users", "author", word)

    def _uploads(
        self, given: Iterable[Any], author: str | None = None, created_at: datetime | None = None
    ) -> tuple[AttachmentDraft, ...]:
        """Read the files of one write; more than a ticket can have are refused before the first of them is sent."""
        files = tuple(self._files(given, author, created_at))
        limit = self.capabilities.limits.attachments_per_ticket if files else None
        if limit is not None and len(files) > limit:
            raise ValidationError(
                f"{len(files)} attachments were given, at most {limit} are taken here for a ticket; give fewer",
                field="attachments", limit=limit, value=len(files),
            )  # fmt: skip
        return tuple(map(self._upload, files))

    def _files(
        self, given: Iterable[Any], author: str | None, created_at: datetime | None
    ) -> Iterator[AttachmentDraft]:
        """Read the files of a comment; a pair says nothing of who and when, so the comment does."""
        native = self.capabilities.native
        by = author if author is not None and native("attachments.author") else None
        when = created_at if created_at is not None and native("attachments.created_at") else None
        for each in given:
            if isinstance(each, AttachmentDraft):
                yield each
            elif isinstance(each, tuple | list) and len(each) == 2:
                yield AttachmentDraft(name=each[0], stream=each[1], author=by, created_at=when)
            else:
                raise ValidationError(
                    "attachments of a comment are a list of (name, stream) pairs", field="attachments", value=each
                )

    def _upload(self, draft: AttachmentDraft) -> AttachmentDraft:
        _refuse_empty(draft.name, "an attachment needs a name", "attachments")
        refuse_text(draft.stream, draft.name)
        stream = limited(draft.stream, draft.name, self.capabilities.limits.attachment_size)
        return replace(draft, stream=stream, created_at=aware(draft.created_at, "created_at"))

    def _refuse_unheld(self, what: str, given: Mapping[str, Any]) -> None:
        for name, value in given.items():
            reason = self.capabilities.why_not(f"{what}.{name}") if value not in (None, (), [], False) else None
            if reason is not None:
                raise UnsupportedOperation(f"{what}.{name}", reason)


def _refuse_empty(word: Any, sentence: str, field: str) -> None:
    if not isinstance(word, str) or not word:
        raise ValidationError(sentence, field=field, value=word)


def _id_of(noun: Any, kind: type[Comment | Attachment]) -> str:
    if isinstance(noun, str):
        return noun
    if not isinstance(noun, kind):
        word = kind.__name__.lower()
        raise ValidationError(
            f"a {word} is named by its id (a str) or itself, not by {type(noun).__name__}", field=word, value=noun
        )
    return str(noun.id)
