"""A SOCKS proxy, as `ALL_PROXY` names it where PySocks is installed: a real one on loopback."""

from __future__ import annotations

import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import trustme
from tests.core.conftest import Server
from tests.core.test_http_proxy import tunnel

from anybacklog.backend import Traffic
from anybacklog.errors import TransportError
from anybacklog.http import HttpSession, Retry
from anybacklog.http.surroundings import CA_VARIABLES, PROXY_VARIABLES

pytest.importorskip("socks")
PASSWORD = "s0ckspass"
GRANTED, REFUSED = 0, 2


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Speak https as tracker.example, whose certificate is trusted."""
    for name in (*PROXY_VARIABLES, *CA_VARIABLES, "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("tracker.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    service = Server(tls=context)
    yield service
    service.close()


def speak_socks(listener: socket.socket, service: Server, asked: list[bytes], answer: int) -> None:
    """Take one connection, by RFC 1928 and 1929."""
    connection, _ = listener.accept()
    with connection:
        connection.recv(100)
        connection.sendall(b"\5\2")
        asked.append(connection.recv(100))
        connection.sendall(b"\1\0")
        asked.append(connection.recv(100))
        connection.sendall(bytes([5, answer, 0, 1, 127, 0, 0, 1, 0, 80]))
        if answer == GRANTED:
            tunnel(connection, service)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("answer", [GRANTED, REFUSED])
def test_https_goes_through_a_socks_proxy_or_not_at_all(
    answer: int, method: str, service: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    service.script += [service.answer(body=b"[1]")]
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = threading.Thread(target=speak_socks, args=(listener, service, asked, answer), daemon=True)
        proxy.start()
        monkeypatch.setenv("ALL_PROXY", f"socks5h://me:{PASSWORD}@127.0.0.1:{listener.getsockname()[1]}")
        with closing(
            connect("https://tracker.example", retry=Retry(tries=1), traffic=Traffic(read_timeout=5))
        ) as session:
            if answer == GRANTED:
                assert session.request(method, "a") == [1]
            else:
                with pytest.raises(TransportError, match="the proxy that ALL_PROXY names let nothing") as caught:
                    session.request(method, "a")
                assert not caught.value.maybe_applied
                assert PASSWORD not in "".join(traceback.format_exception(caught.value))
        proxy.join(10)
    assert asked == [b"\1\2me" + bytes([len(PASSWORD)]) + PASSWORD.encode(), b"\5\1\0\3\x0ftracker.example\x01\xbb"]
    assert len(service.requests) == (answer == GRANTED)
