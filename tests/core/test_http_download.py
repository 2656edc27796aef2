"""Downloads: the bytes as they are, or an error."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from anybacklog.errors import NotFound, ProtocolError, TransportError
from anybacklog.http import HttpSession
from anybacklog.http.download import BUFFER

if TYPE_CHECKING:
    from tests.core.conftest import Server


def test_a_download_streams_the_bytes_as_they_are(server: Server, session: HttpSession) -> None:
    content = bytes(range(256)) * 4096
    server.script += [server.answer(body=content)]
    with session.stream("attachments/1") as stream:
        assert stream.read(5) + stream.read() + stream.read() == content
    assert "Accept-Encoding: identity" in server.requests[0]


def test_a_download_that_is_cut_off_is_an_error_not_a_shorter_file(server: Server, session: HttpSession) -> None:
    server.script += [server.answer(body=bytes(BUFFER), length=BUFFER + 8)]
    with session.stream("attachments/1") as stream, pytest.raises(TransportError, match="cut off") as caught:
        stream.read()
    assert not caught.value.maybe_applied


def test_a_download_that_is_cut_off_near_its_beginning_is_asked_for_again(server: Server, session: HttpSession) -> None:
    server.script += [server.answer(body=b"half", length=8), server.reset, server.answer(body=b"complete")]
    with session.stream("attachments/1") as stream:
        assert stream.read() == b"complete"
    assert len(server.requests) == 3


def test_a_download_that_is_always_cut_off_near_its_beginning_is_never_opened(
    server: Server, session: HttpSession
) -> None:
    server.script += [server.answer(body=b"half", length=8)] * 5
    with pytest.raises(TransportError, match="cut off") as caught, session.stream("attachments/1"):
        pass
    assert not caught.value.maybe_applied
    assert server.script == []


def test_a_small_file_is_here_when_it_is_opened_and_its_connection_is_free(
    server: Server, session: HttpSession
) -> None:
    server.script += [server.answer(body=b"small"), server.answer(body=b"[1]")]
    with session.stream("attachments/1") as stream:
        assert session.get("issues") == [1]
        assert stream.read() == b"small"
    assert server.connections == 1


def test_a_download_that_is_refused_says_so_when_it_is_opened(server: Server, session: HttpSession) -> None:
    server.script += [server.answer(404)]
    with pytest.raises(NotFound), session.stream("attachments/1"):
        pass


def test_a_download_that_comes_compressed_is_unpacked(server: Server, session: HttpSession) -> None:
    content = bytes(range(256)) * 4096
    server.script += [server.answer(body=gzip.compress(content), Content_Encoding="gzip")]
    with session.stream("attachments/1") as stream:
        assert stream.read(5) + stream.read() == content


@pytest.mark.parametrize("missing", [1, 8, 20, 200])
def test_a_compressed_download_without_its_end_is_an_error_although_its_length_is_right(
    missing: int, server: Server, session: HttpSession
) -> None:
    packed = gzip.compress(bytes(range(256)) * 4096)[:-missing]
    server.script += [server.answer(body=packed, Content_Encoding="gzip")] * 5
    with pytest.raises(TransportError, match="cut off"), session.stream("attachments/1") as stream:
        stream.read()


def test_a_download_in_an_encoding_nobody_asked_for_is_refused(server: Server, session: HttpSession) -> None:
    server.script += [server.answer(body=b"?", Content_Encoding="br")]
    with pytest.raises(ProtocolError, match="'br'"), session.stream("attachments/1"):
        pass


def test_a_part_is_not_taken_for_the_whole(server: Server, session: HttpSession) -> None:
    part = server.answer(206, b"[1]", Content_Range="bytes 0-2/10")
    server.script += [part, part, part]
    with pytest.raises(ProtocolError, match="206"), session.stream("attachments/1"):
        pass
    with pytest.raises(ProtocolError, match="206"):
        session.get("issues")
    assert session.request("GET", "issues", headers={"Range": "bytes=0-2"}) == [1]
