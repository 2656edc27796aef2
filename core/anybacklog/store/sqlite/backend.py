"""The embedded database: one file, several projects, each write one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, ClassVar, TypeVar

from anybacklog.abilities import Abilities
from anybacklog.backend import AttachmentDraft, CommentDraft, Marked, Metadata, TicketFields
from anybacklog.backend import Connection as Opening
from anybacklog.errors import ConfigurationError, NotFound
from anybacklog.model import (
    Activity,
    Attachment,
    Category,
    Comment,
    CustomField,
    Link,
    Milestone,
    Named,
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
from anybacklog.store.sqlite import feed, journal, queries, tickets
from anybacklog.store.sqlite.contents import Contents, TableContents
from anybacklog.store.sqlite.file import BUSY_SECONDS, SqliteFile
from anybacklog.store.sqlite.project import Opened, SqliteProject, TicketFile
from anybacklog.store.sqlite.rows import BATCH, read_attachments, read_links, read_tickets
from anybacklog.store.sqlite.schema import read_uuid
from anybacklog.store.sqlite.word_deletes import delete_word
from anybacklog.store.sqlite.words import read_projects

_Noun = TypeVar("_Noun", bound=Named)


def open_sqlite(opening: Opening) -> SqliteBackend:
    """Open `sqlite:///FILE?project=KEY`; nothing is read or made yet."""
    location = opening.location
    if location.authority() or not location.file_path or "\0" in location.file_path:
        raise ConfigurationError(
            "a sqlite URL names a file and no host: sqlite:///tickets.db for a relative path,"
            " sqlite:////var/tickets.db for an absolute one"
        )
    return SqliteBackend(Path(location.file_path), opening.options.get("project") or location.options.get("project"))


class DatabaseBackend:
    """A project in a database of ours, wherever that and the bytes of its attachments are kept.

    `project` is its key; without one: the only one there, or `DEFAULT` in a new database. `scheme` and `place` name the
    kind of store in identities and in reasons.
    """

    scheme: ClassVar[str]
    place: ClassVar[str]

    def __init__(self, file: TicketFile, contents: Contents, project: str | None, clock: Clock) -> None:
        self._file = file
        self._at = SqliteProject(file, contents, project)
        self._clock = clock

    @property
    def abilities(self) -> Abilities:
        """Say that everything is held as given."""
        return store_abilities(self.place)

    def identity(self) -> str:
        """Name the project by the file's own UUID and its id; makes file and project if they are not there yet."""
        try:
            with self._at.reading() as opened:
                return self._identity(opened)
        except NotFound:
            with self._at.writing() as opened:
                return self._identity(opened)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def project(self) -> Project:
        """Describe the project, or the project to be."""
        with self._at.describing() as opened:
            return opened.project

    def projects(self) -> list[Project]:
        """List the projects of the file."""
        with self._file.reading() as connection:
            return read_projects(connection)

    def myself(self) -> User:
        """Give the local user, made on first need."""
        with self._at.describing() as opened:
            found = next((user for user in opened.words.users.values() if user.login == opened.login), None)
        if found is not None:
            return found
        with self._at.writing() as opened:
            return opened.words.users[opened.myself()]

    def users(self) -> list[User]:
        """List everyone known in the file, or who will be in a new one."""
        with self._at.describing() as opened:
            return list(opened.words.users.values())

    def ticket_types(self) -> list[TicketType]:
        """List the types."""
        return self._all_of(TicketType)

    def statuses(self) -> list[Status]:
        """List the statuses in workflow order."""
        return self._all_of(Status)

    def priorities(self) -> list[Priority]:
        """List the priorities, most urgent first."""
        return self._all_of(Priority)

    def resolutions(self) -> list[Resolution]:
        """List the resolutions."""
        return self._all_of(Resolution)

    def categories(self) -> list[Category]:
        """List the categories."""
        return self._all_of(Category)

    def milestones(self) -> list[Milestone]:
        """List the milestones."""
        return self._all_of(Milestone)

    def versions(self) -> list[Version]:
        """List the versions."""
        return self._all_of(Version)

    def custom_fields(self) -> list[CustomField]:
        """List the custom fields."""
        return self._all_of(CustomField)

    def add_metadata(self, noun: Metadata) -> Metadata:
        """Add a user, type, status or the like; Conflict on a taken name, unless a custom field gains options."""
        with self._at.writing() as opened:
            return opened.words.add(opened.connection, noun)

    def delete_metadata(self, noun: Metadata) -> None:
        """Delete a user, type, status or the like by its id; Conflict while anything in the file uses it."""
        with self._at.writing() as opened:
            delete_word(opened.connection, opened.words, noun)

    def tickets(self, query: TicketQuery) -> Iterator[Ticket]:
        """Yield what the query asks for, as the file is at the first ticket, in constant memory."""
        with self._at.snapshot() as opened:
            for rows in opened.connection.execute(queries.listing(opened, query)).partitions(BATCH):
                for ticket in read_tickets(opened.connection, opened.words, rows):
                    if query.text is None or matches(query, ticket):
                        yield ticket

    def count_tickets(self, query: TicketQuery) -> int:
        """Count what `tickets(query)` yields; in SQL unless a text is looked for."""
        if query.text is not None:
            return sum(1 for _ in self.tickets(query))
        with self._at.reading() as opened:
            return queries.count(opened, query)

    def ticket(self, ticket_id: str) -> Ticket:
        """Read one ticket by its id."""
        with self._at.reading() as opened:
            return tickets.by_id(opened, ticket_id)

    def ticket_by_key(self, key: str) -> Ticket:
        """Read one ticket by its key."""
        with self._at.reading() as opened:
            return tickets.by_key(opened, key)

    def create_ticket(self, fields: TicketFields) -> Ticket:
        """Create a ticket. A field that is absent gets its default; one that is None stays empty."""
        with self._at.writing() as opened:
            return tickets.create(opened, fields, now=self._clock())

    def update_ticket(self, ticket_id: str, fields: TicketFields) -> Ticket:
        """Change what `fields` names; `updated_at` moves unless it is named too, or nothing is."""
        with self._at.writing() as opened:
            return tickets.change(opened, ticket_id, fields, now=self._clock())

    def delete_ticket(self, ticket_id: str) -> None:
        """Delete a ticket with its comments, files and links; its children lose their parent."""
        with self._at.writing() as opened:
            tickets.remove(opened, ticket_id)

    def comments(self, ticket_id: str) -> Iterator[Comment]:
        """Yield the journal, oldest first."""
        last: Comment | None = None
        while True:
            with self._at.reading() as opened:
                page = journal.comment_page(opened, tickets.ticket_number(opened, ticket_id), last)
            yield from page
            if len(page) < BATCH:
                return
            last = page[-1]

    def add_comment(self, ticket_id: str, draft: CommentDraft) -> Comment:
        """Add an entry and its files; it does not move the ticket's `updated_at`."""
        with self._at.writing() as opened:
            return journal.add_comment(opened, ticket_id, draft, now=self._clock())

    def update_comment(self, ticket_id: str, comment_id: str, body: Text, *, keep_time: bool = False) -> Comment:
        """Replace the body; the comment's `updated_at` moves, unless it is to be kept."""
        with self._at.writing() as opened:
            return journal.update_comment(opened, ticket_id, comment_id, body, now=None if keep_time else self._clock())

    def delete_comment(self, ticket_id: str, comment_id: str) -> None:
        """Delete a comment and its files."""
        with self._at.writing() as opened:
            journal.delete_comment(opened, ticket_id, comment_id)

    def attachments(self, ticket_id: str) -> tuple[Attachment, ...]:
        """List the files, those of comments included, oldest first."""
        with self._at.reading() as opened:
            return read_attachments(opened.connection, opened.words, tickets.ticket_number(opened, ticket_id))

    def open_attachment(self, ticket_id: str, attachment: Attachment) -> AbstractContextManager[BinaryIO]:
        """Open the bytes, as they are now even if somebody deletes them meanwhile."""
        return self._open(ticket_id, attachment.id)

    @contextmanager
    def _open(self, ticket_id: str, attachment_id: str) -> Iterator[BinaryIO]:
        with self._at.snapshot() as opened, journal.open_attachment(opened, ticket_id, attachment_id) as stream:
            yield stream

    def add_attachment(self, ticket_id: str, draft: AttachmentDraft) -> Attachment:
        """Store the rest of the stream; the ticket's `updated_at` stays."""
        with self._at.writing() as opened:
            return journal.add_attachment(opened, ticket_id, draft, now=self._clock())

    def delete_attachment(self, ticket_id: str, attachment_id: str) -> None:
        """Delete a file, from its comment too."""
        with self._at.writing() as opened:
            journal.delete_attachment(opened, ticket_id, attachment_id)

    def links(self, ticket_id: str) -> tuple[Link, ...]:
        """List the ties as seen from this ticket."""
        with self._at.reading() as opened:
            return read_links(opened.connection, tickets.ticket_number(opened, ticket_id))

    def add_link(self, ticket_id: str, kind: str, other_id: str) -> Link:
        """Tie two tickets; both sides show one id, the other side the inverse kind."""
        with self._at.writing() as opened:
            return journal.add_link(opened, ticket_id, kind, other_id)

    def find_external(self, external_id: str) -> Marked | None:
        """Find what was written with this external id, the oldest if there are several."""
        with self._at.reading() as opened:
            return journal.find_marked(opened, external_id)

    def externals(self) -> Iterator[Marked]:
        """Yield everything with an external id: tickets, then comments, then attachments, each as they were made."""
        with self._at.snapshot() as opened:
            yield from journal.every_marked(opened)

    def activities(self) -> Iterator[Activity]:
        """Yield what happened in the project, newest first: tickets created and comments added."""
        with self._at.snapshot() as opened:
            yield from feed.activities(opened)

    def _all_of(self, kind: type[_Noun]) -> list[_Noun]:
        with self._at.describing() as opened:
            return list(opened.words.all_of(kind).values())

    def _identity(self, opened: Opened) -> str:
        return f"{self.scheme}:{read_uuid(opened.connection)}/{opened.project.id}"


class SqliteBackend(DatabaseBackend):
    """A project in a ticket file, with everything that belongs to it."""

    scheme = "sqlite"
    place = "the database file"
    _file: SqliteFile

    def __init__(
        self, path: Path, project: str | None = None, *, clock: Clock = utc_now, wait_seconds: float = BUSY_SECONDS
    ) -> None:
        super().__init__(SqliteFile(path, wait_seconds=wait_seconds), TableContents(), project, clock)
