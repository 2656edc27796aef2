"""What hangs on an issue: comments with their changes, and files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

from anybacklog.plugin import (
    Attachment,
    AttachmentDraft,
    Comment,
    CommentDraft,
    ProtocolError,
    Text,
    ValidationError,
)  # fmt: skip
from anybacklog_nulab import convert
from anybacklog_nulab.listing import Json
from anybacklog_nulab.opened import Opened, number
from anybacklog_nulab.schemas import ATTACHMENT, COMMENT, ISSUE

Files = Mapping[str, Attachment]


class JournalOperations(Opened):
    """What can be done with comments and files."""

    def comments(self, ticket_id: str) -> Iterator[Comment]:
        """Yield the journal, oldest first: `GET /issues/{i}/comments` (get-comment-list), read.

        What an entry added and somebody deleted since is a change only. So where an entry names files, the ticket's
        are needed too: as it was just listed, else, or where one came after that, they are asked for once.
        """
        listed = self._listed_files.pop(ticket_id, None)
        files, newest = _by_id(listed or ()), -1 if listed is None else _newest(file.id for file in listed)
        asked = False
        for raw in self._client.comments(number("ticket", ticket_id)):
            comment = self._loaded(ticket_id, raw)
            if not asked and _newest(convert.added_files(comment)) > newest:
                files, asked = _by_id(self.attachments(ticket_id)), True
            yield convert.to_comment(comment, raw, self._text_format, files)

    def add_comment(self, ticket_id: str, draft: CommentDraft) -> Comment:
        """Write a comment of up to 50,000 characters, its files with it: `POST /issues/{i}/comments` (add-comment).

        Each file is sent ahead: `POST /space/attachment` (post-attachment-file); all are calls of the update budget. A
        comment without text is a ValidationError. It leaves the issue's `updated` as it is, unless files come with it
        (observed).
        """
        path = f"{self._issue_path(ticket_id)}/comments"
        content = content_of(draft.body)
        uploads = [self._client.upload(file) for file in draft.attachments]
        form = {"content": content, "attachmentId[]": uploads}
        comment = self._written(ticket_id, "POST", path, form)
        if len(comment.attachments) < len(uploads):
            raise ProtocolError(
                f"comment {comment.id} of issue {ticket_id} was given {len(uploads)} files, but shows "
                f"{len(comment.attachments)}; look at it there"
            )
        return comment

    def update_comment(self, ticket_id: str, comment_id: str, body: Text, *, keep_time: bool = False) -> Comment:  # noqa: ARG002  # the space sets it
        """Replace the text of one's own comment: `PATCH /issues/{i}/comments/{c}` (update-comment), update.

        Neither the feed nor the issue's `updated` tells of it (observed). PermissionDenied for somebody else's.
        """
        path = f"{self._issue_path(ticket_id)}/comments/{number('comment', comment_id)}"
        return self._written(ticket_id, "PATCH", path, {"content": content_of(body)})

    def delete_comment(self, ticket_id: str, comment_id: str) -> None:
        """Delete one's own comment: `DELETE /issues/{i}/comments/{c}` (delete-comment), update. Its files stay."""
        self._client.delete(f"{self._issue_path(ticket_id)}/comments/{number('comment', comment_id)}")

    def attachments(self, ticket_id: str) -> Sequence[Attachment]:
        """List the files: `GET /issues/{i}/attachments` (get-list-of-issue-attachments), read."""
        rows = self._client.rows(f"issues/{number('ticket', ticket_id)}/attachments")
        with convert.naming(f"the files of issue {ticket_id}"):
            return convert.to_attachments(ATTACHMENT.load(rows, many=True))

    def open_attachment(self, ticket_id: str, attachment: Attachment) -> AbstractContextManager[BinaryIO]:
        """Stream a file: `GET /issues/{i}/attachments/{id}` (get-issue-attachment), read.

        The header names it only as `filename*` (observed); `attachment.name` is the same name.
        """
        return self._client.download(number("ticket", ticket_id), number("attachment", attachment.id))

    def add_attachment(self, ticket_id: str, draft: AttachmentDraft) -> Attachment:
        """Send a file ahead, then put it at the issue; both update.

        `POST /space/attachment` (post-attachment-file), `PATCH /issues/{i}` (update-issue).
        That leaves an entry of changes in the journal (observed). Too large, too many, or a space that is full is a
        ValidationError; so is a name that the space would change.
        """
        path = self._issue_path(ticket_id)
        upload = self._client.upload(draft)
        issue = self._client.write("PATCH", path, {"attachmentId[]": [upload]})
        with convert.naming(f"the files of issue {ticket_id}"):
            files = convert.to_attachments(ISSUE.load(issue)["attachments"])
        self._listed_files.pop(ticket_id, None)
        if not files or files[-1].name != draft.name:  # ids grow; one of this name further up was there before
            raise ProtocolError(
                f"issue {ticket_id} was given the file {draft.name!r}, but does not show it; look there"
            )
        return files[-1]

    def delete_attachment(self, ticket_id: str, attachment_id: str) -> None:
        """Delete a file: `DELETE /issues/{i}/attachments/{id}` (delete-issue-attachment), update.

        That leaves an entry of changes in the journal.
        """
        self._client.delete(f"{self._issue_path(ticket_id)}/attachments/{number('attachment', attachment_id)}")
        self._listed_files.pop(ticket_id, None)

    def _written(self, ticket_id: str, method: str, path: str, form: Mapping[str, Any]) -> Comment:
        """Write a comment; an answer with another text than was sent is a ProtocolError."""
        raw = self._client.write(method, path, form)
        loaded = self._loaded(ticket_id, raw)
        self._listed_files.pop(ticket_id, None)
        files = _by_id(self.attachments(ticket_id)) if convert.added_files(loaded) else {}
        comment = convert.to_comment(loaded, raw, self._text_format, files)
        if comment.body.source != form["content"]:
            raise ProtocolError(
                f"comment {comment.id} of issue {ticket_id} was written, but the space holds another text than was "
                "sent; look at it there"
            )
        return comment

    def _loaded(self, ticket_id: str, raw: Json) -> Json:
        with convert.naming(f"comment {raw.get('id')} of issue {ticket_id}"):
            found: Json = COMMENT.load(raw)
            return found


def content_of(body: Text) -> str:
    """Give the text to send; ValidationError if there is none."""
    if not body.source:
        raise ValidationError("a comment needs a text here; write one", field="comment", value="")
    return body.source


def _newest(ids: Iterable[str]) -> int:
    """Give the highest id, since ids grow; -1: there is none."""
    return max(map(int, ids), default=-1)


def _by_id(files: Sequence[Attachment]) -> Files:
    return {each.id: each for each in files}
