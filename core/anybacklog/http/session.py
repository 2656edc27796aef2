"""HttpSession: every request of an adapter, with credentials, budget, retries, and errors that hold no secret."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import requests
from urllib3.exceptions import HTTPError

from anybacklog.backend import Traffic
from anybacklog.errors import AnyBacklogError, ConfigurationError
from anybacklog.http.answer import decoded, refused
from anybacklog.http.budget import TOO_MANY_REQUESTS, Clock
from anybacklog.http.call import CUT_OFF, Call, Lost, cut_off, lost, unasked_part
from anybacklog.http.download import as_file
from anybacklog.http.lane import join
from anybacklog.http.refusal import Explain
from anybacklog.http.retry import PASSING, Retry
from anybacklog.http.spelling import json_body, pairs, whole
from anybacklog.redact import redact_url

_log = logging.getLogger("anybacklog.http")
_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """One way to show a key: in headers or in query parameters. Never printed."""

    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)

    def secrets(self) -> frozenset[str]:
        """Give every value, and the last word of each: `Bearer abc` holds the secret `abc`."""
        values = [*self.headers.values(), *self.params.values()]
        return frozenset(values) | {value.rpartition(" ")[2] for value in values}


def _one_bucket(method: str, path: str) -> str:  # noqa: ARG001  # the shape every such function has
    return "requests"


class HttpSession:
    """Talks to one service as one user. Stores what it is given; the first request connects.

    `credentials` are ways to show the same key, tried in turn when the service answers 401; the first one accepted is
    kept. `secrets` are masked besides. `explain` reads the vendor's error envelope; `bucket` names the rate budget
    that a method and path are charged to, `requests` counts what was sent per bucket. Connections and budgets are
    shared by all sessions of one host and user in the process, one request in flight at a time.
    """

    def __init__(
        self,
        base_url: str,
        *,
        credentials: Iterable[Credentials] = (),
        secrets: Collection[str] = (),
        headers: Mapping[str, str] | None = None,
        explain: Explain | None = None,
        bucket: Callable[[str, str], str] = _one_bucket,
        traffic: Traffic | None = None,
        retry: Retry | None = None,
        clock: Clock | None = None,
        longest_wait: float = 900.0,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.requests: Counter[str] = Counter()
        self._credentials = tuple(credentials) or (Credentials(),)
        self._way = 0
        self._accepted = False
        self._closed = False
        self._secrets = frozenset(secrets).union(*(each.secrets() for each in self._credentials)) - {""}
        self._headers = {"User-Agent": "anybacklog", "Accept": "application/json", **(headers or {})}
        self._explain = explain
        self._bucket = bucket
        self._traffic = traffic or Traffic()
        self._retry = retry or Retry()
        self._clock = clock or Clock()
        self._longest_wait = longest_wait
        _refuse_unsendable(self._credentials)
        self._lane = join(self.base_url, self._secrets, self._clock)

    def __repr__(self) -> str:
        return f"<HttpSession {redact_url(self.base_url, self._secrets)}>"

    def close(self) -> None:
        """Let go of the connections; those that other sessions share stay open. The session is not used again."""
        if not self._closed:
            self._closed = True
            self._lane.leave()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send and give the decoded JSON, None for an empty answer to a write. `data` is a form, `json` a JSON body.

        A read is repeated after connection trouble, a timeout, 408, 429, 500, 502, 503, 504; a write only after 429
        and where it provably was not sent. Raises TransportError, RateLimited, ProtocolError, or what a refusal means;
        ValidationError, before anything is sent, for a field that no request can carry.
        """
        form = None if data is None else pairs(data)
        call = self._call(method, path, params, headers or {}, data=form, json=json_body(json))
        with self._lane.turn:
            return decoded(call, self._answer(call), self._secrets)

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Read, and give the decoded JSON."""
        return self.request("GET", path, params=params)

    @contextmanager
    def stream(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[BinaryIO]:
        """Open a download for reading once, in constant memory; a body that ends too early is a TransportError.

        No other thread sends anything as this user until it is closed; the thread that reads it may.
        """
        call = self._call("GET", path, params, {"Accept": "*/*", "Accept-Encoding": "identity"}, stream=True)
        with self._lane.turn:
            answer = self._answer(call)
            try:
                with as_file(answer.raw, call.where) as body:
                    yield body
            finally:
                answer.close()

    def _call(
        self, method: str, path: str, params: Mapping[str, Any] | None, headers: Mapping[str, str], **rest: Any
    ) -> Call:
        method, path = method.upper(), whole("path", path.lstrip("/"))
        url = f"{self.base_url}/{path}"
        return Call(
            method=method,
            path=path,
            url=url,
            where=f"{method} {redact_url(url, self._secrets)}",
            bucket=self._bucket(method, path.partition("?")[0]),
            params=pairs(params),
            headers={**self._headers, **headers},
            **rest,
        )

    def _answer(self, call: Call) -> requests.Response:
        """Send until there is a good answer, or none is to be hoped for."""
        tried = 0
        while True:
            outcome = self._send(call)
            if isinstance(outcome, requests.Response):
                if outcome.status_code < 300 and not unasked_part(call, outcome):
                    self._accepted = True
                    return outcome
                outcome.close()
                if outcome.status_code == _UNAUTHORIZED and self._show_another_way():
                    continue
            tried += 1
            error, again = self._judge(call, outcome)
            if not again or tried >= self._retry.tries:
                raise error
            seconds = self._retry.pause(tried)
            if self._lane.budget.delay(call.bucket, self._clock.now()) < seconds:
                # Else the service said how long, and the closed bucket sees to it.
                _log.info("%s; trying again in %.1f s", error, seconds)
                self._clock.sleep(seconds)

    def _judge(self, call: Call, outcome: requests.Response | Lost) -> tuple[AnyBacklogError, bool]:
        """Give the error that a bad outcome means, and whether sending again is right."""
        if isinstance(outcome, Lost):
            return outcome.error(call.where), not (outcome.maybe_applied or outcome.hopeless)
        closed_until = self._lane.budget.closed_until(call.bucket)
        error = refused(call, outcome, self._secrets, self._explain, closed_until)
        passing = outcome.status_code in PASSING and not call.write
        return error, passing or outcome.status_code == TOO_MANY_REQUESTS

    def _show_another_way(self) -> bool:
        """Turn to the next way of showing the key, unless one was accepted before or none is left."""
        if self._accepted:
            return False
        self._way = (self._way + 1) % len(self._credentials)
        return self._way != 0

    def _send(self, call: Call) -> requests.Response | Lost:
        """Send once, when the budget allows."""
        budget = self._lane.budget
        budget.wait(call.bucket, call.where, self._clock, self._longest_wait)
        budget.spend(call.bucket)
        self.requests[call.bucket] += 1
        started = self._clock.now()
        outcome = self._exchange(call)
        now = self._clock.now()
        if isinstance(outcome, Lost):
            _log.debug("%s: %s after %.3f s", call.where, outcome.reason, now - started)
        else:
            budget.learn(call.bucket, outcome.status_code, outcome.headers, now)
            _log.debug("%s -> %d in %.3f s", call.where, outcome.status_code, now - started)
        return outcome

    def _exchange(self, call: Call) -> requests.Response | Lost:
        shown = self._credentials[self._way]
        try:
            response = self._lane.connections.request(
                call.method,
                call.url,
                params=[*call.params, *shown.params.items()],
                data=call.data,
                json=call.json,
                headers={**call.headers, **shown.headers},
                timeout=(self._traffic.connect_timeout, self._traffic.read_timeout),
                allow_redirects=False,
                stream=call.stream,
            )
            if response.status_code >= 300:
                _ = response.content  # read it here, where an answer that is cut off counts as lost
        except (requests.RequestException, HTTPError) as error:
            return lost(call, error)
        return Lost(CUT_OFF, maybe_applied=call.write) if cut_off(call, response) else response


def _refuse_unsendable(credentials: Iterable[Credentials]) -> None:
    """Refuse a key that no header or query can carry before it gets into an exception of the library's."""
    for each in credentials:
        for value in each.headers.values():
            _refuse_unless(value.isascii() and value.isprintable() and value == value.strip())
        for value in each.params.values():
            _refuse_unless(value.isprintable() and value == value.strip())


def _refuse_unless(fit: bool) -> None:  # noqa: FBT001  # positional reads as the sentence it is
    if not fit:
        raise ConfigurationError(
            "the key holds characters that a key cannot have (a line break, a space at an end, or beyond ASCII); "
            "copy it again"
        )
