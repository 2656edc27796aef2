"""The archive as a backend: all that a database can do, and files that ordinary tools read when it is closed."""

from __future__ import annotations

from pathlib import Path

from anybacklog.backend import Connection as Opening
from anybacklog.errors import ConfigurationError
from anybacklog.store.archive.file import ArchiveFile
from anybacklog.store.defaults import Clock, utc_now
from anybacklog.store.sqlite.backend import DatabaseBackend
from anybacklog.store.sqlite.file import BUSY_SECONDS


def open_archive(opening: Opening) -> ArchiveBackend:
    """Open `archive:///FOLDER?project=KEY`; nothing is read or made yet."""
    location = opening.location
    if location.authority() or not location.file_path or "\0" in location.file_path:
        raise ConfigurationError(
            "an archive URL names a folder and no host: archive:///backup for a relative path,"
            " archive:////var/backup for an absolute one"
        )
    return ArchiveBackend(Path(location.file_path), opening.options.get("project") or location.options.get("project"))


class ArchiveBackend(DatabaseBackend):
    """A project in an archive folder; `close` brings what was written to rest."""

    scheme = "archive"
    place = "the archive"
    _file: ArchiveFile

    def __init__(
        self, path: Path, project: str | None = None, *, clock: Clock = utc_now, wait_seconds: float = BUSY_SECONDS
    ) -> None:
        file = ArchiveFile(path, wait_seconds=wait_seconds)
        super().__init__(file, file.folder.blobs, project, clock)
