"""The bytes of attachments, each in a file that is named by its SHA-256: `blobs/ab/abcdef...`."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import uuid4

from sqlalchemy import Connection, Row, func, select

from anybacklog.errors import ConfigurationError
from anybacklog.store.archive.sealed import Damaged, opened
from anybacklog.store.archive.whole import write_whole
from anybacklog.store.sqlite.tables import ATTACHMENTS
from anybacklog.store.values import CHUNK

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_NAME = re.compile(r"[0-9a-f]{64}")
_DISTINCT = select(ATTACHMENTS.c.sha256, ATTACHMENTS.c.size).distinct()
_TOTAL = select(func.count(), func.coalesce(func.sum(_DISTINCT.subquery().c.size), 0))
_NAMES = select(ATTACHMENTS.c.sha256).distinct().order_by(ATTACHMENTS.c.sha256).execution_options(yield_per=1000)


class BlobFolder:
    """The blobs of one archive. `fresh` is where a blob is written before its name is known."""

    def __init__(self, archive: Path, fresh: Path) -> None:
        self._archive = archive
        self._folder = archive / "blobs"
        self._fresh = fresh

    def keep(self, connection: Connection, number: int, stream: BinaryIO) -> tuple[int, str]:  # noqa: ARG002  # the row is not needed
        """Store the rest of a stream, durably; what is there already is written again, and so mended."""
        return write_whole(stream, self._fresh / f"{uuid4().hex}.blob", self.path, self._told)

    def open(self, connection: Connection, row: Row[Any]) -> AbstractContextManager[BinaryIO]:  # noqa: ARG002  # the file is enough
        """Open the bytes; ConfigurationError at their end if they are not what was stored."""
        return self._opened(self.path(row.sha256))

    def path(self, sha256: str) -> Path:
        """Give a blob's place; Damaged if this is no SHA-256."""
        if not _NAME.fullmatch(sha256):
            raise Damaged(f"{sha256!r} is no SHA-256 in lower-case hex")
        return self._folder / sha256[:2] / sha256

    def check(self, sha256: str, size: int) -> None:
        """Make sure that a blob is there with its size; Damaged if not. What it holds is checked when it is read."""
        try:
            with opened(self.path(sha256)) as file:
                there = os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            raise Damaged(f"blobs/{sha256[:2]}/{sha256} is missing") from None
        if there != size:
            raise Damaged(f"blobs/{sha256[:2]}/{sha256} has {there} bytes and not the {size} that were written")

    def check_all(self, connection: Connection) -> None:
        """Check every blob that an attachment refers to."""
        for row in connection.execute(_DISTINCT.execution_options(yield_per=1000)):
            self.check(row.sha256, row.size)

    def sweep(self, connection: Connection) -> None:
        """Remove what no attachment refers to any more."""
        kept = groupby(connection.execute(_NAMES).scalars(), key=lambda sha256: sha256[:2])
        wanted = next(kept, None)
        for folder in sorted(self._folder.iterdir()) if self._folder.is_dir() else ():
            while wanted is not None and wanted[0] < folder.name:
                wanted = next(kept, None)
            names = frozenset(wanted[1]) if wanted is not None and wanted[0] == folder.name else frozenset()
            _remove_others(folder, names)

    @contextmanager
    def _opened(self, path: Path) -> Iterator[BinaryIO]:
        try:
            with opened(path) as file, io.BufferedReader(_Checked(file, path), CHUNK) as stream:
                yield stream
        except (Damaged, FileNotFoundError) as error:
            raise ConfigurationError(f"{path} is missing or damaged ({error}); restore it from a copy") from error

    def _told(self, error: OSError) -> str:
        return f"{self._archive}: {error.strerror}; nothing of this was written, mend it and try again"


def total(connection: Connection) -> dict[str, int]:
    """Count the blobs that attachments refer to, and their bytes."""
    count, size = connection.execute(_TOTAL).one()
    return {"count": count, "bytes": size}


def _remove_others(folder: Path, names: frozenset[str]) -> None:
    """Remove the blobs that are not named, and the folder if it is empty then; what is no blob is left alone."""
    if len(folder.name) != 2 or folder.is_symlink() or not folder.is_dir():
        return
    left = 0
    for blob in folder.iterdir():
        if _NAME.fullmatch(blob.name) and blob.name not in names:
            blob.unlink()
        else:
            left += 1
    if not left:
        folder.rmdir()


class _Checked(io.RawIOBase):
    """Reads through; at the end the bytes must be those of the file's name."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        piece = self._file.read(len(view))
        view[: len(piece)] = piece
        self._digest.update(piece)
        if not piece and self._digest.hexdigest() != self._path.name:
            raise ConfigurationError(f"{self._path} is damaged: its SHA-256 differs; restore it from a copy")
        return len(piece)
