"""Whatever column of a copy in a file somebody alters behind our back, verify names the field.

Which columns there are is read from the file's own tables, which fields from the model: one that is added later fails
here until somebody has said how it is altered.
"""

from __future__ import annotations

import io
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.migration.conftest import fill

import anybacklog
from anybacklog import Tracker
from anybacklog.abilities import NATIVE_FIELDS
from anybacklog.migration import migrate, verify
from anybacklog.store.sqlite.tables import ATTACHMENTS, CHANGES, CHUNKS, COMMENTS, CUSTOM_VALUES, LINKS, LISTS, TICKETS

TABLES = (TICKETS, *LISTS.values(), CUSTOM_VALUES, LINKS, COMMENTS, CHANGES, ATTACHMENTS, CHUNKS)
NO_CONTENT = {
    "id": "the file's own number",
    "project_id": "whose it is",
    "ticket_id": "whose it is",
    "attachment_id": "whose it is",
    "custom_field_id": "whose it is",
    "changes.comment_id": "whose it is",
    "position": "a place in a list, whose order says nothing",
}
"""Columns, of one table or of all, that hold nothing of the source."""

JOHN, HANAKO = "(SELECT id FROM users WHERE name = 'John')", "(SELECT id FROM users WHERE login = 'hanako')"
ROW = {
    "tickets": "key = 'PROJ-1'",
    "ticket_watchers": "TRUE",
    "comments": "created_at LIKE '2026-01-06%' AND private = 0",
    "comments.created_at": "created_at LIKE '2026-01-04%'",
    "attachments": "content_type IS NOT NULL",
    "attachments.comment_id": "comment_id IS NOT NULL",
    "attachment_chunks": "attachment_id = (SELECT id FROM attachments WHERE name = 'bytes.bin')",
    "ticket_custom_fields": "value = '3.25'",
}
"""Which row of a table is altered, or for one column."""

ALTERED: dict[str, tuple[str, str, str]] = {
    "tickets.key": ("'OTHER-1'", "ticket", "key"),
    "tickets.title": ("title || ' '", "ticket", "title"),
    "tickets.description": ("replace(description, char(13), '')", "ticket", "description"),
    "tickets.description_format": ("'textile'", "ticket", "description"),
    "tickets.type_id": ("(SELECT id FROM ticket_types WHERE name = 'Task')", "ticket", "type"),
    "tickets.status_id": ("(SELECT id FROM statuses WHERE name = 'Closed')", "ticket", "status"),
    "tickets.priority_id": ("(SELECT id FROM priorities WHERE name = 'Low')", "ticket", "priority"),
    "tickets.resolution_id": ("(SELECT id FROM resolutions WHERE name = 'Invalid')", "ticket", "resolution"),
    "tickets.reporter_id": (JOHN, "ticket", "reporter"),
    "tickets.created_at": ("replace(created_at, '2026', '2027')", "ticket", "created_at"),
    "tickets.updated_at": ("replace(updated_at, '2026', '2027')", "ticket", "updated_at"),
    "tickets.start_date": ("'2020-01-01'", "ticket", "start_date"),
    "tickets.due_date": ("NULL", "ticket", "due_date"),
    "tickets.estimated_hours": ("99.0", "ticket", "estimated_hours"),
    "tickets.actual_hours": ("NULL", "ticket", "actual_hours"),
    "tickets.parent_id": ("NULL", "ticket", "parent"),
    "tickets.external_id": ("NULL", "ticket", "external_id"),
    "ticket_assignees.user_id": (HANAKO, "ticket", "assignees"),
    "ticket_watchers.user_id": (HANAKO, "ticket", "watchers"),
    "ticket_categories.category_id": ("", "ticket", "categories"),
    "ticket_affected_versions.version_id": ("", "ticket", "affected_versions"),
    "ticket_milestones.milestone_id": ("", "ticket", "milestones"),
    "ticket_custom_fields.value": ("'3.5'", "ticket", "custom_fields.Points"),
    "links.kind": ("'relates'", "link", "missing"),
    "links.target_id": ("(SELECT id FROM tickets WHERE key = 'PROJ-2')", "link", "missing"),
    "comments.author_id": (HANAKO, "comment", "author"),
    "comments.body": ("body || '!'", "comment", "body"),
    "comments.body_format": ("'html'", "comment", "body"),
    "comments.created_at": ("replace(created_at, 'T00', 'T01')", "comment", "created_at"),
    "comments.updated_at": ("'2027-01-01T00:00:00.000000Z'", "comment", "updated_at"),
    "comments.private": ("1", "comment", "private"),
    "comments.external_id": ("external_id || '!'", "comment", "external_id"),
    "changes.field": ("'title'", "comment", "changes"),
    "changes.old": ("NULL", "comment", "changes"),
    "changes.new": ("'Closed'", "comment", "changes"),
    "attachments.comment_id": ("NULL", "comment", "attachments"),
    "attachments.name": ("'renamed.bin'", "attachment", "name"),
    "attachments.size": ("size + 1", "attachment", "sha256"),
    "attachments.content_type": ("'image/png'", "attachment", "content_type"),
    "attachments.sha256": ("replace(sha256, substr(sha256, 1, 1), 'x')", "attachment", "sha256"),
    "attachments.author_id": (HANAKO, "attachment", "author"),
    "attachments.external_id": ("NULL", "attachment", "external_id"),
    "attachments.created_at": ("replace(created_at, '2026', '2027')", "attachment", "created_at"),
    "attachment_chunks.bytes": ("zeroblob(length(bytes))", "attachment", "sha256"),
}
"""For each column what it becomes, in SQL ("": the row is deleted), and what verify names: kind and field."""


@dataclass(frozen=True)
class Copied:
    """A source, and the folder that holds its copy and the ledger."""

    source: Tracker
    folder: Path


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copied]:
    folder = tmp_path_factory.mktemp("copied")
    with anybacklog.connect(f"memory://{uuid.uuid4().hex}/PROJ") as source:
        file = fill(source).attachments("PROJ-1")[0]
        source.add_attachment(
            "PROJ-1", file.name, io.BytesIO(b"typed"), content_type="text/plain", created_at=file.created_at
        )
        with anybacklog.connect(f"sqlite:///{folder}/target.db?project=PROJ") as target:
            assert migrate(source, target, ledger=folder / "ledger.db").clean
        yield Copied(source, folder)


@pytest.mark.parametrize("column", ALTERED)
def test_an_altered_column_is_named(copied: Copied, tmp_path: Path, column: str) -> None:
    shutil.copytree(copied.folder, tmp_path / "altered")
    file = tmp_path / "altered" / "target.db"
    value, *named = ALTERED[column]
    _alter(file, column, value)
    with anybacklog.connect(f"sqlite:///{file}?project=PROJ") as target:
        found = verify(copied.source, target, ledger=file.with_name("ledger.db")).differences
    assert {(each.kind, each.field) for each in found} - {("link", "extra")} == {tuple(named)}


def test_untouched_it_has_no_difference(copied: Copied) -> None:
    with anybacklog.connect(f"sqlite:///{copied.folder}/target.db?project=PROJ") as target:
        assert verify(copied.source, target, ledger=copied.folder / "ledger.db").differences == []


def test_every_column_that_holds_content_is_altered() -> None:
    columns = {f"{table.name}.{column.name}" for table in TABLES for column in table.columns}
    assert {each for each in columns if not NO_CONTENT.keys() & {each, each.partition(".")[2]}} == ALTERED.keys()


def test_every_field_that_a_tracker_can_hold_is_altered() -> None:
    named = {name for _, kind, field in ALTERED.values() for name in _names(kind, field)}
    assert set(NATIVE_FIELDS) - named == set()


def _alter(file: Path, column: str, value: str) -> None:
    """Alter one row by SQL, which must find it."""
    table, _, name = column.partition(".")
    where = ROW.get(column) or ROW.get(table, "TRUE")
    statement = f"UPDATE {table} SET {name} = {value}" if value else f"DELETE FROM {table}"
    connection = sqlite3.connect(file)
    with connection:
        assert connection.execute(f"{statement} WHERE {where}").rowcount >= 1
    connection.close()


def _names(kind: str, field: str) -> tuple[str, ...]:
    """Give the names by which abilities speak of what verify names."""
    return (field.partition(".")[0],) if kind == "ticket" else (f"{kind}s", f"{kind}s.{field}")
