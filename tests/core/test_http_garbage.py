"""Whatever bytes a service answers with: an answer, or an error of ours in one line that holds no key."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.conftest import KEY

from anybacklog.backend import Traffic
from anybacklog.errors import AnyBacklogError
from anybacklog.http import Credentials, HttpSession, Retry

if TYPE_CHECKING:
    from tests.core.conftest import Server

BEGINNINGS = """
HTTP/1.1 200 OK
HTTP/1.0 200 OK
HTTP/1.1 100 Continue
HTTP/1.1 103 Early Hints
HTTP/1.1 204 No Content
HTTP/1.1 206 Partial Content
HTTP/1.1 302 Found
HTTP/1.1 401
HTTP/1.1 429 Too Many Requests
HTTP/1.1 503 Service Unavailable
HTTP/1.1 999 X
HTTP/1.1 -5 X
HTTP/2 200
ICY 200 OK
""".splitlines()
HEADERS = """
Content-Length: 2
Content-Length: -2
Content-Length: 99999999999999999999
Content-Length: 2, 2
Content-Length: ÿ
Transfer-Encoding: chunked
Transfer-Encoding: gzip, chunked
Content-Encoding: gzip
Content-Encoding: deflate, gzip
Content-Encoding: br
Connection: close
Retry-After: Wed, 21 Oct 2015 07:28:00 GMT
Retry-After: -1
Retry-After: 9e9
Retry-After: あ
X-RateLimit-Limit: -1
X-RateLimit-Remaining: 0
X-RateLimit-Reset: NaN
Date: garbage
Date: Wed, 21 Oct 0000 07:28:00 +9999
Location: //
Location: /x
Location: ÿþ
Location: ?
Location: http://[::1
Location: http://a:b@c/
Location: http://127.0.0.1:99999/
Set-Cookie: a=b
 folded
NoColon
: nameless
""".splitlines()
BODIES = ["", "{}", "[1]", "2\r\n{}\r\n0\r\n\r\n", "2;x=ÿ\r\n{}\r\n0\r\n", "zz\r\n", "-1\r\n", f"{'F' * 20}\r\n", KEY]
PACKED = b"\x1f\x8b\x08\x00and no more"
CALLS: dict[str, Callable[[HttpSession], object]] = {
    "read": lambda session: session.get("issues"),
    "write": lambda session: session.request("POST", "issues", data={"a": 1}),
    "download": lambda session: _downloaded(session),
    "upload": lambda session: session.upload("files", name="a", stream=io.BytesIO(b"abc")),
}


def _downloaded(session: HttpSession) -> bytes:
    with session.stream("files/1") as stream:
        return stream.read()


def _error_of(call: Callable[[], object]) -> AnyBacklogError | None:
    try:
        call()
    except AnyBacklogError as error:
        return error
    return None


@pytest.mark.parametrize("what", CALLS)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    head=st.builds(
        lambda first, more: "\r\n".join([first, *more]),
        st.sampled_from(BEGINNINGS),
        st.lists(st.sampled_from(HEADERS), max_size=6),
    ),
    body=st.sampled_from([*(each.encode() for each in BODIES), PACKED]) | st.binary(max_size=50),
)
def test_any_bytes_end_in_an_answer_or_in_an_error_of_ours(
    what: str, head: str, body: bytes, server: Server, connect: Callable[..., HttpSession]
) -> None:
    def act(connection: socket.socket) -> None:
        connection.sendall(head.encode() + b"\r\n\r\n" + body)
        raise ConnectionAbortedError

    server.script[:] = [act] * 40
    ways = [Credentials(headers={"X-Key": KEY}), Credentials(params={"apiKey": KEY})]
    with closing(connect(retry=Retry(tries=2), credentials=ways, traffic=Traffic(read_timeout=2))) as session:
        error = _error_of(lambda: CALLS[what](session))
    if error is not None:
        assert (error.__cause__, error.__context__) == (None, None)
        assert "\n" not in str(error)
        assert KEY not in str(error)
