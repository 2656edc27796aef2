"""What hangs on a ticket in memory: the entries of its journal, its files and its links."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from anybacklog.backend import AttachmentDraft, CommentDraft
from anybacklog.errors import NotFound, ValidationError
from anybacklog.model import Attachment, Comment, Link, Text
from anybacklog.store.memory.project import MemoryProject
from anybacklog.store.memory.ticket import MemoryTicket, entry, read_file
from anybacklog.store.values import checked_body, checked_text, plain_value


def add_comment(project: MemoryProject, ticket_id: str, draft: CommentDraft, *, now: datetime) -> Comment:
    """Add an entry and its files."""
    held, words = project.ticket(ticket_id), project.words
    author = words.author(draft.author)
    comment = entry(draft, id=words.people.new_id(), author=author, now=now)
    external_id = plain_value("external_id", draft.external_id)
    files = [(upload, *_read(project, upload, now)) for upload in draft.attachments]
    comment = replace(comment, attachments=tuple(attachment for _, attachment, _ in files))
    held.comments[comment.id] = comment
    project.mark("comment", comment.id, ticket_id, external_id)
    for upload, attachment, content in files:
        _keep(project, held, upload, attachment, content)
    return comment


def update_comment(
    project: MemoryProject, ticket_id: str, comment_id: str, body: Text, *, now: datetime | None
) -> Comment:
    """Replace the body; without `now` the comment's `updated_at` stays."""
    comments = _comments_with(project, ticket_id, comment_id)
    known = comments[comment_id]
    comments[comment_id] = replace(known, body=checked_body(body, "body"), updated_at=now or known.updated_at)
    return comments[comment_id]


def delete_comment(project: MemoryProject, ticket_id: str, comment_id: str) -> None:
    """Delete an entry and its files."""
    comments = _comments_with(project, ticket_id, comment_id)
    for attachment in comments[comment_id].attachments:
        delete_attachment(project, ticket_id, attachment.id)
    del comments[comment_id]
    project.unmark(lambda marked: (marked.kind, marked.id) == ("comment", comment_id))


def content_of(project: MemoryProject, ticket_id: str, attachment_id: str) -> bytes:
    """Give the bytes of a file."""
    files = project.ticket(ticket_id).files
    if attachment_id not in files:
        raise NotFound("attachment", attachment_id, local=True)
    return files[attachment_id]


def add_attachment(project: MemoryProject, ticket_id: str, draft: AttachmentDraft, *, now: datetime) -> Attachment:
    """Keep the rest of the stream."""
    held = project.ticket(ticket_id)
    attachment, content = _read(project, draft, now)
    _keep(project, held, draft, attachment, content)
    return attachment


def delete_attachment(project: MemoryProject, ticket_id: str, attachment_id: str) -> None:
    """Delete a file, from its comment too."""
    held = project.ticket(ticket_id)
    if held.files.pop(attachment_id, None) is None:
        raise NotFound("attachment", attachment_id, local=True)
    held.drop_attachment(attachment_id)
    project.unmark(lambda marked: (marked.kind, marked.id) == ("attachment", attachment_id))


def add_link(project: MemoryProject, ticket_id: str, kind: str, other_id: str) -> Link:
    """Tie two tickets; both sides show one id, the other side the inverse kind."""
    here, there = project.ticket(ticket_id), project.ticket(other_id)
    if ticket_id == other_id:
        raise ValidationError("a ticket cannot be linked to itself", field="links", value=other_id)
    return here.tie(checked_text(kind, "kind"), there, project.words.people.new_id)


def _comments_with(project: MemoryProject, ticket_id: str, comment_id: str) -> dict[str, Comment]:
    comments = project.ticket(ticket_id).comments
    if comment_id not in comments:
        raise NotFound("comment", comment_id, local=True)
    return comments


def _read(project: MemoryProject, draft: AttachmentDraft, now: datetime) -> tuple[Attachment, bytes]:
    author = project.words.author(draft.author)
    return read_file(draft, id=project.words.people.new_id(), author=author, now=now)


def _keep(
    project: MemoryProject, held: MemoryTicket, draft: AttachmentDraft, attachment: Attachment, content: bytes
) -> None:
    held.keep_attachment(attachment, content)
    project.mark("attachment", attachment.id, held.ticket.id, draft.external_id)
