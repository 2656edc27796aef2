"""A project in memory, as the boundary asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from io import BytesIO
from typing import BinaryIO

from anybacklog.abilities import Abilities
from anybacklog.backend import AttachmentDraft, CommentDraft, Connection, Marked, Metadata, TicketFields
from anybacklog.errors import ConfigurationError
from anybacklog.model import (
    Activity,
    Attachment,
    Category,
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
    TicketType,
    User,
    Version,
)
from anybacklog.query import TicketQuery, matches
from anybacklog.store.defaults import Clock, store_abilities, utc_now
from anybacklog.store.feed import feed
from anybacklog.store.memory import journal, tickets
from anybacklog.store.memory.contents import MemoryContents
from anybacklog.store.memory.project import MemoryProject
from anybacklog.store.memory.ticket import in_order

_WORLD: dict[str, MemoryContents] = {}


def open_memory(connection: Connection) -> MemoryBackend:
    """Open `memory://NAME/PROJ`; everyone in this process who says the same NAME sees the same tickets."""
    location = connection.location
    if len(location.segments) > 1:
        raise ConfigurationError(
            f"{location} has too many segments; write memory://NAME/PROJ, with %2F for a / in PROJ"
        )
    contents = _WORLD.setdefault(location.authority(), MemoryContents())
    return MemoryBackend(location.project, contents=contents)


class MemoryBackend:
    """A project in memory, made on the first opening; without contents of its own it starts a world of its own."""

    def __init__(
        self, project: str | None = "PROJ", *, contents: MemoryContents | None = None, clock: Clock = utc_now
    ) -> None:
        self._contents = contents or MemoryContents()
        self._held = None if project is None else self._contents.project(project)
        self._clock = clock

    @property
    def abilities(self) -> Abilities:
        """Say that everything is held as given."""
        return store_abilities("memory")

    def identity(self) -> str:
        """Name the project by the contents' own UUID and its id."""
        return f"memory:{self._contents.uuid}/{self._project.noun.id}"

    def close(self) -> None:
        """Do nothing: the tickets live as long as the process."""

    def project(self) -> Project:
        """Describe the project of the URL."""
        return self._project.noun

    def projects(self) -> list[Project]:
        """List the projects under this NAME."""
        return [project.noun for project in self._contents.projects.values()]

    def myself(self) -> User:
        """Give the local user."""
        return self._contents.people.myself

    def users(self) -> list[User]:
        """List everyone known under this NAME."""
        return list(self._contents.people.users.values())

    def ticket_types(self) -> list[TicketType]:
        """List the types."""
        return self._project.words.all_of(TicketType)

    def statuses(self) -> list[Status]:
        """List the statuses in workflow order."""
        return self._project.words.all_of(Status)

    def priorities(self) -> list[Priority]:
        """List the priorities, most urgent first."""
        return self._project.words.all_of(Priority)

    def resolutions(self) -> list[Resolution]:
        """List the resolutions."""
        return self._project.words.all_of(Resolution)

    def categories(self) -> list[Category]:
        """List the categories."""
        return self._project.words.all_of(Category)

    def milestones(self) -> list[Milestone]:
        """List the milestones."""
        return self._project.words.all_of(Milestone)

    def versions(self) -> list[Version]:
        """List the versions."""
        return self._project.words.all_of(Version)

    def custom_fields(self) -> list[CustomField]:
        """List the custom fields."""
        return self._project.words.all_of(CustomField)

    def add_metadata(self, noun: Metadata) -> Metadata:
        """Add a user, type, status or the like; Conflict on a taken name, unless a custom field gains options."""
        return self._project.words.add(noun)

    def delete_metadata(self, noun: Metadata) -> None:
        """Delete a user, type, status or the like by its id; Conflict while anything uses it."""
        self._contents.delete(self._project, noun)

    def tickets(self, query: TicketQuery) -> Iterator[Ticket]:
        """Yield what the query asks for, out of the tickets there were at the beginning."""
        project = self._project
        for ticket_id in in_order(project.tickets.values(), query.order):
            held = project.tickets.get(ticket_id)
            if held is not None and matches(query, held.ticket):
                yield held.ticket

    def count_tickets(self, query: TicketQuery) -> int:
        """Count what the query asks for."""
        return sum(matches(query, held.ticket) for held in self._project.tickets.values())

    def ticket(self, ticket_id: str) -> Ticket:
        """Read one ticket by its id."""
        return self._project.ticket(ticket_id).ticket

    def ticket_by_key(self, key: str) -> Ticket:
        """Read one ticket by its key."""
        return self._project.ticket_by_key(key).ticket

    def create_ticket(self, fields: TicketFields) -> Ticket:
        """Create a ticket. A field that is absent gets its default; one that is None stays empty."""
        return tickets.create(self._project, fields, now=self._clock())

    def update_ticket(self, ticket_id: str, fields: TicketFields) -> Ticket:
        """Change what `fields` names; `updated_at` moves unless it is named too, or nothing is."""
        return tickets.change(self._project, ticket_id, fields, now=self._clock())

    def delete_ticket(self, ticket_id: str) -> None:
        """Delete a ticket with its comments, files and links; its children lose their parent."""
        self._project.remove(ticket_id)

    def comments(self, ticket_id: str) -> Iterator[Comment]:
        """Yield the journal, oldest first."""
        yield from self._project.ticket(ticket_id).journal()

    def add_comment(self, ticket_id: str, draft: CommentDraft) -> Comment:
        """Add an entry and its files; it does not move the ticket's `updated_at`."""
        return journal.add_comment(self._project, ticket_id, draft, now=self._clock())

    def update_comment(self, ticket_id: str, comment_id: str, body: Text, *, keep_time: bool = False) -> Comment:
        """Replace the body; the comment's `updated_at` moves, unless it is to be kept."""
        now = None if keep_time else self._clock()
        return journal.update_comment(self._project, ticket_id, comment_id, body, now=now)

    def delete_comment(self, ticket_id: str, comment_id: str) -> None:
        """Delete a comment and its files."""
        journal.delete_comment(self._project, ticket_id, comment_id)

    def attachments(self, ticket_id: str) -> tuple[Attachment, ...]:
        """List the files, those of comments included, oldest first."""
        return self._project.ticket(ticket_id).ticket.attachments

    def open_attachment(self, ticket_id: str, attachment: Attachment) -> AbstractContextManager[BinaryIO]:
        """Open the bytes."""
        return BytesIO(journal.content_of(self._project, ticket_id, attachment.id))

    def add_attachment(self, ticket_id: str, draft: AttachmentDraft) -> Attachment:
        """Keep the rest of the stream; the ticket's `updated_at` stays."""
        return journal.add_attachment(self._project, ticket_id, draft, now=self._clock())

    def delete_attachment(self, ticket_id: str, attachment_id: str) -> None:
        """Delete a file, from its comment too."""
        journal.delete_attachment(self._project, ticket_id, attachment_id)

    def links(self, ticket_id: str) -> tuple[Link, ...]:
        """List the ties as seen from this ticket."""
        return self._project.ticket(ticket_id).ticket.links

    def add_link(self, ticket_id: str, kind: str, other_id: str) -> Link:
        """Tie two tickets; both sides show one id, the other side the inverse kind."""
        return journal.add_link(self._project, ticket_id, kind, other_id)

    def find_external(self, external_id: str) -> Marked | None:
        """Find what was written with this external id, the oldest if there are several."""
        return next(iter(self._project.marks.get(external_id, ())), None)

    def externals(self) -> Iterator[Marked]:
        """Yield everything with an external id: tickets, then comments, then attachments, each as they were made."""
        every = [marked for several in self._project.marks.values() for marked in several]
        kinds = ("ticket", "comment", "attachment")
        yield from sorted(every, key=lambda marked: (kinds.index(marked.kind), int(marked.id)))

    def activities(self) -> Iterator[Activity]:
        """Yield what happened in the project, newest first: tickets created and comments added."""
        return feed((held.ticket, held.comments.values()) for held in self._project.tickets.values())

    @property
    def _project(self) -> MemoryProject:
        if self._held is None:
            raise ConfigurationError("the URL names no project; write memory://NAME/PROJ")
        return self._held
