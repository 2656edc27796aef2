"""THE BOUNDARY: what an adapter implements. Few required methods; each optional ability is a protocol of its own.

Implementing a protocol *is* declaring the ability. Behind this boundary every word is an id: the Tracker has looked
names up, checked limits and refused what the backend cannot do before it calls. A ticket is named by its id.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO, Literal, Protocol, TypeAlias, TypedDict, runtime_checkable

from anybacklog.abilities import Abilities
from anybacklog.location import Location
from anybacklog.model import (
    Activity,
    Attachment,
    Category,
    Change,
    Comment,
    CustomField,
    FieldValue,
    Link,
    Milestone,
    Priority,
    Project,
    Resolution,
    Status,
    Text,
    Ticket,
    TicketType,
    User,
    Version,
)  # fmt: skip
from anybacklog.query import TicketQuery

Metadata: TypeAlias = User | TicketType | Status | Priority | Resolution | Category | Milestone | Version | CustomField


class TicketFields(TypedDict, total=False):
    """The fields of a ticket to write: absent leaves, `None` or empty clears, a list replaces the list. Words are ids.

    `custom_fields` maps a field's id to a value, a choice being an option's id (an unknown word: free text). A create
    has at least `title`. The last five are given only to a backend whose `native` says yes to them.
    """

    title: str
    description: Text | None
    type: str | None
    status: str | None
    priority: str | None
    resolution: str | None
    assignees: Sequence[str]
    parent: str | None
    start_date: date | None
    due_date: date | None
    estimated_hours: float | None
    actual_hours: float | None
    categories: Sequence[str]
    affected_versions: Sequence[str]
    milestones: Sequence[str]
    custom_fields: Mapping[str, FieldValue]
    watchers: Sequence[str]
    key: str | None
    reporter: str | None
    created_at: datetime | None
    updated_at: datetime | None
    external_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentDraft:
    """A file to be: `stream` is read from where it stands to its end and never closed by the backend.

    `author` is a user id; it, `created_at` and `external_id` are given only where `native` says yes.
    """

    name: str
    stream: BinaryIO
    content_type: str | None = None
    author: str | None = None
    created_at: datetime | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentDraft:
    """A journal entry to be.

    `author` is a user id; what follows `attachments` is given only where `native` says yes.
    """

    body: Text
    attachments: tuple[AttachmentDraft, ...] = ()
    author: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    changes: tuple[Change, ...] = ()
    private: bool = False
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A thing that carries an external id: what kind, its own id, and the id of the ticket it hangs on (or is)."""

    kind: Literal["ticket", "comment", "attachment"]
    id: str
    ticket_id: str
    external_id: str


@runtime_checkable
class Backend(Protocol):
    """Required of every backend: six members."""

    @property
    def abilities(self) -> Abilities:
        """Say what this backend can hold; may ask the service once, never at construction."""
        ...

    def identity(self) -> str:
        """Name the project for good.

        Host or space and the project's *id* (a file: its own UUID), never the URL's text.
        """
        ...

    def project(self) -> Project:
        """Read the project the URL names. NotFound if there is none, ConfigurationError if the URL names none."""
        ...

    def tickets(self, query: TicketQuery) -> Iterator[Ticket]:
        """Yield, lazily and in `query.order`, each ticket the query asks for, once.

        And perhaps more than it asks for.
        """
        ...

    def ticket(self, ref: str) -> Ticket:
        """Read one ticket of this project by key, else by id. NotFound also for a ticket of another project."""
        ...

    def close(self) -> None:
        """Let go of connections and files. A closed backend is not used again."""
        ...


@runtime_checkable
class ListsProjects(Protocol):
    """Can say which projects the credentials see."""

    def projects(self) -> Iterable[Project]:
        """List them; works without a project in the URL."""
        ...


@runtime_checkable
class KnowsMyself(Protocol):
    """Knows whose credentials are in use."""

    def myself(self) -> User:
        """Read that user; works without a project in the URL."""
        ...


@runtime_checkable
class ListsUsers(Protocol):
    """Can list the people of the project."""

    def users(self) -> Iterable[User]:
        """List the members, those that can be assigned."""
        ...


@runtime_checkable
class ListsTicketTypes(Protocol):
    """Tickets have a type."""

    def ticket_types(self) -> Iterable[TicketType]:
        """List the project's types in display order."""
        ...


@runtime_checkable
class ListsStatuses(Protocol):
    """Tickets have a status."""

    def statuses(self) -> Iterable[Status]:
        """List the project's statuses in workflow order."""
        ...


@runtime_checkable
class ListsPriorities(Protocol):
    """Tickets have a priority."""

    def priorities(self) -> Iterable[Priority]:
        """List them, most urgent first."""
        ...


@runtime_checkable
class ListsResolutions(Protocol):
    """Tickets end with a resolution."""

    def resolutions(self) -> Iterable[Resolution]:
        """List them in display order."""
        ...


@runtime_checkable
class ListsCategories(Protocol):
    """Tickets are sorted into categories."""

    def categories(self) -> Iterable[Category]:
        """List them in display order."""
        ...


@runtime_checkable
class ListsMilestones(Protocol):
    """Tickets are planned for milestones."""

    def milestones(self) -> Iterable[Milestone]:
        """List them in display order, archived ones included."""
        ...


@runtime_checkable
class ListsVersions(Protocol):
    """Tickets say which versions they affect."""

    def versions(self) -> Iterable[Version]:
        """List them in display order, archived ones included."""
        ...


@runtime_checkable
class ListsCustomFields(Protocol):
    """The project defines fields of its own."""

    def custom_fields(self) -> Iterable[CustomField]:
        """List the definitions in display order."""
        ...


@runtime_checkable
class AddsMetadata(Protocol):
    """A project can be given new users, types, statuses and the like; `abilities.creatable` says which."""

    def add_metadata(self, noun: Metadata) -> Metadata:
        """Create what `noun` describes (its `id` is ignored) and give it back as it is there; Conflict on a taken name.

        An option is added to an existing custom field by giving the field, under its own id, with more `options`.
        """
        ...


@runtime_checkable
class CountsTickets(Protocol):
    """Can count without listing."""

    def count_tickets(self, query: TicketQuery) -> int:
        """Count what `tickets(query)` yields."""
        ...


@runtime_checkable
class CreatesTickets(Protocol):
    """Tickets can be created."""

    def create_ticket(self, fields: TicketFields) -> Ticket:
        """Create one and give it back as the backend now holds it."""
        ...


@runtime_checkable
class UpdatesTickets(Protocol):
    """Tickets can be changed."""

    def update_ticket(self, ticket_id: str, fields: TicketFields) -> Ticket:
        """Change what `fields` names, leave the rest; a change to the same value is no error."""
        ...


@runtime_checkable
class DeletesTickets(Protocol):
    """Tickets can be deleted, with all that hangs on them."""

    def delete_ticket(self, ticket_id: str) -> None:
        """Delete for good. NotFound if it is not there."""
        ...


@runtime_checkable
class ReadsComments(Protocol):
    """The journal of a ticket can be read."""

    def comments(self, ticket_id: str) -> Iterator[Comment]:
        """Yield every entry, oldest first, entries of changes only included."""
        ...


@runtime_checkable
class AddsComments(Protocol):
    """Comments can be written."""

    def add_comment(self, ticket_id: str, draft: CommentDraft) -> Comment:
        """Add an entry, its files with it in one write, and give it back as it now is."""
        ...


@runtime_checkable
class UpdatesComments(Protocol):
    """The text of a comment can be changed."""

    def update_comment(self, ticket_id: str, comment_id: str, body: Text) -> Comment:
        """Replace the body."""
        ...


@runtime_checkable
class DeletesComments(Protocol):
    """Comments can be deleted."""

    def delete_comment(self, ticket_id: str, comment_id: str) -> None:
        """Delete for good. NotFound if it is not there."""
        ...


@runtime_checkable
class ReadsAttachments(Protocol):
    """Files at tickets can be listed and read."""

    def attachments(self, ticket_id: str) -> Iterable[Attachment]:
        """List the ticket's files, those of its comments included, oldest first."""
        ...

    def open_attachment(self, ticket_id: str, attachment: Attachment) -> AbstractContextManager[BinaryIO]:
        """Open the bytes for reading once, front to back; size and hash are the Tracker's to check."""
        ...


@runtime_checkable
class AddsAttachments(Protocol):
    """Files can be put at a ticket."""

    def add_attachment(self, ticket_id: str, draft: AttachmentDraft) -> Attachment:
        """Store the rest of the stream in constant memory."""
        ...


@runtime_checkable
class DeletesAttachments(Protocol):
    """Files at tickets can be deleted."""

    def delete_attachment(self, ticket_id: str, attachment_id: str) -> None:
        """Delete for good. NotFound if it is not there."""
        ...


@runtime_checkable
class ReadsLinks(Protocol):
    """Ties between tickets can be read."""

    def links(self, ticket_id: str) -> Iterable[Link]:
        """List them as seen from this ticket."""
        ...


@runtime_checkable
class AddsLinks(Protocol):
    """Tickets can be tied together."""

    def add_link(self, ticket_id: str, kind: str, other_id: str) -> Link:
        """Tie two tickets; the same tie again gives back the one that is there."""
        ...


@runtime_checkable
class ListsActivities(Protocol):
    """The project keeps a feed of what happened."""

    def activities(self) -> Iterator[Activity]:
        """Yield them, newest first."""
        ...


@runtime_checkable
class KeepsExternalIds(Protocol):
    """Tickets, comments and attachments have a field for somebody else's id: where a migration's mark goes."""

    def find_external(self, external_id: str) -> Marked | None:
        """Find what was written with this external id."""
        ...

    def externals(self) -> Iterator[Marked]:
        """Yield all that carries one, in constant memory."""
        ...


@runtime_checkable
class Extends(Protocol):
    """Has typed extras of its vendor."""

    def extension(self, kind: type[Any]) -> object | None:
        """Give the extras of this type, or None."""
        ...


@runtime_checkable
class SpeaksRaw(Protocol):
    """Any call the service has can be made, with auth, budget, retry and redaction."""

    def raw(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, data: Any = None) -> Any:
        """Make the call and give the decoded answer."""
        ...


@runtime_checkable
class CountsRequests(Protocol):
    """Talks to a service and counts what it asks."""

    def requests(self) -> Mapping[str, int]:
        """Give the requests made so far, per rate bucket."""
        ...


OPERATIONS: Mapping[str, type] = {
    "projects": ListsProjects, "myself": KnowsMyself, "users": ListsUsers, "ticket_types": ListsTicketTypes,
    "statuses": ListsStatuses, "priorities": ListsPriorities, "resolutions": ListsResolutions,
    "categories": ListsCategories, "milestones": ListsMilestones, "versions": ListsVersions,
    "custom_fields": ListsCustomFields, "add_metadata": AddsMetadata, "count_tickets": CountsTickets,
    "create_ticket": CreatesTickets, "update_ticket": UpdatesTickets, "delete_ticket": DeletesTickets,
    "comments": ReadsComments, "add_comment": AddsComments, "update_comment": UpdatesComments,
    "delete_comment": DeletesComments, "attachments": ReadsAttachments, "open_attachment": ReadsAttachments,
    "add_attachment": AddsAttachments, "delete_attachment": DeletesAttachments, "links": ReadsLinks,
    "add_link": AddsLinks,
    "activities": ListsActivities, "find_external": KeepsExternalIds, "externals": KeepsExternalIds,
    "extension": Extends, "raw": SpeaksRaw,
    "requests": CountsRequests,
}  # fmt: skip
"""Tracker's method names -> the protocol that stands behind each."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a backend's URL: what it means, for `anybacklog backends`."""

    name: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What a backend is opened with. `api_key` is the only place a secret has; its `repr` never shows it."""

    location: Location
    api_key: str | None = field(default=None, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BackendSpec:
    """One kind of backlog: the URL's scheme, how to open it, the options its URL takes.

    `open` stores and does not connect; heavy imports belong inside it. `hosts` are the vendor's own host suffixes:
    the only ones, loopback aside, that a key meant for the whole scheme is sent to. `needs_key`: refuse to open
    without one. `local`: no network at all, so neither host nor key nor plain http mean anything.
    """

    scheme: str
    open: Callable[[Connection], Backend]
    options: Collection[Option] = ()
    summary: str = field(default="", kw_only=True)
    example: str = field(default="", kw_only=True)
    hosts: tuple[str, ...] = field(default=(), kw_only=True)
    needs_key: bool = field(default=False, kw_only=True)
    default_host: str = field(default="", kw_only=True)
    local: bool = field(default=False, kw_only=True)
