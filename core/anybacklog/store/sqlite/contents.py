"""Where the bytes of attachments live: in chunks in the database, unless a store has another place for them."""

from __future__ import annotations

import hashlib
import io
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from sqlalchemy import Connection, Row, bindparam, insert, select

from anybacklog.store.sqlite.tables import CHUNKS
from anybacklog.store.values import CHUNK, chunks

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BYTES = select(CHUNKS.c.bytes).where(CHUNKS.c.attachment_id == bindparam("number")).order_by(CHUNKS.c.position)


class Contents(Protocol):
    """A place for the bytes of attachments. What a deleted row leaves behind is the place's own business."""

    def keep(self, connection: Connection, number: int, stream: BinaryIO) -> tuple[int, str]:
        """Store the rest of a stream for the attachment of this number; gives its size in bytes and its SHA-256."""
        ...

    def open(self, connection: Connection, row: Row[Any]) -> AbstractContextManager[BinaryIO]:
        """Open the bytes of a row of `attachments`, front to back."""
        ...


class TableContents:
    """Chunks in a table of the same file, deleted with their row by the database's foreign keys."""

    def keep(self, connection: Connection, number: int, stream: BinaryIO) -> tuple[int, str]:
        """Store the rest of the stream, a chunk at a time."""
        size, digest = 0, hashlib.sha256()
        for position, chunk in enumerate(chunks(stream)):
            connection.execute(insert(CHUNKS), {"attachment_id": number, "position": position, "bytes": chunk})
            size += len(chunk)
            digest.update(chunk)
        return size, digest.hexdigest()

    def open(self, connection: Connection, row: Row[Any]) -> AbstractContextManager[BinaryIO]:
        """Open the bytes, one chunk in memory."""
        return io.BufferedReader(_Chunks(connection, row.id), CHUNK)


class _Chunks(io.RawIOBase):
    def __init__(self, connection: Connection, number: int) -> None:
        rows = connection.execute(_BYTES, {"number": number}).partitions(1)
        self._chunks = (bytes(row.bytes) for partition in rows for row in partition)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer as far as the chunk at hand goes; 0 is the end."""
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        view = memoryview(buffer).cast("B")
        length = min(len(view), len(self._rest))
        view[:length] = self._rest[:length]
        self._rest = self._rest[length:]
        return length
