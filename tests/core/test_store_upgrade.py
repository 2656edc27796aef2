"""A file written by an older version opens, upgraded, with all it held."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from anybacklog.errors import ConfigurationError
from anybacklog.model import Text
from anybacklog.query import TicketQuery
from anybacklog.store.sqlite import SqliteBackend

# What version 1 wrote: never changed, for such files exist.
VERSION_1 = """
CREATE TABLE meta (name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name));
CREATE TABLE projects (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "key" TEXT NOT NULL, name TEXT NOT NULL,
    last_number INTEGER NOT NULL, UNIQUE ("key"));
CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, login TEXT, name TEXT NOT NULL, email TEXT);
CREATE TABLE categories (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL,
    name TEXT NOT NULL, UNIQUE (project_id, name),
    FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE RESTRICT);
CREATE TABLE custom_fields (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL,
    name TEXT NOT NULL, type TEXT NOT NULL, required INTEGER NOT NULL, UNIQUE (project_id, name),
    FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE RESTRICT);
CREATE TABLE milestones (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL,
    name TEXT NOT NULL, UNIQUE (project_id, name),
    FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE RESTRICT);
CREATE TABLE priorities (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL,
    name TEXT NOT NULL, UNIQUE (project_id, name),
    FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE RESTRICT);
CREATE TABLE resolutions (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL,
    name TEXT NOT NULL, UNIQUE (project_id, name),
    FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE RESTRICT);
CREATE TABLE statuses (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL,
    name TEXT NOT NULL, category TEXT NOT NULL, UNIQUE (project_id, name),
    FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE RESTRICT);
CREATE TABLE ticket_types (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL,
    name TEXT NOT NULL, UNIQUE (project_id, name),
    FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE RESTRICT);
CREATE TABLE versions (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL,
    name TEXT NOT NULL, UNIQUE (project_id, name),
    FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE RESTRICT);
CREATE TABLE custom_field_options (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    custom_field_id INTEGER NOT NULL, name TEXT NOT NULL,
    FOREIGN KEY(custom_field_id) REFERENCES custom_fields (id) ON DELETE RESTRICT);
CREATE TABLE tickets (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL,
    "key" TEXT NOT NULL, title TEXT NOT NULL, description TEXT, description_format TEXT, type_id INTEGER,
    status_id INTEGER, priority_id INTEGER, resolution_id INTEGER, reporter_id INTEGER, created_at TEXT,
    updated_at TEXT, start_date TEXT, due_date TEXT, estimated_hours FLOAT, actual_hours FLOAT,
    parent_id INTEGER, external_id TEXT, UNIQUE (project_id, "key"),
    FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE RESTRICT,
    FOREIGN KEY(type_id) REFERENCES ticket_types (id) ON DELETE RESTRICT,
    FOREIGN KEY(status_id) REFERENCES statuses (id) ON DELETE RESTRICT,
    FOREIGN KEY(priority_id) REFERENCES priorities (id) ON DELETE RESTRICT,
    FOREIGN KEY(resolution_id) REFERENCES resolutions (id) ON DELETE RESTRICT,
    FOREIGN KEY(reporter_id) REFERENCES users (id) ON DELETE RESTRICT,
    FOREIGN KEY(parent_id) REFERENCES tickets (id) ON DELETE SET NULL);
CREATE INDEX tickets_by_created_at ON tickets (project_id, created_at, id);
CREATE INDEX tickets_by_external_id ON tickets (external_id);
CREATE INDEX tickets_by_parent ON tickets (parent_id);
CREATE INDEX tickets_by_updated_at ON tickets (project_id, updated_at, id);
CREATE TABLE comments (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, ticket_id INTEGER NOT NULL,
    author_id INTEGER, body TEXT NOT NULL, body_format TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT,
    external_id TEXT, FOREIGN KEY(ticket_id) REFERENCES tickets (id) ON DELETE CASCADE,
    FOREIGN KEY(author_id) REFERENCES users (id) ON DELETE RESTRICT);
CREATE INDEX comments_by_external_id ON comments (external_id);
CREATE INDEX comments_by_ticket ON comments (ticket_id, created_at, id);
CREATE TABLE links (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, ticket_id INTEGER NOT NULL,
    kind TEXT NOT NULL, target_id INTEGER NOT NULL,
    FOREIGN KEY(ticket_id) REFERENCES tickets (id) ON DELETE CASCADE,
    FOREIGN KEY(target_id) REFERENCES tickets (id) ON DELETE CASCADE);
CREATE INDEX links_by_target ON links (target_id);
CREATE INDEX links_by_ticket ON links (ticket_id);
CREATE TABLE ticket_affected_versions (ticket_id INTEGER NOT NULL, position INTEGER NOT NULL,
    version_id INTEGER NOT NULL, PRIMARY KEY (ticket_id, position),
    FOREIGN KEY(ticket_id) REFERENCES tickets (id) ON DELETE CASCADE,
    FOREIGN KEY(version_id) REFERENCES versions (id) ON DELETE RESTRICT) WITHOUT ROWID;
CREATE INDEX ticket_affected_versions_by_version_id ON ticket_affected_versions (version_id, ticket_id);
CREATE TABLE ticket_assignees (ticket_id INTEGER NOT NULL, position INTEGER NOT NULL, user_id INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, position), FOREIGN KEY(ticket_id) REFERENCES tickets (id) ON DELETE CASCADE,
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT) WITHOUT ROWID;
CREATE INDEX ticket_assignees_by_user_id ON ticket_assignees (user_id, ticket_id);
CREATE TABLE ticket_categories (ticket_id INTEGER NOT NULL, position INTEGER NOT NULL,
    category_id INTEGER NOT NULL, PRIMARY KEY (ticket_id, position),
    FOREIGN KEY(ticket_id) REFERENCES tickets (id) ON DELETE CASCADE,
    FOREIGN KEY(category_id) REFERENCES categories (id) ON DELETE RESTRICT) WITHOUT ROWID;
CREATE INDEX ticket_categories_by_category_id ON ticket_categories (category_id, ticket_id);
CREATE TABLE ticket_custom_fields (ticket_id INTEGER NOT NULL, custom_field_id INTEGER NOT NULL,
    position INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (ticket_id, custom_field_id, position),
    FOREIGN KEY(ticket_id) REFERENCES tickets (id) ON DELETE CASCADE,
    FOREIGN KEY(custom_field_id) REFERENCES custom_fields (id) ON DELETE RESTRICT) WITHOUT ROWID;
CREATE TABLE ticket_milestones (ticket_id INTEGER NOT NULL, position INTEGER NOT NULL,
    milestone_id INTEGER NOT NULL, PRIMARY KEY (ticket_id, position),
    FOREIGN KEY(ticket_id) REFERENCES tickets (id) ON DELETE CASCADE,
    FOREIGN KEY(milestone_id) REFERENCES milestones (id) ON DELETE RESTRICT) WITHOUT ROWID;
CREATE INDEX ticket_milestones_by_milestone_id ON ticket_milestones (milestone_id, ticket_id);
CREATE TABLE ticket_watchers (ticket_id INTEGER NOT NULL, position INTEGER NOT NULL, user_id INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, position), FOREIGN KEY(ticket_id) REFERENCES tickets (id) ON DELETE CASCADE,
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT) WITHOUT ROWID;
CREATE INDEX ticket_watchers_by_user_id ON ticket_watchers (user_id, ticket_id);
CREATE TABLE attachments (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, ticket_id INTEGER NOT NULL,
    comment_id INTEGER, name TEXT NOT NULL, size INTEGER NOT NULL, content_type TEXT, sha256 TEXT NOT NULL,
    author_id INTEGER, created_at TEXT NOT NULL, external_id TEXT,
    FOREIGN KEY(ticket_id) REFERENCES tickets (id) ON DELETE CASCADE,
    FOREIGN KEY(comment_id) REFERENCES comments (id) ON DELETE CASCADE,
    FOREIGN KEY(author_id) REFERENCES users (id) ON DELETE RESTRICT);
CREATE INDEX attachments_by_comment ON attachments (comment_id);
CREATE INDEX attachments_by_external_id ON attachments (external_id);
CREATE INDEX attachments_by_ticket ON attachments (ticket_id, created_at, id);
CREATE TABLE changes (comment_id INTEGER NOT NULL, position INTEGER NOT NULL, field TEXT NOT NULL, old TEXT,
    new TEXT, id TEXT, PRIMARY KEY (comment_id, position),
    FOREIGN KEY(comment_id) REFERENCES comments (id) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE attachment_chunks (attachment_id INTEGER NOT NULL, position INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (attachment_id, position),
    FOREIGN KEY(attachment_id) REFERENCES attachments (id) ON DELETE CASCADE);
INSERT INTO meta VALUES ('uuid', '0d6c1a52-6f0c-4b3e-9d0e-3a4f0c6b7d11');
INSERT INTO users VALUES (1, 'taro', 'Taro 𠮷', 'taro@example.com');
INSERT INTO projects VALUES (1, 'OLD', 'OLD', 7);
INSERT INTO statuses VALUES (1, 1, 'Open', 'open');
INSERT INTO tickets (id, project_id, "key", title, status_id, reporter_id, created_at, updated_at)
    VALUES (1, 1, 'OLD-7', 'From long ago', 1, 1, '2020-02-29T12:34:56.000000Z', '2020-02-29T12:34:56.000001Z');
INSERT INTO comments VALUES (1, 1, 1, 'Still here?', 'plain', '2020-03-01T00:00:00.000000Z', NULL, 'a mark');
PRAGMA application_id = 1094863692;
PRAGMA user_version = 1;
"""


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1)
    return path


def test_what_an_old_file_held_is_still_there(old_file: Path) -> None:
    with closing(SqliteBackend(old_file)) as backend:
        (ticket,) = backend.tickets(TicketQuery())
        (comment,) = backend.comments(ticket.id)
    assert (ticket.key, ticket.title) == ("OLD-7", "From long ago")
    assert ticket.updated_at == datetime(2020, 2, 29, 12, 34, 56, 1, tzinfo=UTC)
    assert (comment.body, comment.private) == (Text("Still here?", "plain"), False)


def test_its_identity_and_its_numbers_go_on(old_file: Path) -> None:
    with closing(SqliteBackend(old_file)) as backend:
        assert backend.identity() == "sqlite:0d6c1a52-6f0c-4b3e-9d0e-3a4f0c6b7d11/1"
        assert backend.create_ticket({"title": "From now"}).key == "OLD-8"


def test_an_upgraded_file_has_the_columns_of_a_new_one(old_file: Path, tmp_path: Path) -> None:
    new_file = tmp_path / "new.db"
    for path in (old_file, new_file):
        with closing(SqliteBackend(path, "OLD")) as backend:
            backend.identity()
    assert _columns(old_file) == _columns(new_file)


def test_a_file_of_a_newer_version_is_left_alone(old_file: Path) -> None:
    with closing(sqlite3.connect(old_file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = old_file.read_bytes()
    with closing(SqliteBackend(old_file)) as backend:
        with pytest.raises(ConfigurationError, match=r"old\.db has schema 99.*update"):
            list(backend.tickets(TicketQuery()))
        with pytest.raises(ConfigurationError, match="schema 99"):
            backend.create_ticket({"title": "No"})
    assert old_file.read_bytes() == before


def test_an_upgrade_that_fails_changes_nothing(old_file: Path) -> None:
    with closing(sqlite3.connect(old_file)) as connection:
        connection.execute("ALTER TABLE comments ADD COLUMN private TEXT")  # so that the upgrade's own ALTER is refused
    with closing(SqliteBackend(old_file)) as backend, pytest.raises(Exception, match="duplicate column"):
        list(backend.tickets(TicketQuery()))
    with closing(sqlite3.connect(old_file)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


def _columns(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(row[1:] for row in connection.execute(f"PRAGMA table_info({table})")) for table in tables}
