"""A text file written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import uuid4


@contextmanager
def whole(path: Path) -> Iterator[IO[str]]:
    """Give a file to write: whoever reads `path` sees the old text or the new one, never half. OSError names `path`.

    What is no file, as a pipe or /dev/null, is written to and stays what it is; a link stays, and its file is written.
    """
    try:
        with _opened(path) if path.exists() and not path.is_file() else _renamed(path.resolve()) as file:
            yield file
    except OSError as error:
        error.filename = str(path)  # a full disk names no file, and nobody knows the other name
        raise


@contextmanager
def _renamed(path: Path) -> Iterator[IO[str]]:
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with _opened(part) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        with suppress(OSError):  # as on a disk that is read-only, where it never was
            part.unlink(missing_ok=True)


def _opened(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
