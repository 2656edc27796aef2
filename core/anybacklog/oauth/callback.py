"""The door on this machine that the service's page sends the browser back to: open for one answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from queue import Empty, Queue
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from urllib.parse import SplitResult, urlsplit

from anybacklog.errors import ConfigurationError, TransportError
from anybacklog.location import is_loopback

PAGE = (
    b"<!doctype html><meta charset=utf-8><title>anybacklog</title>"
    b"<p>anybacklog has the answer; you can close this page and go back to the terminal.</p>"
)
_SILENT_SECONDS = 10.0


def listens(redirect_uri: str) -> bool:
    """Tell whether the browser would come back to this machine, unencrypted, where a door can be opened for it."""
    parts = _parts(redirect_uri)
    host = parts.hostname or ""
    return parts.scheme == "http" and is_loopback(host) and ":" not in host


class Callback:
    """An open door. `redirect_uri` is its address, with the port that it got."""

    def __init__(self, server: _Door, redirect_uri: str) -> None:
        self.redirect_uri = redirect_uri
        self._server = server

    def wait(self, seconds: float) -> str:
        """Give the whole address that the browser asked for; TransportError if none came."""
        try:
            query = self._server.answers.get(timeout=seconds)
        except Empty:
            told = f"no browser came back within {seconds:.0f} s"
            raise TransportError(f"{told}; log in again, or use --no-browser", maybe_applied=False) from None
        return f"{self.redirect_uri}?{query}"


@contextmanager
def listening(redirect_uri: str) -> Iterator[Callback]:
    """Open the door at an address of this machine, port 0 being a free one; ConfigurationError where it is taken."""
    parts = _parts(redirect_uri)
    host = "127.0.0.1" if parts.hostname == "localhost" else str(parts.hostname)
    try:
        server = _Door((host, 80 if parts.port is None else parts.port), _Answer)
    except OSError as error:
        told = f"{redirect_uri} cannot be listened to: {error.strerror}"
        raise ConfigurationError(f"{told}; register another and give it with --redirect-uri") from None
    server.path = parts.path or "/"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Callback(server, _with_port(parts, server.server_address[1]))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Door(ThreadingMixIn, TCPServer):
    """Threads, since a browser may open connections that it then says nothing on."""

    daemon_threads = True
    allow_reuse_address = True
    path = "/"

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]  # as TCPServer takes them
        self.answers: Queue[str] = Queue()


class _Answer(BaseHTTPRequestHandler):
    timeout = _SILENT_SECONDS
    server: _Door

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        is_answer = path == self.server.path and bool(query)
        self.send_response_only(200 if is_answer else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        if is_answer:
            self.wfile.write(PAGE)
            self.server.answers.put(query)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the line would show the code."""


def _parts(redirect_uri: str) -> SplitResult:
    try:
        parts = urlsplit(redirect_uri)
        fits = bool(parts.hostname) and parts.scheme in ("http", "https") and (parts.port or 0) >= 0
    except ValueError:
        parts, fits = urlsplit(""), False
    if not fits or parts.query or parts.fragment or "@" in parts.netloc:
        raise ConfigurationError("the redirect URI must look like http://127.0.0.1:8080/callback")
    return parts


def _with_port(parts: SplitResult, port: int) -> str:
    return parts._replace(netloc=f"{parts.hostname}:{port}").geturl() if parts.port == 0 else parts.geturl()
