"""A streamed download as a binary file: constant memory, and a cut connection is an error, never a shorter file."""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from urllib3.exceptions import HTTPError

from anybacklog.errors import ProtocolError, TransportError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER = 1 << 18


class _Body(io.RawIOBase):
    def __init__(self, source: Any, where: str) -> None:
        self._source = source
        self._where = where

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        piece = self._piece(len(view))
        view[: len(piece)] = piece
        return len(piece)

    def _piece(self, size: int) -> bytes:
        with suppress(HTTPError, OSError, EOFError, zlib.error):
            return bytes(self._source.read(size))
        # Raised out here, so that the exception does not carry urllib3's, which carries the address.
        raise TransportError(f"{self._where}: the download was cut off; download it again", maybe_applied=False)


def as_file(raw: Any, where: str) -> BinaryIO:
    """Read the body of an open answer front to back; `where` names it in errors.

    A body that comes compressed all the same is unpacked here, since urllib3 does not see where its end is missing.
    """
    encoding = raw.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise ProtocolError(f"{where} was answered in the encoding {encoding!r}, which nobody asked for; report it")
    source = gzip.GzipFile(fileobj=raw) if encoding.endswith("gzip") else raw
    return io.BufferedReader(_Body(source, where), buffer_size=BUFFER)
