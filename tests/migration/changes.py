"""What may become of every field of a project in a SQLite file, in SQL, and what `verify` names then.

Each is a change of something, its emptying, or something added where there was nothing; `fill` makes the project.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TypeAlias

Named: TypeAlias = tuple[tuple[str, str], ...]
"""Kind and field of each difference."""


def word(table: str, name: str) -> str:
    return f"(SELECT id FROM {table} WHERE name = '{name}')"


def ticket(number: int) -> str:
    return f"(SELECT id FROM tickets WHERE key = 'PROJ-{number}')"


HANAKO = "(SELECT id FROM users WHERE login = 'hanako')"
DAY = "'2026-02-01T00:00:00.000000Z'"
FILES, PRIVATE = "id = 3", "id = 4"
"""The comment that brought files, and the one that few may read, at both ends."""
EMPTY, BYTES, TYPED = "size = 0", "size > 99", "size = 5"
"""Files: the two that this comment brought, and one that says what it is."""
FIELDS: dict[str, tuple[str, str, str]] = {
    "title": ("'other'", "", ""),
    "description": ("'other'", "NULL, description_format = NULL", "'new', description_format = 'plain'"),
    "type": (word("ticket_types", "Other"), "NULL", ""),
    "status": (word("statuses", "Closed"), "NULL", ""),
    "priority": (word("priorities", "Low"), "NULL", ""),
    "resolution": (word("resolutions", "Invalid"), "NULL", word("resolutions", "Fixed")),
    "reporter": (word("users", "John"), "NULL", ""),
    "created_at": ("replace(created_at, '2026', '2027')", "NULL", ""),
    "updated_at": ("replace(updated_at, '2026', '2027')", "NULL", ""),
    "start_date": ("'2020-01-01'", "NULL", "'2020-01-01'"),
    "due_date": ("'2029-01-01'", "NULL", "'2029-01-01'"),
    "estimated_hours": ("99.0", "NULL", "99.0"),
    "actual_hours": ("98.0", "NULL", "98.0"),
    "parent": (ticket(3), "NULL", ticket(2)),
}  # fmt: skip
"""Of a ticket: another value, an empty one, and one for a ticket that has none ("": every ticket has one)."""
LISTS = {
    "assignees": ("user_id", HANAKO),
    "watchers": ("user_id", HANAKO),
    "categories": ("category_id", word("categories", "UI")),
    "affected_versions": ("version_id", word("versions", "0.9")),
    "milestones": ("milestone_id", word("milestones", "1.0")),
}
REFERENCES = ("type", "status", "priority", "resolution", "reporter", "parent")


def _of_tickets() -> dict[str, tuple[str, Named]]:
    found: dict[str, tuple[str, Named]] = {}
    for name, (other, empty, new) in FIELDS.items():
        column = f"{name}_id" if name in REFERENCES else name
        for how, value, key in (("changed", other, 1), ("emptied", empty, 1), ("added", new, 3)):
            if value:
                sql = f"UPDATE tickets SET {column} = {value} WHERE key = 'PROJ-{key}'"
                found[f"{name} {how}"] = sql, (("ticket", name),)
    for name, (column, value) in LISTS.items():
        found[f"{name} emptied"] = f"DELETE FROM ticket_{name}", (("ticket", name),)
        row = f"VALUES ({ticket(3)}, 0, {value})"
        found[f"{name} added"] = f"INSERT INTO ticket_{name} (ticket_id, position, {column}) {row}", (("ticket", name),)
    return found


def _of_comments() -> dict[str, tuple[str, Named]]:
    changed = {"author": f"author_id = {HANAKO}", "body": "body = 'other'", "private": "private = 1"}
    found: dict[str, tuple[str, Named]] = {
        f"comments.{name} changed": (f"UPDATE comments SET {value} WHERE {FILES}", (("comment", name),))
        for name, value in changed.items()
    }
    for name, value in {"author": "author_id = NULL", "body": "body = ''"}.items():
        found[f"comments.{name} emptied"] = f"UPDATE comments SET {value} WHERE {FILES}", (("comment", name),)
    return found


POINTS = (("ticket", "custom_fields.Points"),)
CHANGES: dict[str, tuple[str, Named]] = {
    **_of_tickets(),
    "custom_fields changed": ("UPDATE ticket_custom_fields SET value = '3.5' WHERE value = '3.25'", POINTS),
    "custom_fields emptied": ("DELETE FROM ticket_custom_fields WHERE value = '3.25'", POINTS),
    "custom_fields added": (
        f"INSERT INTO ticket_custom_fields SELECT {ticket(3)}, id, 0, '4' FROM custom_fields WHERE name = 'Points'",
        POINTS,
    ),
    "links changed": ("UPDATE links SET kind = 'relates'", (("link", "missing"), ("link", "extra"))),
    "links emptied": ("DELETE FROM links", (("link", "gone"),)),
    "links added": (
        f"INSERT INTO links (ticket_id, kind, target_id) VALUES ({ticket(3)}, 'relates', {ticket(2)})",
        (("link", "new"),),
    ),
    **_of_comments(),
    "comments.created_at changed": (
        f"UPDATE comments SET created_at = replace(created_at, ':01.', ':00.') WHERE {FILES}",
        (("comment", "created_at"),),
    ),
    "comments.updated_at changed": (
        f"UPDATE comments SET updated_at = '2027-01-01T00:00:00.000000Z' WHERE {PRIVATE}",
        (("comment", "updated_at"),),
    ),
    "comments.updated_at emptied": (
        f"UPDATE comments SET updated_at = NULL WHERE {PRIVATE}",
        (("comment", "updated_at"),),
    ),
    "comments emptied": ("DELETE FROM comments WHERE created_at LIKE '2026-01-04%'", (("comment", "gone"),)),
    "comments added": (
        f"INSERT INTO comments (ticket_id, body, body_format, created_at) VALUES ({ticket(3)}, 'new', 'plain', {DAY})",
        (("comment", "new"),),
    ),
    "comments.changes changed": ("UPDATE changes SET new = 'Closed'", (("comment", "changes"),)),
    "comments.changes emptied": ("UPDATE changes SET old = NULL", (("comment", "changes"),)),
    "comments.changes added": (
        f"INSERT INTO changes (comment_id, position, field) SELECT id, 0, 'title' FROM comments WHERE {FILES}",
        (("comment", "changes"),),
    ),
    "comments.attachments emptied": (
        f"UPDATE attachments SET comment_id = NULL WHERE {BYTES}",
        (("comment", "attachments"),),
    ),
    "attachments.name changed": (
        f"UPDATE attachments SET name = 'renamed.bin' WHERE {BYTES}",
        (("attachment", "name"),),
    ),
    "attachments.author changed": (
        f"UPDATE attachments SET author_id = {HANAKO} WHERE {BYTES}",
        (("attachment", "author"),),
    ),
    "attachments.author emptied": (
        f"UPDATE attachments SET author_id = NULL WHERE {BYTES}",
        (("attachment", "author"),),
    ),
    "attachments.created_at changed": (
        f"UPDATE attachments SET created_at = replace(created_at, '2026', '2027') WHERE {BYTES}",
        (("attachment", "created_at"),),
    ),
    "attachments.content_type changed": (
        f"UPDATE attachments SET content_type = 'image/png' WHERE {TYPED}",
        (("attachment", "content_type"),),
    ),
    "attachments.content_type emptied": (
        f"UPDATE attachments SET content_type = NULL WHERE {TYPED}",
        (("attachment", "content_type"),),
    ),
    "attachments.content_type added": (
        f"UPDATE attachments SET content_type = 'text/plain' WHERE {EMPTY}",
        (("attachment", "content_type"),),
    ),
    "attachments emptied": (f"DELETE FROM attachments WHERE {EMPTY}", (("attachment", "gone"),)),
}
"""By what is done to what: the SQL, and what a target names that holds every field.

A thing that is gone is missing where it went from the target, extra where it went from the source; a new one is either.
"""
ONLY_THERE: dict[str, tuple[str, Named]] = {
    "external_id emptied": (
        "UPDATE tickets SET external_id = NULL WHERE key = 'PROJ-1'",
        (("ticket", "external_id"),),
    ),
    "external_id changed": (
        "UPDATE tickets SET external_id = (SELECT external_id FROM tickets WHERE title = '親') WHERE key = 'PROJ-1'",
        (("ticket", "external_id"),),
    ),
    "comments.external_id emptied": (
        f"UPDATE comments SET external_id = NULL WHERE {FILES}",
        (("comment", "external_id"),),
    ),
    "comments.external_id changed": (
        f"UPDATE comments SET external_id = 'mine' WHERE {FILES}",
        (("comment", "external_id"),),
    ),
    "attachments.external_id emptied": (
        f"UPDATE attachments SET external_id = NULL WHERE {BYTES}",
        (("attachment", "external_id"),),
    ),
    "attachments.external_id changed": (
        f"UPDATE attachments SET external_id = 'mine' WHERE {BYTES}",
        (("attachment", "external_id"),),
    ),
    "key changed": ("UPDATE tickets SET key = 'OTHER-1' WHERE key = 'PROJ-1'", (("ticket", "key"),)),
}
"""What may become of keys and marks, of which only those in the target matter."""


def changed(file: Path, sql: str, copy: Path) -> Path:
    """Write a copy of a closed file in which each statement has changed something."""
    copy.write_bytes(file.read_bytes())
    connection = sqlite3.connect(copy)
    with connection:
        for each in sql.split("; "):
            assert connection.execute(each).rowcount >= 1, each
    connection.close()
    return copy


def named(wanted: Named, *, at_source: bool) -> list[tuple[str, str]]:
    """Say how a thing that is gone, or new, is called by where that happened."""
    words = {"gone": "extra", "new": "missing"} if at_source else {"gone": "missing", "new": "extra"}
    return sorted((kind, words.get(field, field)) for kind, field in wanted)
