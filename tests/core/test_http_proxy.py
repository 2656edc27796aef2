"""Proxies, as the usual variables name them: a real one on loopback, and its password told to nobody else."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import trustme
from tests.core.conftest import Server

from anybacklog.backend import Traffic
from anybacklog.errors import AnyBacklogError, ConfigurationError, TransportError
from anybacklog.http import HttpSession, Retry
from anybacklog.http.origin import origin_of
from anybacklog.http.surroundings import CA_VARIABLES, PROXY_VARIABLES, route_to

if TYPE_CHECKING:
    from tests.core.conftest import Action

PASSWORD = "pr0xyp4ss"
PLAIN = Traffic(connect_timeout=5, read_timeout=5, allow_plain_http=True)


@pytest.fixture(autouse=True)
def no_proxy_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXY_VARIABLES, *CA_VARIABLES, "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def tunnel(near: socket.socket, target: Server) -> None:
    """Carry bytes both ways until both ends have said all."""

    def carry(source: socket.socket, sink: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
        except OSError:
            pass

    with socket.create_connection(("127.0.0.1", target.port)) as far:
        back = threading.Thread(target=carry, args=(far, near), daemon=True)
        back.start()
        carry(near, far)
        far.shutdown(socket.SHUT_RDWR)
        back.join(10)


def tunnel_to(target: Server) -> Action:
    """Answer CONNECT like a proxy."""

    def act(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        tunnel(connection, target)
        raise ConnectionAbortedError

    return act


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Speak https as tracker.example, whose certificate is trusted."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("tracker.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    service = Server(tls=context)
    yield service
    service.close()


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_https_goes_through_the_proxy_which_sees_no_key(
    variable: str, server: Server, service: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, f"http://me:{PASSWORD}@127.0.0.1:{server.port}")
    service.script += [service.answer(body=b"[1]"), service.answer(body=b"[2]")]
    server.script += [tunnel_to(service)]
    with closing(connect("https://tracker.example/api", traffic=Traffic(read_timeout=5))) as session:
        assert (session.get("a"), session.get("b")) == ([1], [2])
    assert server.requests[0].startswith("CONNECT tracker.example:443 ")
    assert f"Proxy-Authorization: Basic {b64encode(f'me:{PASSWORD}'.encode()).decode()}" in server.requests[0]
    assert "Backlog-API-Key" not in server.requests[0]
    assert "Proxy-Authorization" not in service.requests[0]


def test_plain_http_is_forwarded_by_the_proxy(
    server: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{server.port}")
    server.script += [server.answer(body=b"[1]")]
    assert connect("http://tracker.example", traffic=PLAIN).get("a") == [1]
    assert server.requests[0].startswith("GET http://tracker.example/a ")


def test_this_machine_is_never_reached_through_a_proxy(
    server: Server, elsewhere: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PROXY_VARIABLES:
        monkeypatch.setenv(name, elsewhere.url)
    server.script += [server.answer(body=b"[1]")]
    assert connect().get("a") == [1]
    assert elsewhere.connections == 0


@pytest.mark.parametrize("exempt", ["tracker.example", ".example", "*", "other, tracker.example:443"])
def test_no_proxy_is_honoured(exempt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert route_to(origin_of("https://tracker.example:443")).proxies
    monkeypatch.setenv("NO_PROXY", exempt.removesuffix(":443"))
    assert not route_to(origin_of("https://tracker.example:443")).proxies


def test_a_redirect_to_a_foreign_host_takes_that_hosts_own_route(
    server: Server, elsewhere: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", elsewhere.url)
    server.script += [server.answer(302, Location="http://files.example/f")]
    elsewhere.script += [elsewhere.answer(body=b"[1]")]
    assert connect(traffic=PLAIN).get("a") == [1]
    assert elsewhere.requests[0].startswith("GET http://files.example/f ")


REFUSALS: dict[str, tuple[str, Callable[[Server], Action]]] = {
    "wants a password": ("407 Proxy Authentication Required", lambda server: server.answer(407)),
    "refuses": ("", lambda server: server.answer(403, PASSWORD.encode(), X_Echo=PASSWORD)),
    "hangs up": ("", lambda server: server.reset),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("what", REFUSALS)
def test_a_proxy_that_lets_nothing_through_is_named_by_its_variable_without_its_password(
    what: str, method: str, server: Server, connect: Callable[..., HttpSession],
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PASSWORD}@127.0.0.1:{server.port}")
    server.script += [REFUSALS[what][1](server)] * 2
    with pytest.raises(TransportError, match="the proxy that HTTPS_PROXY names let nothing through") as caught:
        connect("https://tracker.example", retry=Retry(tries=2)).request(method, "a")
    assert not caught.value.maybe_applied
    printed = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert PASSWORD not in printed
    assert b64encode(f"me:{PASSWORD}".encode()).decode() not in printed


@pytest.mark.parametrize("status", [403, 502])
def test_the_password_of_a_proxy_is_not_told_by_what_the_proxy_echoes(
    status: int, server: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://me:{quote(PASSWORD + '/+', safe='')}@127.0.0.1:{server.port}")
    shown = (f"{PASSWORD}/+", b64encode(f"me:{PASSWORD}/+".encode()).decode(), f"{PASSWORD}%2F%2B")
    server.script += [server.answer(status, f"you said {' or '.join(shown)}".encode())]
    with pytest.raises(AnyBacklogError, match="you said") as caught:
        connect("http://tracker.example", traffic=PLAIN, retry=Retry(tries=1)).get("a")
    assert [each for each in shown if each in str(caught.value)] == []


def test_a_proxy_is_shown_a_wrong_password_once(
    server: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PASSWORD}@127.0.0.1:{server.port}")
    server.script += [server.answer(407)] * 5
    with pytest.raises(TransportError, match="407"):
        connect("https://tracker.example").get("a")
    assert len(server.requests) == 1  # five in a row close an account in many a company


def test_a_proxy_that_echoes_the_password_in_its_status_line_tells_nobody(
    server: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PASSWORD}@127.0.0.1:{server.port}")
    server.script += [lambda connection: connection.sendall(f"HTTP/1.1 407 no {PASSWORD}\r\n\r\n".encode())]
    with pytest.raises(TransportError, match=r"let nothing through \(407 no \*\*\*\)"):
        connect("https://tracker.example", retry=Retry(tries=1)).get("a")


def hang_up(connection: socket.socket) -> None:
    """Take the request and say goodbye in good form, also in TLS."""
    if isinstance(connection, ssl.SSLSocket):
        connection.unwrap()
    raise ConnectionAbortedError


@pytest.mark.parametrize("lost", [Server.reset, Server.half_a_head, hang_up])
def test_a_write_lost_on_its_way_through_a_proxy_is_not_sent_again(
    lost: Action, server: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.script += [lost] * 5
    with pytest.raises(TransportError, match="may have happened") as caught:
        connect("http://tracker.example", traffic=PLAIN).request("POST", "a")
    assert caught.value.maybe_applied
    assert len(server.requests) == 1


@pytest.mark.parametrize("lost", [Server.half_a_head, hang_up])
def test_a_write_lost_behind_a_tunnel_is_not_sent_again(
    lost: Action, server: Server, service: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    service.script += [lost] * 5
    server.script += [tunnel_to(service)] * 5
    with (
        closing(connect("https://tracker.example", traffic=PLAIN)) as session,
        pytest.raises(TransportError, match="may have happened") as caught,
    ):
        session.request("POST", "a")
    assert caught.value.maybe_applied
    assert len(service.requests) == 1


def test_a_proxy_that_is_not_there_is_named_too(
    connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://me:{PASSWORD}@127.0.0.1:1")
    with pytest.raises(TransportError, match=r"https_proxy names let nothing through \(Connection refused\)"):
        connect("https://tracker.example", retry=Retry(tries=1)).get("a")


def test_a_forwarding_proxy_that_wants_a_password_is_told(
    server: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.script += [server.answer(407)]
    with pytest.raises(ConfigurationError, match="the proxy wants a user and a password"):
        connect("http://tracker.example", traffic=PLAIN).get("a")


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        (f"ftp://me:{PASSWORD}@h.example", "does not name a proxy"),
        (f"http://me:{PASSWORD}@", "does not name a proxy"),
        (f"http://me:{PASSWORD}@h.example:99999", "does not name a proxy"),
        (f"http://me:{PASSWORD}@[h.example", "does not name a proxy"),
        (f"socks5://me:{PASSWORD}@h.example", "pip install PySocks"),
    ],
)
def test_a_proxy_that_cannot_be_one_is_refused_by_its_variable(
    proxy: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    monkeypatch.setattr("anybacklog.http.surroundings.find_spec", lambda name: None)  # PySocks is not installed
    with pytest.raises(ConfigurationError, match=f"ALL_PROXY.*{told}") as caught:
        HttpSession("https://tracker.example")
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_the_netrc_file_is_never_read(
    server: Server, connect: Callable[..., HttpSession], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login me password {PASSWORD}\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    server.script += [server.answer()]
    connect().get("a")
    assert "Authorization" not in server.requests[0]
