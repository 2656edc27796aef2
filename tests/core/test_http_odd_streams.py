"""Streams that are not what they were said to be: no upload, and told by the file's name."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

import pytest

from anybacklog.errors import TransportError
from anybacklog.http import HttpSession

if TYPE_CHECKING:
    from tests.core.conftest import FakeTime, Server


class Broken(io.BytesIO):
    """A file on a disk that is going: its second piece cannot be read."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 0:
            raise OSError(5, "Input/output error")
        return super().read(size)


ODD_STREAMS: dict[str, tuple[IO[bytes], int, str]] = {
    "ends early": (io.BytesIO(b"x" * 500_000), 600_000, "ended 100000 bytes before its size of 600000"),
    "goes on": (io.BytesIO(b"x" * 500_001), 500_000, "goes on after its size of 500000"),
    "is not empty": (io.BytesIO(b"x"), 0, "goes on after its size of 0"),
    "cannot be read": (Broken(b"x" * 500_000), 500_000, r"could not be read to its end \(Input/output error\)"),
}


@pytest.mark.parametrize("odd", ODD_STREAMS)
def test_a_stream_that_is_not_as_long_as_it_was_said_to_be_is_no_upload(
    odd: str, server: Server, connect: Callable[..., HttpSession], fake: FakeTime
) -> None:
    stream, size, told = ODD_STREAMS[odd]
    stream.seek(0)
    session = connect()
    with pytest.raises(TransportError, match=rf"'a\.txt' {told}.*has nothing of it") as caught:
        session.upload("files", name="a.txt", stream=stream, size=size)
    assert not caught.value.maybe_applied
    assert fake.waits == []
    assert server.broken_off.get(timeout=10).startswith("POST /api/files")
    assert server.requests == []


class Pipe(io.RawIOBase):
    """A stream of unknown size that breaks."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        raise OSError(5, "Input/output error")


def closed() -> IO[bytes]:
    stream = io.BytesIO(b"x")
    stream.close()
    return stream


UNREADABLE: dict[str, tuple[Callable[[], Any], int | None, str]] = {
    "a pipe that breaks": (Pipe, None, "Input/output error"),
    "a closed stream": (closed, None, "it is closed"),
    "a closed stream of known size": (closed, 1, "it is closed"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_stream_that_cannot_be_read_is_told_by_its_name(what: str, session: HttpSession) -> None:
    make, size, told = UNREADABLE[what]
    with pytest.raises(TransportError, match=rf"'a\.txt' could not be read to its end \({told}\)") as caught:
        session.upload("files", name="a.txt", stream=make(), size=size)
    assert not caught.value.maybe_applied
