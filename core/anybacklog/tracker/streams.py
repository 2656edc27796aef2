"""Streams that check what flows through them: size and hash at the end, a limit on the way."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any, BinaryIO

from anybacklog.errors import ProtocolError, ValidationError
from anybacklog.model import Attachment

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class _Checked(io.RawIOBase):
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        piece = self._stream.read(len(view))
        view[: len(piece)] = piece
        self._size += len(piece)
        self._passed(piece)
        return len(piece)

    def _passed(self, piece: bytes) -> None:
        """Look at a piece; an empty one is the end."""


class _Verified(_Checked):
    def __init__(self, stream: BinaryIO, attachment: Attachment) -> None:
        super().__init__(stream)
        self._attachment = attachment
        self._digest = hashlib.sha256()

    def _passed(self, piece: bytes) -> None:
        self._digest.update(piece)
        if piece:
            return
        wanted = self._attachment
        if wanted.size is not None and wanted.size != self._size:
            raise ProtocolError(
                f"attachment {wanted.name!r} ended after {self._size} of {wanted.size} bytes; download it again"
            )
        if wanted.sha256 is not None and wanted.sha256 != self._digest.hexdigest():
            raise ProtocolError(f"attachment {wanted.name!r} arrived with another SHA-256 than it was stored with")


class _Limited(_Checked):
    def __init__(self, stream: BinaryIO, name: str, limit: int) -> None:
        super().__init__(stream)
        self._name = name
        self._limit = limit

    def _passed(self, piece: bytes) -> None:  # noqa: ARG002  # only the size counts
        if self._size > self._limit:
            raise ValidationError(
                f"attachment {self._name!r} is larger than the {self._limit} bytes taken here",
                field="attachments.size",
                limit=self._limit,
            )


def verified(stream: BinaryIO, attachment: Attachment) -> BinaryIO:
    """Read through; at its end, size (and hash if known) must be what the attachment says, else ProtocolError."""
    return io.BufferedReader(_Verified(stream, attachment), buffer_size=1 << 18)


def refuse_text(stream: Any, name: str) -> None:
    """Refuse what does not give bytes when it is read: a str, bytes themselves, a file opened as text."""
    if getattr(stream, "closed", False):
        raise ValidationError(f"attachment {name!r} is a closed stream; open it again", field="attachments")
    read = getattr(stream, "read", None)
    if read is None or isinstance(stream, io.TextIOBase) or not isinstance(read(0), bytes):
        raise ValidationError(
            f"attachment {name!r} needs a binary stream, not {type(stream).__name__};"
            " open the file with mode 'rb', or wrap bytes in io.BytesIO",
            field="attachments",
        )


def limited(stream: BinaryIO, name: str, limit: int | None) -> BinaryIO:
    """Read through; more bytes than the limit are a ValidationError before the backend has taken them all."""
    return stream if limit is None else io.BufferedReader(_Limited(stream, name, limit), buffer_size=1 << 18)
