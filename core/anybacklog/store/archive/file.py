"""An archive as a ticket file: a copy elsewhere while it is read, its own working database once it is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock
from sqlalchemy import Connection

from anybacklog.errors import Conflict, NotFound
from anybacklog.store.archive.folder import DATABASE, ArchiveFolder
from anybacklog.store.archive.importing import Manifest
from anybacklog.store.sqlite.file import BUSY_SECONDS, SqliteFile, blank, refuse_no_folder
from anybacklog.store.sqlite.schema import read_uuid


class ArchiveFile:
    """An archive by its folder. Reading one at rest writes nothing into it; a write makes or takes up its database.

    One process at a time works on an archive. What `close` brings to rest is everything that was acknowledged.
    """

    def __init__(self, path: Path, *, wait_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self.folder = ArchiveFolder(path)
        self._wait_seconds = wait_seconds
        self._file: SqliteFile | None = None
        self._lock: FileLock | None = None
        self._elsewhere: TemporaryDirectory[str] | None = None
        self._copied: Manifest | None = None

    def exists(self) -> bool:
        """Tell whether there is an archive; ConfigurationError if what is there is anything else, damaged or newer."""
        return self._opened() is not None

    def reading(self) -> AbstractContextManager[Connection]:
        """Give the archive at one moment; NotFound if there is none."""
        return self._found().reading()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the archive in one transaction, durable when it ends; the folder is made if need be."""
        if self._lock is None:
            self._begin()
        with self._found().writing() as connection:
            yield connection

    def rehearsing(self) -> AbstractContextManager[Connection]:
        """Give a connection on which everything can be written and nothing stays."""
        if (opened := self._opened()) is not None:
            return opened.rehearsing()
        refuse_no_folder(self.path)
        return blank()

    def snapshot(self) -> AbstractContextManager[Connection]:
        """Give a connection of its own that sees the archive as it is now, whoever writes."""
        return self._found().snapshot()

    def close(self) -> None:
        """Bring what was worked on to rest, and let go; TransportError if that cannot be written: nothing is lost."""
        try:
            if self._lock is not None and self._file is not None:
                self.folder.publish(self._file)
        finally:
            self._let_go()

    def _found(self) -> SqliteFile:
        file = self._opened()
        if file is None:
            raise NotFound("archive", self.path, local=True)
        return file

    def _opened(self) -> SqliteFile | None:
        """Open what is there: a working database, to be finished if nobody holds it, or a copy of the files."""
        if self._file is None:
            self.folder.refuse_others()
            if self.folder.at_work():
                self._take_up()
            elif self.folder.at_rest():
                self._copy()
        return self._file

    def _copy(self) -> None:
        self._elsewhere = TemporaryDirectory(prefix="anybacklog-")
        try:
            file = SqliteFile(Path(self._elsewhere.name) / DATABASE)
            self._copied = self.folder.read_into(file)
        except BaseException:
            self._let_go()
            raise
        self._file = file

    def _begin(self) -> None:
        self.folder.refuse_others()
        self._take_up()

    def _take_up(self) -> None:
        """Hold the archive and work on its own database, made from what is there if there is none."""
        lock = self.folder.hold()
        try:
            if not self.folder.at_work():
                self.folder.prepare(self._file, self._copied)
            working = SqliteFile(self.folder.database, wait_seconds=self._wait_seconds)
            self._refuse_another(working)
        except BaseException:
            lock.release()
            raise
        self._lock, self._file = lock, working

    def _refuse_another(self, working: SqliteFile) -> None:
        """Refuse to write into another archive than the one that was read, or over the files of another."""
        try:
            with working.reading() as connection:
                uuid = read_uuid(connection)
            self.folder.refuse_another(uuid)
            if self._file is not None:
                self._refuse_change(self._file, uuid)
        except BaseException:
            working.close()
            raise

    def _refuse_change(self, before: SqliteFile, uuid: str) -> None:
        with before.reading() as connection:
            same = read_uuid(connection) == uuid
        before.close()
        if not same:
            raise Conflict(f"{self.path} is not the archive any more that was opened; open it again")

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
        if self._lock is not None:
            self._lock.release()
        if self._elsewhere is not None:
            self._elsewhere.cleanup()
        self._file = self._lock = self._elsewhere = self._copied = None
