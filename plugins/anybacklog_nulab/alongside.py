"""What goes along with an issue or a comment when it is written: people to notify, and files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from anybacklog.plugin import AttachmentDraft, Comment, Ticket, User
from anybacklog_nulab.reach import Reach, Ref, id_of
from anybacklog_nulab.schemas import USER


class Alongside(Reach):
    """What a draft has no word for."""

    @contextmanager
    def alongside(
        self, *, notify: Iterable[User | Ref] = (), files: Iterable[tuple[str, BinaryIO]] = ()
    ) -> Iterator[None]:
        """Let each issue made or changed and each comment added in this block notify these people.

        `files`, (name, stream) pairs, go with the first of these writes, so that a new issue has them from its
        beginning. Each is sent ahead when the block is entered: `POST /space/attachment` (post-attachment-file), of the
        update budget. The service keeps them for an hour; what no write took, it then deletes. ValidationError for a
        name that the space would change.
        """
        people = [_id("user", person) for person in notify]
        uploads = [self._client.upload(AttachmentDraft(name=name, stream=stream)) for name, stream in files]
        with self._client.adding(notify=people, uploads=uploads):
            yield

    def notified(self, ticket: Ticket | Ref, comment: Comment | Ref) -> Sequence[User]:
        """List whom a comment notified: `GET /issues/{i}/comments/{c}/notifications`, read.

        Page: get-list-of-comment-notifications.
        """
        rows = self._client.rows(_notifications(ticket, comment))
        return [USER.load(row["user"]) for row in rows if row.get("user")]

    def notify(self, ticket: Ticket | Ref, comment: Comment | Ref, people: Iterable[User | Ref]) -> None:
        """Notify more people of one's own comment: `POST /issues/{i}/comments/{c}/notifications`, update.

        Page: add-comment-notification. Nobody is notified twice of one comment; nobody at all is still an event in the
        project's feed (observed), and so is not asked.
        """
        ids = [_id("user", person) for person in people]
        if ids:
            self._client.write("POST", _notifications(ticket, comment), {"notifiedUserId[]": ids})


def _notifications(ticket: Ticket | Ref, comment: Comment | Ref) -> str:
    return f"issues/{_id('ticket', ticket)}/comments/{_id('comment', comment)}/notifications"


def _id(kind: str, noun: Ticket | Comment | User | Ref) -> str:
    return id_of(kind, noun if isinstance(noun, str | int) else noun.id)
