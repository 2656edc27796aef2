"""Traffic to and from cassettes, by vcrpy: recorded over real HTTP, replayed without any socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
import vcr
from tests.cassettes import packing
from tests.cassettes.scrub import Exchange, canonical, header
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.request import Request
from vcr.serialize import deserialize, serialize

from anybacklog.http import session
from anybacklog.http.clock import Clock
from anybacklog.redact import redact_url

Metadata = Mapping[str, Any]


def read(path: Path) -> tuple[list[Exchange], Metadata]:
    """Read a cassette, and what it says of itself."""
    return _read(path.read_text("utf-8"))


@lru_cache(maxsize=1000)
def _read(text: str) -> tuple[list[Exchange], Metadata]:
    requests, responses, *metadata = deserialize(text, packing)
    return list(map(_exchange, requests, responses)), metadata[0] if metadata else {}


def write(path: Path, exchanges: Sequence[Exchange], metadata: Metadata) -> None:
    """Write a cassette; one that says the same already keeps the day it was recorded on."""
    if path.exists() and _same(read(path), (list(exchanges), metadata)):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    requests, responses = [_request(each) for each in exchanges], [_response(each) for each in exchanges]
    cassette = {"requests": requests, "responses": responses, "metadata": dict(metadata)}
    path.write_text(serialize(cassette, packing), "utf-8", newline="\n")


@contextmanager
def replaying(path: Path) -> Iterator[Any]:
    """Answer every request from a cassette, in order, and let nobody open a socket; any other request is an error."""
    player = vcr.VCR(record_mode="none", match_on=["alike"], before_record_request=_without_key)
    player.register_matcher("alike", _alike)
    player.register_persister(SimpleNamespace(load_cassette=_loaded))
    with no_sockets(), player.use_cassette(str(path)) as cassette:
        yield cassette


@contextmanager
def recording() -> Iterator[list[Exchange]]:
    """Let every request through and note it; the list is filled at the end, and nothing is written."""
    recorder = vcr.VCR(record_mode="all")
    recorder.register_persister(SimpleNamespace(load_cassette=_nothing_yet, save_cassette=lambda *_, **__: None))
    exchanges: list[Exchange] = []
    with recorder.use_cassette("in memory") as cassette:
        try:
            yield exchanges
        finally:
            exchanges += map(_exchange, cassette.requests, cassette.responses)


@contextmanager
def no_sockets() -> Iterator[None]:
    """Let nobody open a socket or look up a host."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("the network was used while a cassette is replayed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "__init__", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        yield


@contextmanager
def at(clock: Clock) -> Iterator[None]:
    """Let connections that are opened meanwhile go by this clock: nobody waits for real."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "Clock", lambda: clock)
        yield


def clock_of(exchanges: Sequence[Exchange]) -> Clock:
    """Give a clock that stands where a recording began, and that only waiting moves."""
    dates = (header(each.headers, "date") for each in exchanges)
    began = next((parsedate_to_datetime(each) for each in dates if each), datetime.fromtimestamp(0).astimezone())
    hands = SimpleNamespace(at=began.timestamp())

    def wait(seconds: float) -> None:
        hands.at += seconds

    return Clock(now=lambda: float(hands.at), sleep=wait)


def _loaded(path: str, **_: object) -> tuple[list[Request], list[Any]]:
    exchanges, _metadata = read(Path(path))
    return [_request(each) for each in exchanges], [_response(each) for each in exchanges]


def _nothing_yet(*_: object, **__: object) -> NoReturn:
    raise CassetteNotFoundError


def _without_key(asked: Request) -> Request:
    return Request(asked.method, redact_url(asked.uri), asked.body_bytes, asked.headers)


def _alike(asked: Request, stored: Request) -> bool:
    """Compare method, address and body, the cheapest first: a long cassette is searched for every request."""
    return (
        asked.method == stored.method and _address(asked.uri) == _address(stored.uri) and _sent(asked) == _sent(stored)
    )


@lru_cache(maxsize=1000)
def _address(url: str) -> tuple[str, list[str]]:
    path, _, query = url.partition("?")
    return path, sorted(query.split("&"))


def _sent(request: Request) -> tuple[str, bytes]:
    return canonical(header(request.headers, "content-type"), request.body_bytes or b"")


def _same(one: tuple[list[Exchange], Metadata], other: tuple[list[Exchange], Metadata]) -> bool:
    told = [{name: value for name, value in metadata.items() if name != "on"} for _, metadata in (one, other)]
    return one[0] == other[0] and told[0] == told[1]


def _exchange(request: Request, response: Mapping[str, Any]) -> Exchange:
    return Exchange(
        method=request.method,
        url=request.uri,
        sent_headers={name: _text(value) for name, value in request.headers.items()},
        sent=request.body_bytes or b"",
        status=response["status"]["code"],
        reason=response["status"]["message"],
        headers={name: ", ".join(values) for name, values in response["headers"].items()},
        body=response["body"]["string"] or b"",
    )


def _request(exchange: Exchange) -> Request:
    return Request(exchange.method, exchange.url, exchange.sent or None, dict(exchange.sent_headers))


def _response(exchange: Exchange) -> dict[str, Any]:
    return {
        "status": {"code": exchange.status, "message": exchange.reason},
        "headers": {name: [value] for name, value in exchange.headers.items()},
        "body": {"string": exchange.body},
    }


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
