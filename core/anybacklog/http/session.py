"""HttpSession: every request of an adapter, with credentials, budget, retries, and errors that hold no secret."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, BinaryIO

from anybacklog.backend import RateState, TokenSource, Traffic, TrafficState
from anybacklog.http.answer import decoded
from anybacklog.http.call import Call
from anybacklog.http.clock import Clock
from anybacklog.http.credentials import Bearer, Credentials, Ways
from anybacklog.http.delivery import Delivery
from anybacklog.http.lane import join
from anybacklog.http.origin import base_origin
from anybacklog.http.rate import Rate, Terms
from anybacklog.http.refusal import Explain
from anybacklog.http.retry import Retry
from anybacklog.http.spelling import below, headers_fit, json_body, pairs, verb
from anybacklog.http.surroundings import route_to
from anybacklog.http.upload import ANYTHING, Form, measured
from anybacklog.redact import Secrets, redact_url, remember


def _one_bucket(method: str, path: str) -> str:  # noqa: ARG001  # the shape every such function has
    return "requests"


class HttpSession:
    """Talks to one service as one user. Stores what it is given; the first request connects.

    `credentials` are ways to show the same key, tried in turn when the service answers 401; the first one accepted is
    kept, and tried first by later sessions. `login` instead shows the token of a login, renewed when it is due, and
    once when it is refused. `secrets` are masked besides. `explain` reads the vendor's error envelope; `bucket` names
    the rate budget that a method and path are charged to, `rates` says what is known of them beforehand, `requests`
    counts what was sent per bucket. Connections and budgets are shared by all sessions of one host and user in the
    process, one request in flight at a time, what is still to come of a download aside. Proxies and trusted
    certificates come from the usual environment variables.

    Plain http is spoken with this machine only, unless `traffic` allows more. Reads follow redirects, up to five;
    to another host without any credentials. Paths stay below `base_url`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        credentials: Iterable[Credentials] = (),
        login: TokenSource | None = None,
        secrets: Collection[str] = (),
        headers: Mapping[str, str] | None = None,
        explain: Explain | None = None,
        bucket: Callable[[str, str], str] = _one_bucket,
        rates: Mapping[str, Rate] | None = None,
        traffic: Traffic | None = None,
        retry: Retry | None = None,
        clock: Clock | None = None,
        longest_wait: float = 900.0,
    ) -> None:
        traffic, clock = traffic or Traffic(), clock or Clock()
        self.base_url, self._secrets = base_url.rstrip("/"), Secrets(secrets)
        del secrets  # in a traceback this variable would show them
        home = base_origin(self.base_url, allow_plain_http=traffic.allow_plain_http)
        ways = Bearer(login) if login else Ways(credentials, home)
        self._secrets = Secrets(self._secrets, ways.secrets())
        remember(*self._secrets)
        self._headers = {"User-Agent": "anybacklog", "Accept": "application/json", **(headers or {})}
        self._bucket = bucket
        self._clock = clock
        route = route_to(home)
        self._terms = Terms(share=traffic.share, polite=traffic.polite, rates=rates or {})
        self._lane = join(home, self._secrets, clock, self._terms, ways.user)
        self._delivery = Delivery(
            lane=self._lane,
            home=home,
            route=route,
            ways=ways,
            secrets=self._secrets,
            explain=explain,
            traffic=traffic,
            retry=retry or Retry(),
            clock=clock,
            longest_wait=longest_wait,
        )
        self.requests = self._delivery.requests

    def __repr__(self) -> str:
        return f"<HttpSession {redact_url(self.base_url, self._secrets)}>"

    def close(self) -> None:
        """Let go of the connections; those that other sessions share stay open. The session sends nothing more."""
        if not self._delivery.closed:
            self._delivery.closed = True
            self._lane.leave(self._terms)

    def state(self) -> TrafficState:
        """Tell how the rate budgets of this user at this host stand, and how far the service's clock is from ours."""
        return self._lane.budget.state(self._clock.now())

    def expect(self, rates: Iterable[RateState]) -> None:
        """Take in what a body said of rate budgets, so that the first request of each keeps within what is left.

        `resets_at` is on the service's clock. Budgets of which answers told already keep to that.
        """
        with self._lane.turn:
            self._lane.budget.expect(rates, self._clock.now())

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        only_reads: bool = False,
    ) -> Any:
        """Send and give the decoded JSON, None for an empty answer to a write. `data` is a form, `json` a JSON body.

        A read is repeated after connection trouble, a timeout, 408, 429, 500, 502, 503, 504; a write only after 429
        and where it provably was not sent. An answer has at most 64 MiB. Raises TransportError, RateLimited,
        ProtocolError, or what a refusal means; ValidationError, before anything is sent, for a path that leads out of
        the base, or a field that no request can carry. `only_reads`: a read, though its method is not one of those.
        """
        form = None if data is None else pairs(data)
        call = self._call(method, path, params, headers or {}, data=form, json=json_body(json), only_reads=only_reads)
        return decoded(self._delivery.answer(call), self._secrets)

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Read, and give the decoded JSON."""
        return self.request("GET", path, params=params)

    @contextmanager
    def stream(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[BinaryIO]:
        """Open a download for reading once, in constant memory; a body that ends too early is a TransportError.

        Its first 256 KiB are here when it opens, and until then it is asked for again as any read is. While more arrive
        other requests may be sent, so that it can be handed to `upload` without a copy, and one that is read slowly
        keeps nobody waiting.
        """
        call = self._call("GET", path, params, {"Accept": "*/*", "Accept-Encoding": "identity"}, stream=True)
        answer = self._delivery.answer(call)
        assert answer.opened is not None
        with answer.opened as body:
            yield body

    def upload(
        self,
        path: str,
        *,
        name: str,
        stream: IO[bytes],
        field: str = "file",
        content_type: str | None = None,
        size: int | None = None,
        data: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Any:
        """POST a multipart form with one file, in constant memory, and give the decoded JSON as `request` does.

        `stream` is binary, is read from where it stands, and is not closed. Its `size` in bytes may be left out: then
        it is measured, and where it cannot be, it is copied to a temporary file first (in memory up to 1 MiB). `data`
        are the form's other fields. It is sent again only after 429, for another way to show the key, or where nothing
        was sent, and only if the stream can go back. A stream that ends before its size, goes on after it, or cannot
        be read is a TransportError; the service then got no whole file.
        """
        with measured(stream, name, size) as (measured_stream, length):
            form = Form(
                fields=pairs(data),
                field=field,
                name=name,
                stream=measured_stream,
                size=length,
                content_type=content_type or ANYTHING,
            )
            call = self._call("POST", path, params, {"Content-Type": form.content_type}, form=form)
            return decoded(self._delivery.answer(call), self._secrets)

    def _call(
        self, method: str, path: str, params: Mapping[str, Any] | None, headers: Mapping[str, str], **rest: Any
    ) -> Call:
        self._delivery.refuse_unless_open()
        method, path = verb(method), below(path)
        return Call(
            method=method,
            path=path,
            url=f"{self.base_url}/{path}",
            bucket=self._bucket(method, path.partition("?")[0]),
            secrets=self._secrets,
            params=pairs(params),
            headers=headers_fit({**self._headers, **headers}),
            **rest,
        )
