"""One database file: found, made on first write, upgraded, and never mistaken for a stranger's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, exc
from sqlalchemy.pool import NullPool

from anybacklog.errors import ConfigurationError, Conflict, NotFound, TransportError
from anybacklog.store.sqlite.schema import APPLICATION_ID, VERSION, make_schema, upgrade, version_of

BUSY_SECONDS = 30.0
"""How long a write waits for another process to finish its own."""

_MAGIC = b"SQLite format 3\x00"
_PRAGMAS = ("foreign_keys = ON", "synchronous = FULL", "journal_size_limit = 67108864")


class SqliteFile:
    """A ticket file by its path. Writing holds one connection; every listing reads a snapshot of its own."""

    def __init__(self, path: Path, *, wait_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self._wait_seconds = wait_seconds
        self._engine = _engine(self._connect)
        self._held: Connection | None = None
        self._asked_for_wal = False

    def exists(self) -> bool:
        """Tell whether there is a ticket file; ConfigurationError if what is there is anything else."""
        try:
            self._opened()
        except NotFound:
            return False
        return True

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give the held connection, at one moment of the file; NotFound if there is no file."""
        with self._translated():
            connection = self._opened()
            if _in_transaction(connection):
                yield connection
                return
            with _transaction(connection, "BEGIN", "COMMIT"):
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the held connection in one transaction: all of it happens or nothing; the file is made if need be."""
        with self._translated():
            if not self.exists():
                self._make()
            connection = self._opened()
            if not self._asked_for_wal:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")  # so that no listing keeps a write waiting
                self._asked_for_wal = True
            with _transaction(connection, "BEGIN IMMEDIATE", "COMMIT"):
                yield connection

    @contextmanager
    def rehearsing(self) -> Iterator[Connection]:
        """Give a connection on which everything can be written and nothing stays: it shows what a first write makes."""
        with self._translated():
            if self.exists():
                with _transaction(self._opened(), "BEGIN IMMEDIATE", "ROLLBACK"):
                    yield self._opened()
                return
            with _engine(_connect_memory).connect() as connection:
                make_schema(connection)
                yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection of its own that sees the file as it is now for as long as it is open, whoever writes."""
        with self._translated():
            self._opened()
            with self._engine.connect() as connection, _transaction(connection, "BEGIN", "ROLLBACK"):
                yield connection

    def close(self) -> None:
        """Let go of the file."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def _connect(self) -> sqlite3.Connection:
        mode = "rw" if self.path.exists() else "rwc"
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}", uri=True, timeout=self._wait_seconds
        )
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _inspect(self) -> bool:
        """Look at the header alone, so that a stranger's database is not even opened."""
        try:
            with self.path.open("rb") as file:
                header = file.read(100)
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{self.path} cannot be read: {error}") from error
        if not header:
            return False  # somebody's empty file, or a first write that was interrupted
        if not header.startswith(_MAGIC):
            raise ConfigurationError(f"{self.path} is not a SQLite database; it was not touched, give another file")
        if int.from_bytes(header[68:72]) != APPLICATION_ID:
            raise ConfigurationError(
                f"{self.path} is a SQLite database, but not one of anybacklog's; it was not touched, give another file"
            )
        return True

    def _opened(self) -> Connection:
        if self._held is None:
            if not self._inspect():
                raise NotFound("file", self.path)
            self._held = self._engine.connect()
            self._bring_up_to_date(self._held)
        return self._held

    def _bring_up_to_date(self, connection: Connection) -> None:
        version = version_of(connection)
        if version == VERSION:
            return
        try:
            if version > VERSION:
                raise ConfigurationError(
                    f"{self.path} has schema {version}, from a newer anybacklog; this one knows {VERSION}, update it"
                )
            if version == 0:
                raise NotFound("file", self.path)
            with _transaction(connection, "BEGIN IMMEDIATE", "COMMIT"):
                upgrade(connection)
        except BaseException:
            self.close()
            raise

    def _make(self) -> None:
        if not self.path.parent.is_dir():
            raise ConfigurationError(
                f"there is no folder {self.path.parent} for {self.path.name}; make the folder first"
            )
        with self._engine.connect() as connection, _transaction(connection, "BEGIN IMMEDIATE", "COMMIT"):
            if version_of(connection) == 0:  # or somebody else was quicker
                make_schema(connection)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except exc.OperationalError as error:
            raise TransportError(
                f"{self.path}: {error.orig}; nothing of this was written, mend it and try again", maybe_applied=False
            ) from error
        except exc.IntegrityError as error:
            raise Conflict(f"{self.path}: {error.orig}; somebody changed the file meanwhile, try again") from error
        except exc.DatabaseError as error:
            raise ConfigurationError(f"{self.path} is damaged: {error.orig}; restore it from a copy") from error


def _in_transaction(connection: Connection) -> bool:
    return cast("sqlite3.Connection", connection.connection.dbapi_connection).in_transaction


def _engine(connect: Callable[[], sqlite3.Connection]) -> Engine:
    return create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool, isolation_level="AUTOCOMMIT")


def _connect_memory() -> sqlite3.Connection:
    return sqlite3.connect(":memory:")


@contextmanager
def _transaction(connection: Connection, begin: str, end: str) -> Iterator[None]:
    """Run one transaction by SQLite's own words: pysqlite's implicit ones leave out reads and schema changes."""
    connection.exec_driver_sql(begin)
    try:
        yield
        connection.exec_driver_sql(end)
    except BaseException:
        if connection.invalidated:  # by Ctrl-C within a statement: SQLite's connection is closed, nothing has stayed
            connection.rollback()
        elif _in_transaction(connection):  # some errors have rolled back already
            connection.exec_driver_sql("ROLLBACK")
        raise
