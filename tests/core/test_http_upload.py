"""Uploads: the bytes as they are, in a form every server reads, and never half a file taken for a whole one."""

from __future__ import annotations

import io
import os
import re
import socket
import threading
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage
from werkzeug.formparser import FormDataParser

from anybacklog.backend import Traffic
from anybacklog.errors import TransportError, ValidationError
from anybacklog.http import Credentials, HttpSession
from anybacklog.http.upload import Form, measured

if TYPE_CHECKING:
    from tests.core.conftest import FakeTime, Server

CONTENT = bytes(range(256)) * 5000
KEY = "s3cr3t/K+y&99"


def in_memory(
    total_content_length: int | None,
    content_type: str | None,
    filename: str | None,
    content_length: int | None = None,
) -> IO[bytes]:
    return io.BytesIO()


def parsed(request: str) -> tuple[dict[str, str], FileStorage, dict[str, str]]:
    """Read an upload as a strict server does: headers, the one file, the other fields."""
    head, _, rest = request.partition("--")
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
    body = f"--{rest}".encode("utf-8", "surrogateescape")
    assert int(headers["Content-Length"]) == len(body)
    boundary = headers["Content-Type"].partition("boundary=")[2]
    parser = FormDataParser(stream_factory=in_memory, silent=False)
    _, fields, files = parser.parse(io.BytesIO(body), "multipart/form-data", len(body), {"boundary": boundary})
    ((_, file),) = files.items(multi=True)
    return headers, file, fields.to_dict()


class _Pipe(io.RawIOBase):
    """A stream that cannot go back, like a pipe; it gives odd pieces."""

    def __init__(self, content: bytes) -> None:
        self._rest = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._rest.read(min(len(buffer), 777))
        buffer[: len(piece)] = piece
        return len(piece)


def pipe(content: bytes) -> BinaryIO:
    return cast("BinaryIO", _Pipe(content))


@pytest.mark.parametrize("given", [{}, {"size": len(CONTENT)}])
@pytest.mark.parametrize("make", [io.BytesIO, pipe, lambda content: io.BufferedReader(_Pipe(content))])
def test_a_file_arrives_as_it_is_with_its_exact_length(
    make: Callable[[bytes], IO[bytes]], given: dict[str, Any], server: Server, session: HttpSession
) -> None:
    server.script += [server.answer(body=b'{"id": 7}')]
    stream = make(CONTENT)
    answer = session.upload("space/attachment", name="trace.bin", stream=stream, data={"text": "𠮷\r\n 🎉"}, **given)
    assert answer == {"id": 7}
    headers, file, fields = parsed(server.requests[0])
    assert (file.name, file.filename, file.content_type) == ("file", "trace.bin", "application/octet-stream")
    assert file.stream.read() == CONTENT
    assert fields == {"text": "𠮷\r\n 🎉"}
    assert "Transfer-Encoding" not in headers
    assert not stream.closed


def test_a_stream_is_read_from_where_it_stands(server: Server, session: HttpSession) -> None:
    server.script += [server.answer()]
    stream = io.BytesIO(b"skipped, sent")
    stream.seek(9)
    session.upload("files", name="a", stream=stream, field="attachment", content_type="text/plain")
    _, file, _ = parsed(server.requests[0])
    assert (file.name, file.content_type, file.stream.read()) == ("attachment", "text/plain", b"sent")


@pytest.mark.parametrize("content", [b"", b"-", b"\r\n--", os.urandom(300_000)], ids=len)
def test_a_file_of_any_content_arrives(content: bytes, server: Server, session: HttpSession) -> None:
    server.script += [server.answer()]
    session.upload("files", name="a", stream=io.BytesIO(content))
    assert parsed(server.requests[0])[1].stream.read() == content


NAMES = {
    "spec.txt": "spec.txt",
    "テスト ｶﾞ 𠮷 e\u0301.txt": "テスト ｶﾞ 𠮷 e\u0301.txt",
    "🎉.png": "🎉.png",
    'say "hi".txt': "say %22hi%22.txt",
    "C:\\logs\\a;b=c.txt": "C:\\logs\\a;b=c.txt",
    'a"\r\nX-Evil: 1\r\n\r\nx': "a%22%0D%0AX-Evil: 1%0D%0A%0D%0Ax",
    "100%.txt": "100%.txt",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_is_spelt_as_browsers_spell_it(name: str, server: Server, session: HttpSession) -> None:
    server.script += [server.answer()]
    session.upload("files", name=name, stream=io.BytesIO(b"x"))
    assert f'; filename="{NAMES[name]}"\r\n' in server.requests[0]
    _, file, _ = parsed(server.requests[0])
    assert file.filename == NAMES[name].replace("%22", '"').replace("\\", "")  # this server takes it for an escape
    assert [header for header, _ in file.headers] == ["Content-Disposition", "Content-Type"]


@given(
    name=st.text(st.characters(codec="utf-8"), min_size=1),
    content=st.binary(max_size=300),
    pieces=st.lists(st.integers(1, 90), min_size=1),
)
def test_a_form_is_as_long_as_it_says_however_it_is_read(name: str, content: bytes, pieces: list[int]) -> None:
    form = Form(field="file", name=name, stream=io.BytesIO(content), size=len(content))
    sizes = iter(pieces)
    body = b"".join(iter(lambda: form.read(next(sizes, 50)), b""))
    assert len(form) == len(body)
    assert body.endswith(b"\r\n\r\n" + content + f"\r\n--{form.boundary}--\r\n".encode())
    assert form.rewind()
    assert form.read() == body


UNSENDABLE: dict[str, tuple[str, dict[str, Any]]] = {
    "a file opened as text": ("stream", {"stream": io.StringIO("text"), "size": 4}),
    "a pipe that gives text": ("stream", {"stream": type("Text", (), {"read": lambda self, size: "text"})()}),
    "half a character in the name": ("the file name", {"name": "half \ud83c"}),
    "a type with a line break": ("content_type", {"content_type": "text/plain\r\nX-Evil: 1"}),
    "a size below nothing": ("size", {"size": -1}),
    "half a character in a field": ("note", {"data": {"note": "\ud83c"}}),
}


@pytest.mark.parametrize("what", UNSENDABLE)
def test_what_cannot_be_sent_is_named(what: str, server: Server, session: HttpSession) -> None:
    field, given = UNSENDABLE[what]
    usual: dict[str, Any] = {"name": "a", "stream": io.BytesIO(b"x")}
    with pytest.raises(ValidationError) as caught:
        session.upload("files", **usual | given)
    assert caught.value.field == field
    assert server.requests == []


def test_a_connection_lost_before_the_end_of_a_file_changed_nothing(
    connect: Callable[..., HttpSession], fake: FakeTime
) -> None:
    def cut(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(100_000)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        cutting = threading.Thread(target=cut, args=(listener,))
        cutting.start()
        session = connect(f"http://127.0.0.1:{listener.getsockname()[1]}", traffic=Traffic(read_timeout=20))
        with pytest.raises(TransportError, match="the file did not arrive and nothing was changed") as caught:
            session.upload("files", name="a", stream=io.BytesIO(b"x" * 20_000_000))
        cutting.join(10)
    assert not caught.value.maybe_applied
    assert fake.waits == []


def test_a_connection_lost_after_the_end_of_a_file_may_have_stored_it(server: Server, session: HttpSession) -> None:
    server.script += [server.reset]
    with pytest.raises(TransportError, match="look before sending it again") as caught:
        session.upload("files", name="a", stream=io.BytesIO(CONTENT))
    assert caught.value.maybe_applied
    assert len(server.requests) == 1


def test_after_429_a_file_is_sent_again_from_where_it_began(
    server: Server, session: HttpSession, fake: FakeTime
) -> None:
    server.script += [server.answer(429, Retry_After="7"), server.answer(201)]
    stream = io.BytesIO(b"skipped, sent")
    stream.seek(9)
    session.upload("files", name="a", stream=stream)
    assert [parsed(request)[1].stream.read() for request in server.requests] == [b"sent", b"sent"]
    assert fake.waits[0] >= 7


def test_after_429_a_file_that_cannot_go_back_is_not_sent_again_and_the_error_says_so(
    server: Server, session: HttpSession
) -> None:
    server.script += [server.answer(429, Retry_After="7")]
    with pytest.raises(Exception, match=r"fewer requests.*not sent again, since its stream cannot go back"):
        session.upload("files", name="a", stream=pipe(CONTENT), size=len(CONTENT))
    assert len(server.requests) == 1


def test_a_pipe_of_unknown_size_was_copied_and_so_can_be_sent_again(server: Server, session: HttpSession) -> None:
    server.script += [server.answer(429, Retry_After="7"), server.answer()]
    session.upload("files", name="a", stream=pipe(CONTENT * 2))
    assert parsed(server.requests[1])[1].stream.read() == CONTENT * 2


def test_a_file_is_sent_again_when_the_key_is_shown_another_way(
    server: Server, connect: Callable[..., HttpSession]
) -> None:
    session = connect(credentials=[Credentials(headers={"X-Key": KEY}), Credentials(params={"apiKey": KEY})])
    server.script += [server.answer(401), server.answer()]
    session.upload("files", name="a", stream=io.BytesIO(CONTENT))
    assert parsed(server.requests[1])[1].stream.read() == CONTENT


def test_nobody_listening_is_no_reason_to_have_read_the_stream(connect: Callable[..., HttpSession]) -> None:
    stream = pipe(b"whole")
    with pytest.raises(TransportError, match="no connection"):
        connect("http://127.0.0.1:1").upload("files", name="a", stream=stream, size=5)
    assert stream.read() == b"whole"


@pytest.mark.parametrize("same", [True, False])
def test_a_download_is_piped_into_an_upload(
    same: bool, server: Server, elsewhere: Server, connect: Callable[..., HttpSession]
) -> None:
    target = server if same else elsewhere
    server.script += [server.answer(body=CONTENT)]
    target.script += [target.answer(201, b'{"id": 1}')]
    with connect().stream("attachments/1") as stream:
        uploading = connect(f"{target.url}/api")
        assert uploading.upload("files", name="a", stream=stream, size=len(CONTENT)) == {"id": 1}
    assert parsed(target.requests[-1])[1].stream.read() == CONTENT


def test_a_download_that_breaks_breaks_the_upload_and_is_what_is_told(
    server: Server, elsewhere: Server, connect: Callable[..., HttpSession]
) -> None:
    server.script += [server.answer(body=CONTENT[:1_000_000], length=len(CONTENT))]
    with (
        connect().stream("attachments/1") as stream,
        pytest.raises(TransportError, match=r"^GET .*attachments/1: the download was cut off") as caught,
    ):
        connect(f"{elsewhere.url}/api").upload("files", name="a", stream=stream, size=len(CONTENT))
    assert not caught.value.maybe_applied
    received = elsewhere.broken_off.get(timeout=10)
    announced = re.search(r"Content-Length: (\d+)", received)
    assert announced
    assert len(received) < int(announced[1])
    assert elsewhere.requests == []


def test_a_stream_that_can_go_back_is_not_copied() -> None:
    stream = io.BytesIO(b"12345")
    stream.seek(2)
    with measured(stream, "a", None) as (found, size):
        assert found is stream
        assert (size, stream.tell()) == (3, 2)
