"""A file written whole or not at all, in a place that its bytes decide, and there for good."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from anybacklog.errors import TransportError
from anybacklog.store.archive.sealed import sync_folder
from anybacklog.store.values import chunks

Told = Callable[[OSError], str]


def write_whole(stream: BinaryIO, part: Path, place: Callable[[str], Path], told: Told) -> tuple[int, str]:
    """Write the rest of a stream as `part`, durably, then move it to `place`, which is given its SHA-256 in hex.

    Gives its size and its hash. TransportError with the sentence `told` if the disk does not take it; what the stream
    raises passes. Either way nothing is left of `part`, which must be on the disk of its place.
    """
    try:
        with writable(told):
            file = part.open("xb")
        with file:
            size, sha256 = _copied(stream, file, told)
        with writable(told):
            _put(part, place(sha256))
    finally:
        with suppress(OSError):  # as on a disk that is read-only, where it never was
            part.unlink(missing_ok=True)
    return size, sha256


@contextmanager
def writable(told: Told) -> Iterator[None]:
    """Turn the trouble of a disk into TransportError: nothing has changed, and running again goes on."""
    try:
        yield
    except OSError as error:
        raise TransportError(told(error), maybe_applied=False) from error


def _copied(stream: BinaryIO, file: BinaryIO, told: Told) -> tuple[int, str]:
    digest = hashlib.sha256()
    for chunk in chunks(stream):
        with writable(told):
            file.write(chunk)
        digest.update(chunk)
    with writable(told):
        file.flush()
        os.fsync(file.fileno())
        return file.tell(), digest.hexdigest()


def _put(part: Path, place: Path) -> None:
    made = [folder for folder in place.parents if not folder.is_dir()]
    place.parent.mkdir(parents=True, exist_ok=True)
    for folder in made:
        sync_folder(folder.parent)
    part.replace(place)
    sync_folder(place.parent)
