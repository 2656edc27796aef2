"""A database -> the files of an archive at rest: every table in order of id, as a noun per line, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from anybacklog import __version__
from anybacklog.forms import dump
from anybacklog.model import Link, Project
from anybacklog.store.archive.blobs import total
from anybacklog.store.archive.layout import (
    ATTACHMENT_LINES,
    COMMENT_LINES,
    COUNTED,
    FILES,
    KIND,
    LINK_LINES,
    PROJECT_LINES,
    TICKET_LINES,
    USER_LINES,
    VERSION,
    Lines,
)
from anybacklog.store.archive.sealed import Sealed, line_of, write_lines, write_manifest
from anybacklog.store.sqlite.rows import BATCH, read_attachment, read_comments, read_tickets
from anybacklog.store.sqlite.schema import read_uuid
from anybacklog.store.sqlite.words import Words, read_projects


def write_archive(connection: Connection, folder: Path) -> None:
    """Write the files of an archive and then its manifest, each whole or not at all. OSError if one cannot be."""
    export = _Export(connection)
    files: dict[str, Sealed] = {}
    for lines in FILES:
        files[lines.name] = write_lines(folder / lines.name, export.lines(lines))
    held = {
        "uuid": read_uuid(connection),
        "writer": f"anybacklog {__version__}",
        "last_ids": _last_ids(connection),
        "blobs": total(connection),
    }
    write_manifest(folder, KIND, VERSION, held, files)


class _Export:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._words = {int(project.id): Words(connection, int(project.id)) for project in read_projects(connection)}
        self._people = next(iter(self._words.values()), None) or Words(connection, 0)

    def lines(self, lines: Lines) -> Iterator[bytes]:
        """Yield the lines of one file."""
        for noun, more in self._nouns(lines):
            held = dump(noun)
            for name in lines.without:
                del held[name]
            yield line_of(held | more)

    def _nouns(self, lines: Lines) -> Iterator[tuple[Any, dict[str, Any]]]:
        every = {
            PROJECT_LINES: self._projects,
            USER_LINES: self._users,
            TICKET_LINES: self._tickets,
            COMMENT_LINES: self._comments,
            ATTACHMENT_LINES: self._attachments,
            LINK_LINES: self._links,
        }
        return every[lines]() if lines in every else self._defined(lines)

    def _projects(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        for rows in self._rows(PROJECT_LINES):
            for row in rows:
                yield Project(id=str(row.id), key=row.key, name=row.name), {"last_number": row.last_number}

    def _users(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        return ((user, {}) for user in self._people.users.values())

    def _defined(self, lines: Lines) -> Iterator[tuple[Any, dict[str, Any]]]:
        kind: Any = lines.noun
        every = [
            (number, noun, project)
            for project, words in self._words.items()
            for number, noun in words.all_of(kind).items()
        ]
        for _, noun, project in sorted(every, key=lambda each: each[0]):
            yield noun, {"project": str(project)}

    def _tickets(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        for batch in self._rows(TICKET_LINES):
            for project, rows in groupby(batch, key=attrgetter("project_id")):
                same = list(rows)
                whole = read_tickets(self._connection, self._words[project], same, empty=("links", "attachments"))
                for row, ticket in zip(same, whole, strict=True):
                    yield ticket, {"project": str(project), "external_id": row.external_id}

    def _comments(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        for rows in self._rows(COMMENT_LINES):
            for row, comment in zip(rows, read_comments(self._connection, self._people, rows), strict=True):
                yield comment, {"ticket": str(row.ticket_id), "external_id": row.external_id}

    def _attachments(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        for rows in self._rows(ATTACHMENT_LINES):
            for row in rows:
                comment = None if row.comment_id is None else str(row.comment_id)
                more = {"ticket": str(row.ticket_id), "comment": comment, "external_id": row.external_id}
                yield read_attachment(self._people, row), more

    def _links(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        for rows in self._rows(LINK_LINES):
            for row in rows:
                yield Link(id=str(row.id), kind=row.kind, target=str(row.target_id)), {"ticket": str(row.ticket_id)}

    def _rows(self, lines: Lines) -> Iterator[list[Row[Any]]]:
        query = select(lines.table).order_by(lines.table.c.id).execution_options(yield_per=BATCH)
        yield from map(list, self._connection.execute(query).partitions(BATCH))


def _last_ids(connection: Connection) -> dict[str, int]:
    known = {name: int(last) for name, last in connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")}
    return {name: known.get(name, 0) for name in COUNTED}
