"""The folder of an archive: what is in it, who may work on it, and the two ways between rest and work.

At work the truth is `working/tickets.db`. It comes and goes whole, with one rename of its folder, and whoever finds it
goes on with it: a process may be killed at any moment, and what was acknowledged stands in one place or the other.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from anybacklog.errors import ConfigurationError, Conflict, TransportError
from anybacklog.store.archive.blobs import BlobFolder
from anybacklog.store.archive.exporting import write_archive
from anybacklog.store.archive.importing import Manifest, fill, read_archive_manifest
from anybacklog.store.archive.layout import VERSION
from anybacklog.store.archive.sealed import MANIFEST, Damaged, Newer, sync_file, sync_folder
from anybacklog.store.sqlite.file import SqliteFile, refuse_no_folder
from anybacklog.store.sqlite.schema import make_schema

DATABASE = "tickets.db"
_LEFT_BEHIND = frozenset({"working.lock", "working.new", "working.old"})
"""What an interrupted first write may leave in a folder that is no archive yet."""


class ArchiveFolder:
    """An archive by its path. `blobs` are the bytes of its attachments."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.working = path / "working"
        self.database = self.working / DATABASE
        self.blobs = BlobFolder(path, self.working)

    def at_rest(self) -> bool:
        """Tell whether there are sealed files, up to date or not."""
        return os.path.lexists(self.path / MANIFEST)

    def at_work(self) -> bool:
        """Tell whether there is a working database."""
        return self.working.exists()

    def refuse_others(self) -> None:
        """Refuse, untouched, a folder that is no archive, and links that lead out of one."""
        with self._understood():
            if self.path.exists():
                self._refuse_others()

    def _refuse_others(self) -> None:
        if not self.path.is_dir():
            raise ConfigurationError(f"{self.path} is a file and no archive; give an empty or new folder")
        for name in ("blobs", "working", f"working/{DATABASE}"):
            if (self.path / name).is_symlink():
                raise ConfigurationError(f"{self.path / name} is a link, which no archive has; it was not followed")
        if all(self.at_work() and not self._has_database() for _ in range(2)):  # another may come and go meanwhile
            raise ConfigurationError(
                f"{self.working} has no database, which no crash leaves; restore the archive from a copy,"
                f" or remove {self.working} to go back to its files"
            )
        names = {each.name for each in self.path.iterdir()}
        if names - _LEFT_BEHIND and not names & {MANIFEST, "working"}:
            raise ConfigurationError(f"{self.path} is not an archive; it was not touched, give an empty or new folder")

    def _has_database(self) -> bool:
        try:
            found = self.database.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return stat.S_ISREG(found.st_mode) and found.st_size > 0

    def refuse_another(self, uuid: str) -> None:
        """Refuse a working database of another archive than the files beside it, which it would overwrite."""
        with self._understood():
            try:
                beside = read_archive_manifest(self.path).uuid
            except (FileNotFoundError, Damaged):
                return  # what is whole stands in the database
        if beside != uuid:
            raise ConfigurationError(
                f"{self.working} is of another archive than the files beside it;"
                f" move it into a folder of its own, which is that archive, and open this one again"
            )

    def hold(self) -> FileLock:
        """Take the lock, making the folder; TransportError if another process works on it, or nobody may write here."""
        refuse_no_folder(self.path)
        lock = FileLock(self.path / "working.lock", blocking=False)
        with self._writable("nothing was written, mend it and try again"):
            self.path.mkdir(exist_ok=True)
            try:
                lock.acquire()
            except Timeout:
                raise TransportError(
                    f"{self.path} is in use by another process or tracker; wait until it is closed, then try again",
                    maybe_applied=False,
                ) from None
            except NotImplementedError:
                raise ConfigurationError(
                    f"the file system of {self.path} has no locks, so two processes could meet; copy it to a local disk"
                ) from None
        return lock

    def read_into(self, file: SqliteFile) -> Manifest:
        """Fill a new database from the sealed files; ConfigurationError says what is damaged or newer."""
        with self._understood():
            manifest = read_archive_manifest(self.path)
            try:
                with file.building() as connection:
                    fill(connection, self.path, manifest, self.blobs)
            except (Damaged, FileNotFoundError) as error:
                if self.at_work() or read_archive_manifest(self.path) != manifest:
                    raise Conflict(f"{self.path} was changed while it was read; open it again") from error
                raise
            return manifest

    def prepare(self, copy: SqliteFile | None, copied: Manifest | None) -> None:
        """Put a working database in its place. `copy` is one that was filled from the sealed files as in `copied`."""
        fresh = self.path / "working.new"
        with self._writable("nothing was written, mend it and try again"):
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            try:
                self._make(fresh / DATABASE, copy, copied)
                sync_file(fresh / DATABASE)
                sync_folder(fresh)
                fresh.rename(self.working)
            except BaseException:
                shutil.rmtree(fresh, ignore_errors=True)
                raise
            sync_folder(self.path)

    def publish(self, file: SqliteFile) -> None:
        """Bring the working database to rest: the sealed files first, the manifest after them, then it goes."""
        with self._writable(f"nothing is lost, everything is in {self.working}: mend it, make room, and open it again"):
            with file.snapshot() as connection:
                with self._understood():
                    self.blobs.check_all(connection)
                write_archive(connection, self.path)
                self.blobs.sweep(connection)
            file.close()
            old = self.path / "working.old"
            shutil.rmtree(old, ignore_errors=True)
            self.working.rename(old)
            sync_folder(self.path)
            shutil.rmtree(old)

    def _make(self, path: Path, copy: SqliteFile | None, copied: Manifest | None) -> None:
        if copy is not None and copied is not None and self._manifest() == copied:
            shutil.copyfile(copy.path, path)
        elif self.at_rest():
            self.read_into(SqliteFile(path))
        else:
            with SqliteFile(path).building() as connection:
                make_schema(connection)

    def _manifest(self) -> Manifest | None:
        with self._understood():
            return read_archive_manifest(self.path) if self.at_rest() else None

    @contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except Newer as error:
            raise ConfigurationError(
                f"{self.path} has format {error.version}, from a newer anybacklog; this one knows {VERSION}, update it"
            ) from error
        except FileNotFoundError as error:
            name = Path(error.filename).name
            raise ConfigurationError(f"{self.path} is damaged: {name} is missing; restore it from a copy") from error
        except Damaged as error:
            raise ConfigurationError(f"{self.path} is damaged: {error}; restore it from a copy") from error
        except OSError as error:
            raise ConfigurationError(f"{self.path} cannot be read: {error}") from error

    @contextmanager
    def _writable(self, advice: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TransportError(f"{self.path}: {error.strerror or error}; {advice}", maybe_applied=False) from error
