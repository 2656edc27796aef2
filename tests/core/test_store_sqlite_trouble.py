"""A ticket file in trouble: replaced, deleted, read-only, damaged; each is said in one sentence that names the file."""

from __future__ import annotations

import io
import multiprocessing
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from anybacklog.backend import AttachmentDraft, CommentDraft
from anybacklog.errors import ConfigurationError, Conflict, NotFound, TransportError
from anybacklog.model import Category, CustomField, Text, User
from anybacklog.query import TicketQuery
from anybacklog.store.sqlite import SqliteBackend

FORK = multiprocessing.get_context("fork")
NOBODY = 65534
Use = Callable[[SqliteBackend], object]
USES: dict[str, Use] = {
    "list": lambda backend: list(backend.tickets(TicketQuery())),
    "count": lambda backend: backend.count_tickets(TicketQuery()),
    "read": lambda backend: backend.ticket("1"),
    "describe": lambda backend: backend.project(),
    "identify": lambda backend: backend.identity(),
    "words": lambda backend: backend.statuses(),
    "marks": lambda backend: list(backend.externals()),
    "create": lambda backend: backend.create_ticket({"title": "Lost"}),
    "comment": lambda backend: backend.add_comment("1", CommentDraft(body=Text("Lost"))),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tickets.db"


@pytest.fixture
def backend(path: Path) -> Iterator[SqliteBackend]:
    with closing(SqliteBackend(path)) as backend:
        backend.create_ticket({"title": "First"})
        yield backend


def remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


@pytest.mark.parametrize("use", USES)
def test_a_deleted_file_is_missed_and_not_made_anew(backend: SqliteBackend, path: Path, use: str) -> None:
    remove(path)
    with pytest.raises(NotFound, match=r"tickets\.db"):
        USES[use](backend)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("use", USES)
def test_a_file_put_in_its_place_is_not_taken_for_it(backend: SqliteBackend, path: Path, use: str) -> None:
    other = path.with_name("other.db")
    with closing(SqliteBackend(other)) as another:
        another.create_ticket({"title": "Another"})
    remove(path)
    other.rename(path)
    with pytest.raises(Conflict, match=r"tickets\.db is not the file any more that was opened"):
        USES[use](backend)
    with closing(SqliteBackend(path)) as again:
        assert [ticket.title for ticket in again.tickets(TicketQuery())] == ["Another"]


def test_a_file_that_is_deleted_while_it_is_written_to_takes_nothing(backend: SqliteBackend, path: Path) -> None:
    class Deleting(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            remove(path)
            return super().read(size)

    with pytest.raises(NotFound, match=r"tickets\.db"):
        backend.add_attachment("1", AttachmentDraft(name="x", stream=Deleting(b"x")))


def test_a_listing_goes_on_over_the_file_it_began_with(backend: SqliteBackend, path: Path) -> None:
    backend.create_ticket({"title": "Second"})
    listing = backend.tickets(TicketQuery())
    titles = [next(listing).title]
    remove(path)
    assert [*titles, *(ticket.title for ticket in listing)] == ["First", "Second"]


@pytest.fixture
def read_only() -> Iterator[Path]:
    """Give a ticket file that nobody may write, in a folder where nobody may make a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tickets.db"
        with closing(SqliteBackend(path)) as backend:
            ticket = backend.create_ticket({"title": "First"})
            backend.add_attachment(ticket.id, AttachmentDraft(name="x", stream=io.BytesIO(b"x")))
        path.chmod(0o444)
        path.parent.chmod(0o555)
        yield path
        path.parent.chmod(0o755)


def as_nobody(work: Callable[..., Any], *arguments: object) -> Any:
    """Call a function in a process of its own that no permission is waived for."""
    with FORK.Pool(1, initializer=_drop_root) as pool:
        return pool.apply(work, arguments)


def _drop_root() -> None:
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def _outcomes(path: Path) -> dict[str, str]:
    """Use a file in every way."""
    told: dict[str, str] = {}
    with closing(SqliteBackend(path)) as backend:
        for name, use in USES.items():
            try:
                use(backend)
                told[name] = "done"
            except TransportError as error:
                told[name] = str(error)
    return told


def test_a_file_that_nobody_may_write_is_read_and_a_write_says_why_not(read_only: Path) -> None:
    told = as_nobody(_outcomes, read_only)
    writes = {told.pop("create"), told.pop("comment")}
    assert set(told.values()) == {"done"}
    assert len(writes) == 1
    assert "tickets.db: attempt to write a readonly database; nothing of this was written" in writes.pop()


def _new_file(path: Path) -> str:
    with closing(SqliteBackend(path)) as backend:
        try:
            backend.create_ticket({"title": "No"})
        except TransportError as error:
            return str(error)
    return "done"


def test_a_folder_that_nobody_may_write_takes_no_new_file(read_only: Path) -> None:
    told = as_nobody(_new_file, read_only.with_name("new.db"))
    assert "new.db: unable to open database file; nothing of this was written" in told


_HELD: list[SqliteBackend] = []
"""What a process of its own holds open between two calls."""


def _hold(path: Path) -> int:
    _HELD.append(SqliteBackend(path))
    return _HELD[0].count_tickets(TicketQuery())


def _count_again() -> str:
    try:
        return str(_HELD[0].count_tickets(TicketQuery()))
    except Conflict as error:
        return str(error)


def test_a_file_read_without_its_log_is_left_when_somebody_changes_it(read_only: Path) -> None:
    with FORK.Pool(1, initializer=_drop_root) as pool:
        assert (pool.apply(_hold, (read_only,)), pool.apply(_count_again)) == (1, "1")
        os.utime(read_only, (1, 1))
        assert "tickets.db is not the file any more that was opened" in pool.apply(_count_again)


def _listed(path: Path) -> str:
    with closing(SqliteBackend(path)) as backend:
        try:
            return " ".join(ticket.title for ticket in backend.tickets(TicketQuery()))
        except TransportError as error:
            return str(error)


def test_a_log_that_nobody_may_use_is_never_overlooked(backend: SqliteBackend, path: Path, read_only: Path) -> None:
    log = read_only.with_name("tickets.db-wal")
    read_only.parent.chmod(0o755)
    read_only.chmod(0o644)
    read_only.write_bytes(path.read_bytes())
    log.write_bytes(path.with_name("tickets.db-wal").read_bytes())
    read_only.parent.chmod(0o555)
    assert "tickets.db: unable to open database file; mend that" in as_nobody(_listed, read_only)


def test_a_failed_read_does_not_speak_of_writing(backend: SqliteBackend, path: Path) -> None:
    backend.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with closing(SqliteBackend(path, wait_seconds=0)) as late:
            for use in ("list", "count", "read", "describe", "words"):
                with pytest.raises(TransportError, match=r"tickets\.db: database is locked; mend that"):
                    USES[use](late)


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_refused_and_nobody_waits_for_it(
    make: Callable[[Path], object], use: str, path: Path
) -> None:
    make(path)
    with closing(SqliteBackend(path)) as backend, pytest.raises(ConfigurationError, match=r"tickets\.db is not a file"):
        USES[use](backend)


DAMAGE = {
    "an instant": "UPDATE tickets SET created_at = 'yesterday'",
    "an instant that is a number": "UPDATE tickets SET created_at = 7",
    "a day": "UPDATE tickets SET due_date = '2026-13-01'",
    "a status": "UPDATE tickets SET status_id = 999",
    "an assignee": "UPDATE ticket_assignees SET user_id = 999",
    "a category": "UPDATE ticket_categories SET category_id = 999",
    "a custom field": "UPDATE ticket_custom_fields SET custom_field_id = 999",
    "a number": "UPDATE ticket_custom_fields SET value = 'many'",
    "text that is not UTF-8": "UPDATE tickets SET title = CAST(x'FFFE' AS TEXT)",
    "bytes for a title": "UPDATE tickets SET title = x'FFFE'",
    "bytes for a comment": "UPDATE comments SET body = x'FFFE'",
    "a text for a number": "UPDATE comments SET private = 'secret'",
    "hours beyond all numbers": "UPDATE tickets SET estimated_hours = 9e999",
    "a text for hours": "UPDATE tickets SET estimated_hours = 'three'",
    "a format nobody knows": "UPDATE tickets SET description = 'x', description_format = 'klingon'",
    "a comment's format": "UPDATE comments SET body_format = ''",
    "a status of no category": "UPDATE statuses SET category = 'x'",
    "a field of no type": "UPDATE custom_fields SET type = 'x'",
    "a table": "DROP TABLE ticket_watchers",
    "a column": "ALTER TABLE tickets DROP COLUMN due_date",
    "a comment's instant": "UPDATE comments SET updated_at = 'later'",
    "a comment's author": "UPDATE comments SET author_id = 999",
    "the file's name": "DELETE FROM meta",
    "the schema": (
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = sql || CAST(x'FF' AS TEXT) WHERE name = 'links'"
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_row_is_said_to_be_damage(path: Path, damage: str) -> None:
    with closing(SqliteBackend(path)) as backend:
        user = backend.add_metadata(User(id="", login="taro", name="Taro"))
        category = backend.add_metadata(Category(id="", name="UI"))
        field = backend.add_metadata(CustomField(id="", name="Points", type="number"))
        made = backend.create_ticket(
            {
                "title": "Whole",
                "assignees": [user.id],
                "categories": [category.id],
                "custom_fields": {field.id: 3},
                "due_date": date(2026, 1, 1),
            }
        )
        backend.add_comment(made.id, CommentDraft(body=Text("x"), updated_at=datetime(2026, 1, 1, tzinfo=UTC)))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(DAMAGE[damage])
    with (
        closing(SqliteBackend(path)) as backend,
        pytest.raises(ConfigurationError, match=r"tickets\.db is damaged: .+; restore it from a copy"),
    ):
        read_all(backend)


def read_all(backend: SqliteBackend) -> None:
    backend.identity()
    for ticket in backend.tickets(TicketQuery()):
        list(backend.comments(ticket.id))


def test_a_callers_own_error_stays_his_own(backend: SqliteBackend) -> None:
    class Closed(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ValueError("I/O operation on closed file")

    with pytest.raises(ValueError, match="closed file"):
        backend.add_attachment("1", AttachmentDraft(name="x", stream=Closed()))
    backend.add_attachment("1", AttachmentDraft(name="x", stream=io.BytesIO(b"x")))
    with (
        pytest.raises(KeyError),
        backend.open_attachment("1", backend.attachments("1")[0]) as stream,
    ):
        raise KeyError(stream.read())
