"""A fake service as a WSGI application: one request at a time, through whatever faults are switched on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from werkzeug.wrappers import Request, Response

from anybacklog_simulators import control
from anybacklog_simulators.clock import Clock
from anybacklog_simulators.faults import AFTER, STRUCK_BY, Fault, Faults, Harm
from anybacklog_simulators.rates import Rates
from anybacklog_simulators.serving import Server, reset

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

GATEWAY = "<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center></body></html>"


class Service(Protocol):
    """What a fake service is: something that answers requests, and can show all it holds."""

    rates: Rates
    faults: Faults

    def answer(self, request: Request, now: datetime) -> Response:
        """Do what a request asks, as of `now`."""

    def dump(self) -> dict[str, Any]:
        """Give everything it holds, as JSON."""


AnyService = TypeVar("AnyService", bound=Service)


class Simulator(Generic[AnyService]):
    """Puts a service on the wire. `control` opens `POST /_simulator/...`, for tests in another process."""

    def __init__(self, service: AnyService, clock: Clock, *, control: bool = False) -> None:
        self.service = service
        self.clock = clock
        self.control = control
        self.log: list[tuple[str, str, int]] = []
        """Method, path and status of every request that was answered, in order; 0 where no answer was sent."""
        self._lock = threading.RLock()
        self._late: list[tuple[datetime, WSGIEnvironment, bytes]] = []
        self._stopping = threading.Event()

    @property
    def faults(self) -> Faults:
        """The faults switched on."""
        return self.service.faults

    @property
    def rates(self) -> Rates:
        """The rate limits."""
        return self.service.rates

    def counts(self) -> Counter[str]:
        """Count the requests that were answered, by method and path: `{"GET /v1/...": 2}`."""
        return Counter(f"{method} {path}" for method, path, _ in self.log)

    def served(self, port: int = 0) -> Server:
        """Give a server on loopback for it, to be entered or started; port 0 takes a free one."""
        self._stopping.clear()
        return Server(self, port, release=self._stopping.set)

    def dump(self) -> dict[str, Any]:
        """Give everything the service holds as JSON, late writes that are due included."""
        with self._lock:
            self.settle()
            return self.service.dump()

    def settle(self) -> None:
        """Commit the late writes whose time has come; every request does so first."""
        with self._lock:
            now = self.clock.now()
            due = sorted((late for late in self._late if late[0] <= now), key=lambda late: late[0])
            self._late = [late for late in self._late if late[0] > now]
            for when, environ, body in due:
                with _again(environ, body) as request:
                    self.service.answer(request, when)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        if self.control and request.path.startswith(control.PREFIX):
            with self._lock:
                return control.answer(self, request)(environ, start_response)
        with self._lock:
            self.settle()
            fault = self.faults.strike(request.method, request.path)
            try:
                response = self._through(fault, request)
            except ConnectionResetError:
                self.log.append((request.method, request.path, 0))
                raise
            self.log.append((request.method, request.path, response.status_code))
        return self._sent(fault, request, response)(environ, start_response)

    def _through(self, fault: Fault | None, request: Request) -> Response:
        """Do what is asked, unless the fault has it otherwise."""
        harm = None if fault is None else fault.harm
        if fault is None or harm in AFTER:
            response = self._done(request, fault)
            if harm is Harm.DROP_AFTER:
                raise reset(request.environ)
            return _gateway(fault.status or 502) if fault is not None and harm is Harm.ERROR_AFTER else response
        if harm is Harm.ERROR_BEFORE:
            return _gateway(fault.status or 503)
        if harm is Harm.LATE:
            due = self.clock.now() + timedelta(seconds=fault.seconds)
            self._late.append((due, dict(request.environ), request.get_data()))
            if fault.status is not None:
                return _gateway(fault.status)
        raise reset(request.environ)

    def _done(self, request: Request, fault: Fault | None) -> Response:
        with _again({**request.environ, STRUCK_BY: fault}, request.get_data()) as again:
            return self.service.answer(again, self.clock.now())

    def _sent(self, fault: Fault | None, request: Request, response: Response) -> Response:
        if "Date" not in response.headers:
            response.headers["Date"] = self.clock.http_date()
        if fault is not None and fault.harm is Harm.STALL:
            self._stopping.wait(fault.seconds or None)
        if fault is not None and fault.harm is Harm.TRUNCATE:
            whole = response.get_data()
            response.headers["Content-Length"] = str(len(whole))
            response.response = _half(whole, request.environ)
        return response


def _again(environ: WSGIEnvironment, body: bytes) -> Request:
    return Request({**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}, populate_request=False)


def _gateway(status: int) -> Response:
    return Response(GATEWAY.format(status=status), status, mimetype="text/html")


def _half(whole: bytes, environ: WSGIEnvironment) -> Iterator[bytes]:
    yield whole[: len(whole) // 2]
    raise reset(environ)
