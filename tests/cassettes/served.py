"""A simulator as a live account is met: behind a proxy that compresses, with a cookie and a name of its own."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from anybacklog_simulators.simulator import Simulator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class AsServed:
    """Answers as a service behind a proxy does: compressed if that is asked for."""

    def __init__(self, fake: Simulator[Any], *, server: str, cookie: str) -> None:
        self._fake = fake
        self._server = server
        self._cookie = cookie

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        answer = Response.from_app(self._fake, environ, buffered=True)
        answer.headers["Server"] = self._server
        answer.set_cookie("session", self._cookie)
        if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") and answer.status_code != 204:
            answer.set_data(gzip.compress(answer.get_data()))
            answer.headers["Content-Encoding"] = "gzip"
        return answer(environ, start_response)
