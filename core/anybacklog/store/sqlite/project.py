"""One project of a file: found by its key, or made by the first write; what every transaction on it starts with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from sqlalchemy import Connection

from anybacklog.errors import ConfigurationError, NotFound
from anybacklog.model import Project, User
from anybacklog.store.defaults import DEFAULT_PROJECT, local_login
from anybacklog.store.sqlite.contents import Contents
from anybacklog.store.sqlite.words import Words, add_project, read_projects
from anybacklog.store.values import checked_text


class TicketFile(Protocol):
    """What a project lives in: one database, whoever keeps it where."""

    path: Path

    def exists(self) -> bool:
        """Tell whether it is there; ConfigurationError if what is there is anything else."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """Give it at one moment; NotFound if it is not there."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """Give it in one transaction, made if need be."""
        ...

    def rehearsing(self) -> AbstractContextManager[Connection]:
        """Give it so that everything can be written and nothing stays."""
        ...

    def snapshot(self) -> AbstractContextManager[Connection]:
        """Give it on a connection of its own, as it is now for as long as that is open."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


@dataclass(slots=True)
class Opened:
    """A project within one transaction."""

    connection: Connection
    project: Project
    words: Words
    login: str
    contents: Contents

    @property
    def number(self) -> int:
        """The project's number in the file."""
        return int(self.project.id)

    def myself(self) -> int:
        """Give the local user's number; makes the user if the file does not know the login yet."""
        for number, user in self.words.users.items():
            if user.login == self.login:
                return number
        return int(self.words.add(self.connection, User(id="", login=self.login, name=self.login)).id)


class SqliteProject:
    """The project a URL means. `key` may be None where the file holds one project, or is yet to be made."""

    def __init__(self, file: TicketFile, contents: Contents, key: str | None) -> None:
        self._file = file
        self._contents = contents
        self._key = None if key is None else checked_text(key, "project")
        self._project: Project | None = None
        self._words: Words | None = None
        self._seen: tuple[Connection, int] | None = None
        self._login = local_login()

    @contextmanager
    def reading(self) -> Iterator[Opened]:
        """Open the project at one moment; NotFound if the file or the project is not there."""
        with self._file.reading() as connection:
            project = self._found(connection)
            if project is None:
                raise NotFound("project", f"{self._key or DEFAULT_PROJECT} in {self._file.path}", local=True)
            yield self._opened(connection, project)

    @contextmanager
    def writing(self) -> Iterator[Opened]:
        """Open the project in one transaction, all or nothing; the file and the project are made if need be."""
        try:
            with self._file.writing() as connection:
                yield self._opened(connection, self._found(connection) or self._added(connection))
        except BaseException:
            self._project = self._words = None  # they may tell of what was rolled back
            raise

    @contextmanager
    def describing(self) -> Iterator[Opened]:
        """Open the project to see what it is, or what the first write would make it; writes nothing."""
        if self._file.exists():
            with self._file.reading() as connection:
                project = self._found(connection)
                if project is not None:
                    yield self._opened(connection, project)
                    return
        with self._file.rehearsing() as connection:
            project = self._added(connection)
            self._project = None
            yield self._fresh(connection, project)

    @contextmanager
    def snapshot(self) -> Iterator[Opened]:
        """Open the project on a connection of its own that goes on seeing the file as it is now."""
        with self.reading() as opened:
            project = opened.project
        with self._file.snapshot() as connection:
            yield self._fresh(connection, project)

    def _opened(self, connection: Connection, project: Project) -> Opened:
        """Read the metadata again if another connection has changed the file since, or this is another one."""
        seen = (connection, int(connection.exec_driver_sql("PRAGMA data_version").scalar_one()))
        if self._words is None or seen != self._seen:
            self._words, self._seen = Words(connection, int(project.id)), seen
        return Opened(connection, project, self._words, self._login, self._contents)

    def _fresh(self, connection: Connection, project: Project) -> Opened:
        return Opened(connection, project, Words(connection, int(project.id)), self._login, self._contents)

    def _found(self, connection: Connection) -> Project | None:
        if self._project is None:
            every = read_projects(connection)
            if self._key is None and len(every) > 1:
                raise ConfigurationError(
                    f"{self._file.path} holds several projects; end the URL, in quotes, with "
                    + " or ".join(f"?project={quote(project.key, safe='')}" for project in every)
                )
            wanted = [project for project in every if self._key in (None, project.key)]
            self._project = wanted[0] if wanted else None
        return self._project

    def _added(self, connection: Connection) -> Project:
        key = self._key or DEFAULT_PROJECT
        self._project = Project(id=str(add_project(connection, key)), key=key, name=key)
        return self._project
