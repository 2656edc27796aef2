"""Where an answer sends a read on to: credentials stay with the service they are for, and writes go nowhere."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from anybacklog.backend import Traffic
from anybacklog.errors import ConfigurationError, ProtocolError, TransportError
from anybacklog.http import Credentials, HttpSession, Retry
from anybacklog.http.answer import Answer
from anybacklog.http.call import Call
from anybacklog.http.origin import base_origin, origin_of
from anybacklog.http.redirect import sent_on

if TYPE_CHECKING:
    from tests.core.conftest import FakeTime, Server

KEY = "s3cr3t/K+y&99"
SIGNATURE = "X-Amz-Signature=abcdef0123456789&Expires=3"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_read_follows_a_redirect_within_the_service_with_its_key(
    status: int, server: Server, session: HttpSession
) -> None:
    server.script += [server.answer(status, Location="/api/issues/PROJ-1?a=%2F"), server.answer(body=b"[1]")]
    assert session.get("issues/1", {"count": 1}) == [1]
    assert server.requests[1].startswith("GET /api/issues/PROJ-1?a=%2F HTTP/1.1")
    assert f"Backlog-API-Key: {KEY}" in server.requests[1]
    assert session.requests == {"requests": 2}


def test_a_key_in_the_query_is_shown_once_after_a_redirect_that_repeats_it(
    server: Server, connect: Callable[..., HttpSession]
) -> None:
    session = connect(credentials=[Credentials(params={"apiKey": KEY})])
    server.script += [server.answer(302, Location="/api/b?apiKey=s3cr3t%2FK%2By%2699&x=1"), server.answer()]
    session.get("a")
    assert server.requests[1].startswith("GET /api/b?x=1&apiKey=s3cr3t%2FK%2By%2699 HTTP/1.1")


@pytest.mark.parametrize("way", [Credentials(headers={"Authorization": f"Bearer {KEY}"}), Credentials({}, {"k": KEY})])
def test_a_read_goes_to_another_host_without_anything_that_is_ours(
    way: Credentials, server: Server, elsewhere: Server, connect: Callable[..., HttpSession]
) -> None:
    session = connect(credentials=[way], headers={"X-Vendor-Secret": "v3nd0r"})
    server.script += [
        server.answer(302, Location=f"{elsewhere.url}/file?{SIGNATURE}#part", Set_Cookie="session=c00k1e; Path=/")
    ]
    elsewhere.script += [elsewhere.answer(body=b"content")]
    with session.stream("attachments/1", {"page": 2}) as stream:
        assert stream.read() == b"content"
    assert elsewhere.requests[0].startswith(f"GET /file?{SIGNATURE} HTTP/1.1")
    for ours in (KEY, "s3cr3t", "v3nd0r", "c00k1e", "Authorization", "Referer", "Cookie", "page="):
        assert ours not in elsewhere.requests[0]


def test_a_foreign_host_is_neither_charged_to_the_budget_nor_believed_about_it(
    server: Server, elsewhere: Server, session: HttpSession, fake: FakeTime
) -> None:
    server.script += [server.answer(302, Location=f"{elsewhere.url}/f"), server.answer()]
    elsewhere.script += [
        elsewhere.answer(X_RateLimit_Limit="1", X_RateLimit_Remaining="0", X_RateLimit_Reset=f"{fake.time + 900:.0f}")
    ]
    session.get("a")
    session.get("b")
    assert session.requests == {"requests": 2}
    assert fake.waits == []


@pytest.mark.parametrize("status", [429, 503])
def test_trouble_at_a_foreign_host_is_tried_again_from_the_service_on(
    status: int, server: Server, elsewhere: Server, session: HttpSession
) -> None:
    server.script += [server.answer(302, Location=f"{elsewhere.url}/f?{number}") for number in (1, 2)]
    elsewhere.script += [elsewhere.answer(status, Retry_After="9999"), elsewhere.answer(body=b"[1]")]
    assert session.get("a") == [1]
    assert elsewhere.requests[1].startswith("GET /f?2")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_by_a_foreign_host_is_not_told_as_the_services_own(
    status: int, server: Server, elsewhere: Server, connect: Callable[..., HttpSession]
) -> None:
    session = connect(credentials=[Credentials(headers={"K": KEY}), Credentials(params={"k": KEY})])
    server.script += [server.answer(302, Location=f"{elsewhere.url}/f?{SIGNATURE}")]
    elsewhere.script += [elsewhere.answer(status, b"signature expired")]
    with pytest.raises(ProtocolError, match=rf"sent on to {elsewhere.url[7:]}, was answered {status} there") as caught:
        session.get("a")
    assert "X-Amz" not in str(caught.value)
    assert len(server.requests) == 1


def test_the_signature_in_a_foreign_address_is_never_told(
    server: Server, elsewhere: Server, connect: Callable[..., HttpSession], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    session = connect(retry=Retry(tries=2))
    server.script += [server.answer(302, Location=f"{elsewhere.url}/f?{SIGNATURE}")] * 2
    elsewhere.script += [elsewhere.reset, elsewhere.answer(302, Location=f"http://far.example/?{SIGNATURE}")]
    with pytest.raises(ProtocolError) as caught:
        session.get("a")
    assert "abcdef0123456789" not in caplog.text + str(caught.value)
    assert "urllib3" in caplog.text
    assert f"sent on to {elsewhere.url[7:]}" in caplog.text


def test_a_redirect_that_would_carry_the_key_away_is_refused(
    server: Server, elsewhere: Server, connect: Callable[..., HttpSession]
) -> None:
    session = connect(credentials=[Credentials(params={"apiKey": KEY})])
    server.script += [server.answer(302, Location=f"{elsewhere.url}/f?apiKey=s3cr3t%2FK%2By%2699")]
    with pytest.raises(ProtocolError, match="with the key in the address"):
        session.get("a")
    assert elsewhere.requests == []


def test_what_a_foreign_host_sends_back_gets_no_key(server: Server, elsewhere: Server, session: HttpSession) -> None:
    server.script += [server.answer(302, Location=f"{elsewhere.url}/f"), server.answer(body=b"[1]")]
    elsewhere.script += [elsewhere.answer(302, Location=f"{server.url}/api/private")]
    assert session.get("a") == [1]
    assert KEY not in server.requests[1]


def test_a_circle_ends(server: Server, session: HttpSession) -> None:
    server.script += [server.answer(302, Location="/api/a")] * 9
    with pytest.raises(ProtocolError, match="redirected more than 5 times"):
        session.get("a")
    assert len(server.requests) == 6


NOWHERE = ["", "http://[bad", "//[", "\x01", "http://a:b:c", "http://a:99999/", "ftp://a/", "mailto:a@b", "http:///x",
           "https://user:pw@127.0.0.1/", "\\\\evil", "javascript:1", "//", "http://\u00ff\u00fe/"]  # fmt: skip


@pytest.mark.parametrize("address", NOWHERE)
def test_a_redirect_to_nowhere_is_the_services_fault(address: str, server: Server, session: HttpSession) -> None:
    server.script += [lambda connection: connection.sendall(
        f"HTTP/1.1 302 X\r\nContent-Length: 0\r\nLocation: {address}\r\n\r\n".encode("latin-1")
    )]  # fmt: skip
    with pytest.raises(ProtocolError, match="redirected to no address"):
        session.get("issues")


@pytest.mark.parametrize("status", [300, 304, 305])
def test_other_answers_of_300_are_not_followed(status: int, server: Server, session: HttpSession) -> None:
    server.script += [server.answer(status, Location="/api/b")]
    with pytest.raises(ProtocolError):
        session.get("issues")
    assert len(server.requests) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("address", ["https://elsewhere.example/api?sig=1", "/api/b", "http://[bad"])
def test_a_write_follows_nothing(method: str, address: str, server: Server, session: HttpSession) -> None:
    server.script += [server.answer(307, Location=address)]
    with pytest.raises(
        ProtocolError, match=r"was redirected to (elsewhere\.example|another address there), where"
    ) as caught:
        session.request(method, "issues", data={"a": 1})
    assert "sig" not in str(caught.value)
    assert len(server.requests) == 1


def test_an_upload_follows_nothing(server: Server, session: HttpSession) -> None:
    server.script += [server.answer(302, Location="/login")]
    with pytest.raises(ProtocolError, match="was redirected"):
        session.upload("files", name="a", stream=io.BytesIO(b"x"))
    assert len(server.requests) == 1


def answered(base: str, location: str) -> Answer:
    call = Call(method="GET", path="a", url=f"{base}/a", bucket="requests")
    return Answer(call=call, status=302, headers={"Location": location})


@pytest.mark.parametrize(
    ("base", "location", "plain_allowed", "told"),
    [
        ("https://h.example", "http://h.example/a", True, "plain http"),
        ("https://h.example", "http://127.0.0.1/a", True, "plain http"),
        ("http://127.0.0.1:1", "http://far.example/a", False, "plain http"),
        ("https://h.example", "https://127.0.0.1/a", False, "this machine"),
        ("https://h.example", "https://localhost:8443/a", False, "this machine"),
    ],
)
def test_a_redirect_to_where_nothing_should_go_is_refused(
    base: str, location: str, plain_allowed: bool, told: str
) -> None:
    further = sent_on(answered(base, location), origin_of(base), [], [], plain_allowed=plain_allowed)
    assert isinstance(further, ProtocolError)
    assert told in str(further)


@pytest.mark.parametrize(
    ("base", "location", "foreign"),
    [
        ("https://h.example", "https://H.EXAMPLE:443/a", ""),
        ("https://h.example", "https://h.example:444/a", "h.example:444"),
        ("https://h.example", "https://h.example.evil/a", "h.example.evil"),
        ("https://h.example", "//cdn.example/a", "cdn.example"),
        ("http://127.0.0.1:1", "https://h.example/a", "h.example"),
        ("http://h.example", "http://far.example/a", "far.example"),
    ],
)
def test_another_scheme_host_or_port_is_foreign(base: str, location: str, foreign: str) -> None:
    further = sent_on(answered(base, location), origin_of(base), [], [], plain_allowed=True)
    assert isinstance(further, Call)
    assert further.foreign == foreign


@pytest.mark.parametrize(
    "url", ["http://h.example", "http://10.0.0.1/x", "http://localhost.evil", "http://127.0.0.1.evil"]
)
def test_plain_http_is_for_this_machine(url: str) -> None:
    with pytest.raises(ConfigurationError, match="unencrypted; use https"):
        HttpSession(url)
    HttpSession(url, traffic=Traffic(allow_plain_http=True)).close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8", "http://localhost", "http://[::1]:8", "https://h.example"])
def test_this_machine_and_https_need_no_leave(url: str) -> None:
    assert base_origin(url, allow_plain_http=False) == origin_of(url)


@pytest.mark.parametrize("url", ["h.example", "ftp://h.example", "https://", "https://u:s3cr3t@h.example", "http://[b"])
def test_an_address_that_is_none_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        HttpSession(url)
    assert "s3cr3t" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_trouble_on_the_way_to_a_foreign_host_names_it(server: Server, connect: Callable[..., HttpSession]) -> None:
    server.script += [server.answer(302, Location=f"http://127.0.0.1:1/f?{SIGNATURE}")]
    with pytest.raises(TransportError, match=r"sent on to 127\.0\.0\.1:1,: no connection") as caught:
        connect(retry=Retry(tries=1)).get("a")
    assert not caught.value.maybe_applied
