"""Slow lines: what may take long, and what may not."""

from __future__ import annotations

import io
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import trustme

from anybacklog.backend import Traffic
from anybacklog.errors import TransportError
from anybacklog.http import HttpSession

MORE_THAN_BUFFERS_HOLD = 32 << 20


def listen_slowly(listener: socket.socket, tls: ssl.SSLContext | None) -> None:
    """Begin to read a request, pause for longer than a connection may take to make, and answer it in the end."""
    plain, _ = listener.accept()
    with tls.wrap_socket(plain, server_side=True) if tls else plain as connection:
        connection.recv(10)
        threading.Event().wait(0.6)
        left = MORE_THAN_BUFFERS_HOLD
        while left > 0:
            left -= len(connection.recv(1 << 20))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]")
        connection.recv(1)


@pytest.fixture(params=["http", "https"])
def slow(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext | None:
    if request.param == "http":
        return None
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    return context


def test_a_file_may_take_longer_to_send_than_a_connection_to_make(
    slow: ssl.SSLContext | None, connect: Callable[..., HttpSession]
) -> None:
    content = io.BytesIO(bytes(MORE_THAN_BUFFERS_HOLD))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=listen_slowly, args=(listener, slow), daemon=True)
        server.start()
        url = f"{'https' if slow else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
        with closing(connect(url, traffic=Traffic(connect_timeout=0.3, read_timeout=20))) as session:
            assert session.upload("files", name="a", stream=content) == [1]
        server.join(10)


def test_a_service_that_takes_no_more_of_a_file_is_given_up(connect: Callable[..., HttpSession]) -> None:
    content = io.BytesIO(bytes(MORE_THAN_BUFFERS_HOLD))
    with socket.create_server(("127.0.0.1", 0)) as listener:  # the system accepts, nobody reads
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with closing(connect(url, traffic=Traffic(connect_timeout=5, read_timeout=0.2))) as session:
            with pytest.raises(TransportError, match="no answer in time; the file did not arrive") as caught:
                session.upload("files", name="a", stream=content)
            assert not caught.value.maybe_applied
