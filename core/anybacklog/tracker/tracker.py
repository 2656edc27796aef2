"""The Tracker itself: one method per operation of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeVar, cast

from anybacklog.backend import (
    OPERATIONS,
    AddsAttachments,
    AddsComments,
    AddsLinks,
    AddsMetadata,
    AttachmentDraft,
    Backend,
    CommentDraft,
    CountsRequests,
    CreatesTickets,
    DeletesAttachments,
    DeletesComments,
    DeletesTickets,
    Extends,
    KeepsExternalIds,
    KnowsMyself,
    ListsActivities,
    ListsProjects,
    Marked,
    Metadata,
    ReadsAttachments,
    ReadsComments,
    ReadsLinks,
    SpeaksRaw,
    UpdatesComments,
    UpdatesTickets,
)  # fmt: skip
from anybacklog.errors import AnyBacklogError, Conflict, UnsupportedOperation, ValidationError
from anybacklog.location import Location
from anybacklog.model import (
    Activity,
    Attachment,
    Category,
    Change,
    Comment,
    CustomField,
    Link,
    Milestone,
    Priority,
    Project,
    Resolution,
    Status,
    Text,
    Ticket,
    TicketDraft,
    TicketType,
    User,
    Version,
)  # fmt: skip
from anybacklog.query import TicketQuery
from anybacklog.tracker.capabilities import Capabilities
from anybacklog.tracker.drafts import Drafts, aware
from anybacklog.tracker.listing import build_query, counted, listed
from anybacklog.tracker.streams import limited, verified
from anybacklog.tracker.words import Words

P = TypeVar("P")
Ref = Ticket | str | int


class Tracker:
    """A live connection to one project of one backend; a context manager. It and its iterators belong to one thread.

    A `ref` is a Ticket, a `str` (tried as key, then id) or an `int` (id). Every write returns what the backend now
    holds.
    """

    def __init__(self, backend: Backend, location: Location) -> None:
        self.location = location
        self._backend = backend
        self._words = Words(backend)
        self._capabilities = Capabilities(backend, location.scheme)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Tracker {self.location}>"

    @property
    def capabilities(self) -> Capabilities:
        """What works here, and within which limits: asked before the call."""
        return self._capabilities

    def close(self) -> None:
        """Let go of the connection; the tracker is not used again."""
        self._backend.close()

    def identity(self) -> str:
        """Name the project for good, whatever the URL is written like."""
        with self._during("identity"):
            return self._backend.identity()

    # ---- the project and its words

    def project(self) -> Project:
        """Read the project the URL names."""
        with self._during("project"):
            return self._backend.project()

    def projects(self) -> Sequence[Project]:
        """List the projects these credentials see; works without a project in the URL."""
        with self._during("projects"):
            return tuple(self._able(ListsProjects, "projects").projects())

    def myself(self) -> User:
        """Read whose credentials these are; works without a project in the URL."""
        with self._during("myself"):
            return self._able(KnowsMyself, "myself").myself()

    def users(self) -> Sequence[User]:
        """List the people of the project."""
        return self._vocabulary("users")

    def ticket_types(self) -> Sequence[TicketType]:
        """List the types a ticket can have."""
        return self._vocabulary("ticket_types")

    def statuses(self) -> Sequence[Status]:
        """List the statuses a ticket can have, in workflow order."""
        return self._vocabulary("statuses")

    def priorities(self) -> Sequence[Priority]:
        """List the priorities a ticket can have."""
        return self._vocabulary("priorities")

    def resolutions(self) -> Sequence[Resolution]:
        """List the resolutions a ticket can end with."""
        return self._vocabulary("resolutions")

    def categories(self) -> Sequence[Category]:
        """List the categories of the project."""
        return self._vocabulary("categories")

    def milestones(self) -> Sequence[Milestone]:
        """List the milestones of the project."""
        return self._vocabulary("milestones")

    def versions(self) -> Sequence[Version]:
        """List the versions a ticket can affect."""
        return self._vocabulary("versions")

    def custom_fields(self) -> Sequence[CustomField]:
        """List the definitions of the project's own fields."""
        return self._vocabulary("custom_fields")

    def add_metadata(self, kind: str, noun: Metadata) -> Metadata:
        """Create a type, status, user and the like in the project; `kind` is the method that lists it."""
        if kind not in self.capabilities.creatable:
            raise UnsupportedOperation("add_metadata", f"{self.location.scheme} cannot create {kind.replace('_', ' ')}")
        with self._during("add_metadata"):
            self._words.forget(kind)
            return self._able(AddsMetadata, "add_metadata").add_metadata(noun)

    # ---- tickets

    def tickets(
        self, *, order: str = "created", options: Mapping[str, Any] | None = None, **filters: Any
    ) -> Iterator[Ticket]:
        """List tickets lazily: creation order, oldest first, unless `order="-updated"` and the like.

        Filters: status category type priority assignee reporter milestone parent text created_since created_until
        updated_since updated_until; one value or several. Lower bounds inclusive, upper exclusive; a `date` is 00:00
        UTC. `options` are the vendor's own. Raises IncompleteListing when the backend counted more than it listed.
        """
        query = self._query(filters, order, options)
        return self._owning(listed(self._backend, query))

    def count_tickets(self, *, options: Mapping[str, Any] | None = None, **filters: Any) -> int:
        """Count what `tickets()` would list with the same filters."""
        query = self._query(filters, "created", options)
        with self._during("count_tickets"):
            return counted(self._backend, query)

    def ticket(self, ref: Ref) -> Ticket:
        """Read one ticket afresh."""
        with self._during("ticket"):
            return _owned(self._backend.ticket(ref.id if isinstance(ref, Ticket) else str(ref)))

    def create_ticket(self, draft: TicketDraft, *, exact: bool = False) -> Ticket:
        """Create a ticket. What the draft leaves empty is the backend's to choose, unless it is to be `exact`."""
        with self._during("create_ticket"):
            backend = self._able(CreatesTickets, "create_ticket")
            return _owned(backend.create_ticket(self._drafts().to_create(draft, exact=exact)))

    def update_ticket(
        self, ref: Ref, changes: Mapping[str, Any], *, if_unchanged_since: Ticket | None = None
    ) -> Ticket:
        """Change the fields that `changes` names; None or empty clears, a list replaces the list.

        Last writer wins, unless `if_unchanged_since` is given: Conflict when the ticket is not as it was then.
        """
        with self._during("update_ticket"):
            backend = self._able(UpdatesTickets, "update_ticket")
            fields = self._drafts().to_change(changes)
            ticket_id = self._id(ref)
            if if_unchanged_since is not None and self.ticket(ticket_id) != if_unchanged_since:
                raise Conflict(f"ticket {if_unchanged_since.key} was changed meanwhile; read it again, then decide")
            return _owned(backend.update_ticket(ticket_id, fields))

    def delete_ticket(self, ref: Ref) -> None:
        """Delete a ticket with all that hangs on it."""
        with self._during("delete_ticket"):
            self._able(DeletesTickets, "delete_ticket").delete_ticket(self._id(ref))

    # ---- what hangs on a ticket

    def comments(self, ref: Ref) -> Iterator[Comment]:
        """Yield every journal entry, oldest first, those of changes only included."""
        with self._during("comments"):
            ticket_id = self._id(ref)
            found = self._able(ReadsComments, "comments").comments(ticket_id)
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

        What follows `attachments` needs a backend whose capabilities say `native("comments.author")` and so on.
        """
        with self._during("add_comment"):
            backend = self._able(AddsComments, "add_comment")
            given = {"author": author, "created_at": created_at, "updated_at": updated_at, "changes": changes,
            "private": private,
                     "attachments": attachments, "external_id": external_id}  # fmt: skip
            self._refuse_unheld("comments", given)
            draft = CommentDraft(
                body=self._drafts().text(body, "comment", "comment_length"),
                attachments=tuple(self._upload(each) for each in attachments),
                author=self._person(author),
                created_at=aware(created_at, "created_at"),
                updated_at=aware(updated_at, "updated_at"),
                changes=changes,
                private=private,
                external_id=external_id,
            )
            return backend.add_comment(self._id(ref), draft)

    def update_comment(self, ref: Ref, comment: Comment | str, body: str | Text) -> Comment:
        """Replace the text of a comment."""
        with self._during("update_comment"):
            backend = self._able(UpdatesComments, "update_comment")
            text = self._drafts().text(body, "comment", "comment_length")
            return backend.update_comment(self._id(ref), _id_of(comment), text)

    def delete_comment(self, ref: Ref, comment: Comment | str) -> None:
        """Delete a comment."""
        with self._during("delete_comment"):
            self._able(DeletesComments, "delete_comment").delete_comment(self._id(ref), _id_of(comment))

    def attachments(self, ref: Ref) -> Sequence[Attachment]:
        """List the files at a ticket, those of its comments included, oldest first."""
        with self._during("attachments"):
            ticket_id = self._id(ref)
            found = self._able(ReadsAttachments, "attachments").attachments(ticket_id)
            return tuple(replace(attachment, ticket=ticket_id) for attachment in found)

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
            self._able(DeletesAttachments, "delete_attachment").delete_attachment(self._id(ref), _id_of(attachment))

    def links(self, ref: Ref) -> Sequence[Link]:
        """List the ties of a ticket as seen from it."""
        with self._during("links"):
            return tuple(self._able(ReadsLinks, "links").links(self._id(ref)))

    def add_link(self, ref: Ref, kind: str, other: Ref) -> Link:
        """Tie two tickets; the same tie again gives back the one that is there."""
        with self._during("add_link"):
            return self._able(AddsLinks, "add_link").add_link(self._id(ref), kind, self._id(other))

    # ---- everything else

    def activities(self) -> Iterator[Activity]:
        """Yield what happened in the project, newest first."""
        with self._during("activities"):
            return self._able(ListsActivities, "activities").activities()

    def find_external(self, external_id: str) -> Marked | None:
        """Find the ticket, comment or attachment that was written with this external id."""
        with self._during("find_external"):
            return self._able(KeepsExternalIds, "find_external").find_external(external_id)

    def externals(self) -> Iterator[Marked]:
        """Yield everything that carries an external id."""
        with self._during("externals"):
            return self._able(KeepsExternalIds, "externals").externals()

    def extension(self, kind: type[P]) -> P:
        """Give the vendor's typed extras of this type, or say that this backend has none such."""
        extra = self._backend.extension(kind) if isinstance(self._backend, Extends) else None
        if extra is None:
            raise UnsupportedOperation("extension", f"{self.location.scheme} has no {kind.__name__}")
        return cast("P", extra)

    def raw(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, data: Any = None) -> Any:
        """Make any call the service has, with auth, budget, retry and redaction."""
        with self._during("raw"):
            return self._able(SpeaksRaw, "raw").raw(method, path, params=params, data=data)

    def requests(self) -> dict[str, int]:
        """Give the requests made so far, per rate bucket; none for a backend that makes none."""
        return dict(self._backend.requests()) if isinstance(self._backend, CountsRequests) else {}

    # ---- below their callers

    def _able(self, _ability: type[P], operation: str) -> P:
        if not isinstance(self._backend, OPERATIONS[operation]):
            raise UnsupportedOperation(operation, self.capabilities.why_not(operation) or "")
        return cast("P", self._backend)

    @contextmanager
    def _during(self, operation: str) -> Iterator[None]:
        try:
            yield
        except AnyBacklogError as error:
            error.backend = error.backend or str(self.location)
            error.operation = error.operation or operation
            raise

    def _vocabulary(self, kind: str) -> tuple[Any, ...]:
        with self._during(kind):
            self._able(object, kind)
            return tuple(self._words.all(kind))

    def _drafts(self) -> Drafts:
        return Drafts(self._backend.abilities, self.capabilities, self._words, self._id)

    def _query(self, filters: Mapping[str, Any], order: str, options: Mapping[str, Any] | None) -> TicketQuery:
        with self._during("tickets"):
            wanted = filters.get("parent")
            several = wanted if isinstance(wanted, (list, tuple, set, frozenset)) else (wanted,)
            parents = None if wanted is None else frozenset(self._id(ref) for ref in several)
            return build_query(self._words, filters, parents=parents, order=order, options=options or {})

    def _owning(self, tickets: Iterator[Ticket]) -> Iterator[Ticket]:
        with self._during("tickets"):
            for ticket in tickets:
                yield _owned(ticket)

    def _each_comment(self, ticket_id: str, comments: Iterator[Comment]) -> Iterator[Comment]:
        with self._during("comments"):
            for comment in comments:
                yield _owned(comment, ticket_id)

    def _id(self, ref: Ref) -> str:
        return ref.id if isinstance(ref, Ticket) else self._backend.ticket(str(ref)).id

    def _person(self, word: str | User | None) -> str | None:
        return None if word is None else self._words.id_of("users", "author", word)

    def _upload(self, given: tuple[str, BinaryIO] | AttachmentDraft) -> AttachmentDraft:
        draft = given if isinstance(given, AttachmentDraft) else AttachmentDraft(name=given[0], stream=given[1])
        if not draft.name:
            raise ValidationError("an attachment needs a name", field="attachments")
        stream = limited(draft.stream, draft.name, self.capabilities.limits.attachment_size)
        return replace(draft, stream=stream, created_at=aware(draft.created_at, "created_at"))

    def _refuse_unheld(self, what: str, given: Mapping[str, Any]) -> None:
        for name, value in given.items():
            reason = self.capabilities.why_not(f"{what}.{name}") if value not in (None, (), [], False) else None
            if reason is not None:
                raise UnsupportedOperation(f"{what}.{name}", reason)


N = TypeVar("N", Ticket, Comment)


def _owned(noun: N, ticket_id: str | None = None) -> N:
    """Let each attachment remember its ticket, so that it can be opened by itself."""
    if not noun.attachments:
        return noun
    owner = ticket_id or noun.id
    return replace(noun, attachments=tuple(replace(attachment, ticket=owner) for attachment in noun.attachments))


def _id_of(noun: Comment | Attachment | str) -> str:
    return noun if isinstance(noun, str) else noun.id
