"""A streamed download as a binary file: constant memory, and a cut connection is an error, never a shorter file."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from urllib3.exceptions import HTTPError

from anybacklog.errors import TransportError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER = 1 << 18


class _Body(io.RawIOBase):
    def __init__(self, raw: Any, where: str) -> None:
        self._raw = raw
        self._where = where

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        piece = self._piece(len(view))
        view[: len(piece)] = piece
        return len(piece)

    def _piece(self, size: int) -> bytes:
        with suppress(HTTPError, OSError):
            return bytes(self._raw.read(size, decode_content=True))
        # Raised out here, so that the exception does not carry urllib3's, which carries the address.
        raise TransportError(f"{self._where}: the download was cut off; download it again", maybe_applied=False)


def as_file(raw: Any, where: str) -> BinaryIO:
    """Read the body of an open answer front to back; `where` names it in errors."""
    return io.BufferedReader(_Body(raw, where), buffer_size=BUFFER)
