"""TLS with real certificates of a throw-away authority: whom to trust, and what is told when there is no trust."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme
from tests.core.conftest import Server

from anybacklog.backend import Traffic
from anybacklog.errors import ConfigurationError, TransportError
from anybacklog.http import HttpSession, Retry
from anybacklog.http.surroundings import CA_VARIABLES

if TYPE_CHECKING:
    from tests.core.conftest import FakeTime

AUTHORITY = trustme.CA()


def serving(certificate: trustme.LeafCert) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return Server(tls=context)


@pytest.fixture
def secure() -> Iterator[Server]:
    server = serving(AUTHORITY.issue_cert("127.0.0.1"))
    yield server
    server.close()


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in CA_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return path


@pytest.mark.parametrize("variable", CA_VARIABLES)
def test_a_private_authority_is_trusted_once_a_variable_names_it(
    variable: str, bundle: Path, secure: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(bundle))
    secure.script += [secure.answer(body=b"[1]")]
    assert connect(f"{secure.url}/api").get("issues") == [1]


def test_a_folder_of_authorities_is_trusted_once_a_variable_names_it(
    bundle: Path, secure: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bundle.with_name("authorities")
    folder.mkdir()
    hashed = subprocess.run(["openssl", "x509", "-noout", "-hash", "-in", bundle], check=True, capture_output=True)
    bundle.rename(folder / f"{hashed.stdout.decode().strip()}.0")
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    secure.script += [secure.answer(body=b"[1]")]
    assert connect(f"{secure.url}/api").get("issues") == [1]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_authority_is_told_with_the_way_to_trust_it(
    method: str, bundle: Path, secure: Server, connect: Callable[..., HttpSession], fake: FakeTime
) -> None:
    with pytest.raises(
        TransportError, match=r"not from an authority that is trusted here.*REQUESTS_CA_BUNDLE"
    ) as caught:
        connect(secure.url).request(method, "issues")
    assert not caught.value.maybe_applied
    assert fake.waits == []
    assert secure.requests == []


def test_a_session_opened_after_the_variable_was_set_trusts_at_once(
    bundle: Path, secure: Server, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TransportError):
        connect(secure.url).get("issues")
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    secure.script += [secure.answer(body=b"[1]")]
    assert connect(secure.url).get("issues") == [1]


BAD_CERTIFICATES = {
    "for another host name": (AUTHORITY.issue_cert("other.example"), r"for another host name; .*write the URL"),
    "expired": (AUTHORITY.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC)), "expired; .*renew it"),
    "not valid yet": (
        AUTHORITY.issue_cert("127.0.0.1", not_before=datetime(2990, 1, 1, tzinfo=UTC)), "not valid yet; .*clock right",
    ),
}  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("what", BAD_CERTIFICATES)
def test_a_bad_certificate_is_told_as_what_it_is(
    what: str, method: str, bundle: Path, connect: Callable[..., HttpSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, told = BAD_CERTIFICATES[what]
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    server = serving(certificate)
    try:
        with pytest.raises(TransportError, match=told) as caught:
            connect(server.url).request(method, "issues")
    finally:
        server.close()
    assert not caught.value.maybe_applied
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


NO_TLS: dict[str, tuple[bytes | None, str]] = {
    "speaks http": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "no TLS in common .*check host and port"),
    "hangs up": (b"", "nothing was "),
    "says nothing": (None, "no connection in time; nothing was changed"),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("what", NO_TLS)
def test_a_port_that_speaks_no_tls_was_sent_nothing(
    what: str, method: str, connect: Callable[..., HttpSession]
) -> None:
    says, told = NO_TLS[what]
    over = threading.Event()

    def listen(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            if says is None:
                over.wait(10)
            else:
                connection.sendall(says)
                connection.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listening = threading.Thread(target=listen, args=(listener,))
        listening.start()
        session = connect(
            f"https://127.0.0.1:{listener.getsockname()[1]}",
            retry=Retry(tries=1),
            traffic=Traffic(connect_timeout=0.2),
        )
        with pytest.raises(TransportError, match=told) as caught:
            session.request(method, "issues")
        over.set()
        listening.join(10)
    assert not caught.value.maybe_applied


@pytest.mark.parametrize("variable", CA_VARIABLES)
@pytest.mark.parametrize(("content", "told"), [(None, "does not exist"), ("", "holds no certificate")])
def test_a_file_that_cannot_be_trusted_by_is_named_with_its_variable(
    content: str | None, told: str, variable: str, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bundle.with_name("mine.pem")
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv(variable, str(path))
    with pytest.raises(ConfigurationError, match=rf"{variable} names .*mine\.pem, which {told}.*unset {variable}"):
        HttpSession("https://h.example")
    HttpSession("http://127.0.0.1").close()  # needs no certificates


def test_a_folder_in_which_no_certificate_is_found_is_named(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(bundle.parent))
    with pytest.raises(ConfigurationError, match=r"SSL_CERT_DIR names .* holds no certificate named by its hash"):
        HttpSession("https://h.example")
