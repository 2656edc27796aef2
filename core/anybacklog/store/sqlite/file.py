"""One database file: found, made on first write, upgraded, and never mistaken for a stranger's or a later one."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, exc
from sqlalchemy.pool import NullPool

from anybacklog.errors import ConfigurationError, Conflict, NotFound, TransportError
from anybacklog.store.sqlite.damage import Damaged, code_of, decoding
from anybacklog.store.sqlite.schema import APPLICATION_ID, VERSION, make_schema, upgrade, version_of

BUSY_SECONDS = 30.0
"""How long a write waits for another process to finish its own."""

_MAGIC = b"SQLite format 3\x00"
_LOGS = ("-wal", "-journal")
_CANNOT_WRITE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
_PRAGMAS = ("foreign_keys = ON", "synchronous = FULL", "journal_size_limit = 67108864")


_WITHOUT_A_NET = ("journal_mode = MEMORY", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -32768")


class SqliteFile:
    """A ticket file by its path. Writing holds one connection; every listing reads a snapshot of its own.

    Once opened it is that one file: when the path leads nowhere any more, or to another file, NotFound or Conflict.
    """

    def __init__(self, path: Path, *, wait_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self._wait_seconds = wait_seconds
        self._mode = "rw"
        self._engine = _engine(lambda: self._connect(self._mode))
        self._held: Connection | None = None
        self._fingerprint: tuple[int, ...] = ()
        self._asked_for_wal = False

    def exists(self) -> bool:
        """Tell whether there is a ticket file; ConfigurationError if what is there is anything else."""
        with self._translated():
            if self._held is None and not self._inspect():
                return False
            self._opened()
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
        with self._translated("nothing of this was written, mend it and try again"):
            if not self.exists():
                self._make()
            connection = self._opened()
            if not self._asked_for_wal:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")  # so that no listing keeps a write waiting
                self._asked_for_wal = True
            with _transaction(connection, "BEGIN IMMEDIATE", "COMMIT"):
                yield connection
                self._refuse_another()

    @contextmanager
    def rehearsing(self) -> Iterator[Connection]:
        """Give a connection on which everything can be written and nothing stays: it shows what a first write makes."""
        with self._translated():
            if self.exists():
                with _transaction(self._opened(), "BEGIN IMMEDIATE", "ROLLBACK"):
                    yield self._opened()
                return
            refuse_no_folder(self.path)
            with blank() as connection:
                yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection of its own that sees the file as it is now for as long as it is open, whoever writes."""
        with self._translated():
            self._opened()
            with self._engine.connect() as connection, _transaction(connection, "BEGIN", "ROLLBACK"):
                self._refuse_another()
                yield connection

    @contextmanager
    def building(self) -> Iterator[Connection]:
        """Give a new file in one fast, unprotected transaction: whole when this ends, else to be thrown away."""
        engine = _engine(lambda: self._connect("rwc"))
        with self._translated("nothing was changed, mend it and try again"), engine.connect() as connection:
            for pragma in _WITHOUT_A_NET:
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            with _transaction(connection, "BEGIN", "COMMIT"):
                yield connection

    def close(self) -> None:
        """Let go of the file."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def _connect(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}", uri=True, timeout=self._wait_seconds
        )
        try:
            with decoding():  # a damaged schema is quoted in SQLite's complaint, which then is no text
                for pragma in _PRAGMAS:
                    connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _inspect(self) -> bool:
        """Look at the header alone, so that a stranger's database is not even opened."""
        try:
            if not stat.S_ISREG(self.path.stat().st_mode):  # a pipe would keep us waiting for ever
                raise ConfigurationError(f"{self.path} is not a file but a folder or a device; give a file")
            with self.path.open("rb") as file:
                header = file.read(100)
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ConfigurationError(f"{self.path} cannot be read: {reason}; give another file") from error
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
                raise NotFound("file", self.path, local=True)
            self._held = self._connected()
            self._fingerprint = self._found()
            self._bring_up_to_date(self._held)
        self._refuse_another()
        return self._held

    def _connected(self) -> Connection:
        """Connect; where nothing can be written and no write is pending, read without SQLite's log beside the file."""
        try:
            return self._working()
        except exc.OperationalError as error:
            if code_of(error) not in _CANNOT_WRITE or any(map(self._has_log, _LOGS)):
                raise
        self._mode = "ro&immutable=1"
        return self._working()

    def _working(self) -> Connection:
        connection = self._engine.connect()
        try:
            version_of(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _has_log(self, ending: str) -> bool:
        log = self.path.with_name(self.path.name + ending)
        return log.exists() and log.stat().st_size > 0

    def _found(self) -> tuple[int, ...]:
        """Give what tells this file from any other, and from its own later state where SQLite does not look."""
        try:
            there = self.path.stat()
        except OSError:
            raise NotFound("file", self.path, local=True) from None
        state = () if self._mode == "rw" else (there.st_size, there.st_mtime_ns)
        return there.st_dev, there.st_ino, *state

    def _refuse_another(self) -> None:
        """Refuse to go on with a file that nobody can find any more."""
        if self._found() != self._fingerprint:
            raise Conflict(f"{self.path} is not the file any more that was opened; open it again")

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
                raise NotFound("file", self.path, local=True)
            with _transaction(connection, "BEGIN IMMEDIATE", "COMMIT"):
                upgrade(connection)
        except BaseException:
            self.close()
            raise

    def _make(self) -> None:
        refuse_no_folder(self.path)
        engine = _engine(lambda: self._connect("rwc"))
        with engine.connect() as connection, _transaction(connection, "BEGIN IMMEDIATE", "COMMIT"):
            if version_of(connection) == 0:  # or somebody else was quicker
                make_schema(connection)

    @contextmanager
    def _translated(self, advice: str = "mend that and try again") -> Iterator[None]:
        try:
            yield
        except exc.OperationalError as error:
            if code_of(error) == sqlite3.SQLITE_ERROR:
                raise self._damaged(error.orig) from error
            raise TransportError(f"{self.path}: {error.orig}; {advice}", maybe_applied=False) from error
        except exc.IntegrityError as error:
            raise Conflict(f"{self.path}: {error.orig}; somebody changed the file meanwhile, try again") from error
        except exc.DatabaseError as error:
            raise self._damaged(error.orig) from error
        except (exc.NoResultFound, Damaged) as error:
            raise self._damaged(error) from error

    def _damaged(self, reason: object) -> ConfigurationError:
        return ConfigurationError(f"{self.path} is damaged: {reason}; restore it from a copy")


def refuse_no_folder(path: Path) -> None:
    """Refuse to make what is to lie in a folder that is not there."""
    if not path.parent.is_dir():
        raise ConfigurationError(f"there is no folder {path.parent} for {path.name}; make it, or name another")


@contextmanager
def blank() -> Iterator[Connection]:
    """Give the tables of a new file, in memory."""
    with _engine(_connect_memory).connect() as connection:
        make_schema(connection)
        yield connection


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
