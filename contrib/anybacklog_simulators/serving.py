"""A WSGI application on a port of this machine, in threads of its own, until it is stopped."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    """Logs nothing: a request's URL may hold a key."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Keep silent."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """Leave the header `Date` to the fake, whose clock may tell another time than this machine's."""
        self.send_response_only(code, message)

    def connection_dropped(self, *_: Any, **__: Any) -> None:
        """Close the connection a fault dropped; werkzeug would wait for another request on it."""
        self.close_connection = True


class Server:
    """Serves `app` on loopback; port 0 takes a free one. A context manager, or `start` and `stop`.

    A port that is taken is an OSError at once. `release` is called first when it stops, to end answers that wait.
    """

    def __init__(self, app: WSGIApplication, port: int = 0, *, release: Callable[[], None] = lambda: None) -> None:
        listening = socket.create_server((LOOPBACK, port))
        self.port: int = listening.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        self._server = make_server(
            LOOPBACK, self.port, app, threaded=True, request_handler=_Quiet, fd=listening.fileno()
        )
        listening.close()
        self._release = release
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> Server:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Answer no more, and free the port."""
        self._release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self) -> None:
        """Return when it was stopped, from another thread or by an interrupt."""
        while self._thread.is_alive():
            self._thread.join(0.5)

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def reset(environ: dict[str, Any]) -> ConnectionResetError:
    """Reset the connection a request came by, and give the error that ends its handling."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return ConnectionResetError("the fake reset the connection")
