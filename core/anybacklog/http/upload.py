"""A file in a multipart form, built while it is sent: its length is known before, and nothing of it is held."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from secrets import token_hex
from tempfile import SpooledTemporaryFile
from typing import IO

from anybacklog.errors import TransportError, ValidationError
from anybacklog.http.spelling import whole

SPOOLED_FROM = 1 << 20
"""Bytes up to which a stream of unknown size is measured in memory; beyond, in a temporary file."""

ANYTHING = "application/octet-stream"


class Form:
    """`multipart/form-data` (RFC 7578) with one file: `len()` is exact, `read()` takes from the caller's stream.

    The stream is read from where it stands, and never closed. TransportError from `read()` when it ends before its
    size or goes on after it; the form's own end is not given out then, so that no service can take it for whole.
    """

    def __init__(
        self,
        *,
        fields: Sequence[tuple[str, str]] = (),
        field: str,
        name: str,
        stream: IO[bytes],
        size: int,
        content_type: str = ANYTHING,
    ) -> None:
        self.boundary = token_hex(16)
        self.is_sent = False
        self._name, self._stream, self._size = name, stream, size
        self._start = _position(stream)
        self._opening = self._written(fields) + self._file_head(field, content_type)
        self._closing = f"\r\n--{self.boundary}--\r\n".encode()
        self._untouched = True
        self._turn_to_start()

    @property
    def content_type(self) -> str:
        """What the request's header says."""
        return f"multipart/form-data; boundary={self.boundary}"

    def __len__(self) -> int:
        return len(self._opening) + self._size + len(self._closing)

    def rewind(self) -> bool:
        """Make it ready to be sent again from its beginning; False if the stream cannot go back."""
        if not self._untouched:
            if self._start is None:
                return False
            self._stream.seek(self._start)
        self._turn_to_start()
        return True

    def read(self, size: int = -1) -> bytes:
        """Give up to `size` bytes, all that is left without."""
        if size < 0:
            return b"".join(iter(lambda: self.read(SPOOLED_FROM), b""))
        if head := self._ahead.read(size):
            return head
        if self._left and size:
            return self._piece(min(size, self._left))
        if self._behind.tell() == 0 and self._taken(1):
            raise _broken(self._name, f"goes on after its size of {self._size} bytes")
        tail = self._behind.read(size)
        self.is_sent = self._behind.tell() == len(self._closing)
        return tail

    def _turn_to_start(self) -> None:
        self._ahead, self._behind = io.BytesIO(self._opening), io.BytesIO(self._closing)
        self._left = self._size
        self.is_sent = False

    def _piece(self, size: int) -> bytes:
        piece = self._taken(size)
        self._left -= len(piece)
        if not piece:
            raise _broken(self._name, f"ended {self._left} bytes before its size of {self._size}")
        return piece

    def _taken(self, size: int) -> bytes:
        self._untouched = False
        return _read(self._stream, self._name, size)

    def _written(self, fields: Sequence[tuple[str, str]]) -> bytes:
        return b"".join(
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields
        )

    def _file_head(self, field: str, content_type: str) -> bytes:
        return (
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{_quoted(field)}"; '
            f'filename="{_quoted(whole("the file name", self._name))}"\r\nContent-Type: {_type(content_type)}\r\n\r\n'
        ).encode()


@contextmanager
def measured(stream: IO[bytes], name: str, size: int | None) -> Iterator[tuple[IO[bytes], int]]:
    """Give the stream with its size from where it stands; one that cannot tell is copied to a temporary file first.

    Sending it in chunks of unknown number would spare the copy, but many services refuse that.
    """
    if size is not None:
        if size < 0:
            raise ValidationError(f"the size of {name!r} is {size}; give 0 or more", field="size", limit="0 or more")
        yield stream, size
    elif (start := _position(stream)) is not None:
        end = stream.seek(0, io.SEEK_END)
        stream.seek(start)
        yield stream, max(0, end - start)
    else:
        with SpooledTemporaryFile(SPOOLED_FROM) as copy:
            while piece := _read(stream, name, SPOOLED_FROM):
                copy.write(piece)
            end = copy.tell()
            copy.seek(0)
            yield copy, end


def _position(stream: IO[bytes]) -> int | None:
    """Tell where the stream stands; None if it cannot go back there."""
    try:
        return stream.tell() if stream.seekable() else None
    except (AttributeError, OSError, ValueError):
        return None


def _quoted(name: str) -> str:
    """Escape as browsers do (the HTML standard's form encoding): the quote and line breaks, nothing else."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _type(content_type: str) -> str:
    if not (content_type.isascii() and content_type.isprintable()):
        raise ValidationError(
            f"the content type {content_type!r} cannot stand in a header; write it like text/plain",
            field="content_type",
            limit="printable ASCII",
        )
    return content_type


def _read(stream: IO[bytes], name: str, size: int) -> bytes:
    try:
        piece: object = stream.read(size)
    except (OSError, ValueError) as error:
        reason = "it is closed" if getattr(stream, "closed", False) else getattr(error, "strerror", None)
    else:
        return _as_bytes(piece, name)
    # Raised out here: an OSError would be taken for trouble with the connection.
    raise _broken(name, f"could not be read to its end ({reason or 'it cannot be read'})")


def _broken(name: str, how: str) -> TransportError:
    return TransportError(
        f"the file {name!r} {how}; the upload was broken off and the service has nothing of it, "
        "so mend that and send it again",
        maybe_applied=False,
    )


def _as_bytes(piece: object, name: str) -> bytes:
    if isinstance(piece, (bytes, bytearray, memoryview)):
        return bytes(piece)
    raise ValidationError(
        f"the stream of {name!r} gives {type(piece).__name__}, not bytes; open the file in binary mode",
        field="stream",
        limit="bytes",
    )
