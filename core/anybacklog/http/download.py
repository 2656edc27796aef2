"""A streamed download as a binary file: constant memory, and a cut connection is an error, never a shorter file."""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from urllib3.exceptions import HTTPError

from anybacklog.errors import ProtocolError, TransportError

if TYPE_CHECKING:
    import requests
    from _typeshed import WriteableBuffer

BUFFER = 1 << 18


class _Body(io.RawIOBase):
    def __init__(self, response: requests.Response, source: Any, where: str) -> None:
        self._response = response
        self._source = source
        self._where = where
        self._ahead = io.BytesIO()

    def close(self) -> None:
        self._response.close()
        super().close()

    def fetch(self, size: int) -> None:
        """Bring the first bytes here, all of them if there are fewer."""
        pieces: list[bytes] = []
        while size > 0 and (piece := self._piece(size)):
            pieces.append(piece)
            size -= len(piece)
        self._ahead = io.BytesIO(b"".join(pieces))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        piece = self._ahead.read(len(view)) or self._piece(len(view))
        view[: len(piece)] = piece
        return len(piece)

    def _piece(self, size: int) -> bytes:
        with suppress(HTTPError, OSError, EOFError, zlib.error):
            return bytes(self._source.read(size))
        # Raised out here, so that the exception does not carry urllib3's, which carries the address.
        raise TransportError(f"{self._where}: the download was cut off; download it again", maybe_applied=False)


def as_file(response: requests.Response, where: str) -> BinaryIO:
    """Read the body of an open answer front to back; `where` names it in errors. Its first bytes are fetched at once.

    A body that comes compressed all the same is unpacked here, since urllib3 does not see where its end is missing.
    """
    with ExitStack() as unless_opened:
        unless_opened.callback(response.close)
        body = _Body(response, _unpacked(response, where), where)
        body.fetch(BUFFER)
        unless_opened.pop_all()
    return io.BufferedReader(body, buffer_size=BUFFER)


def _unpacked(response: requests.Response, where: str) -> Any:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise ProtocolError(f"{where} was answered in the encoding {encoding!r}, which nobody asked for; report it")
    return gzip.GzipFile(fileobj=response.raw) if encoding.endswith("gzip") else response.raw
