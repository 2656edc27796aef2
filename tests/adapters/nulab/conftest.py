"""Replays the recorded space: every exchange as it was recorded, or from the file of those made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import vcr
from vcr.request import Request
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

SYNTHETIC = Path(__file__).parent / "synthetic"
PAGE = 100
PAGING = frozenset({"count", "offset", "order", "sort"})

Exchange = tuple[Request, dict[str, Any]]


@dataclass
class Space:
    """All exchanges there are, recorded ones first; `told` says for each request where its answer came from."""

    recorded: list[Exchange]
    synthetic: list[Exchange]
    told: list[tuple[str, str]] = field(default_factory=list)

    def load_cassette(self, _path: object, _serializer: object = None, **_: object) -> tuple[list[Any], list[Any]]:
        """Give vcrpy one cassette of them all."""
        exchanges = [*self.recorded, *self.synthetic]
        return [request for request, _ in exchanges], [response for _, response in exchanges]

    def save_cassette(self, *_: object) -> None:
        raise AssertionError("nothing is recorded here")

    def source(self, index: int) -> str:
        return "recorded" if index < len(self.recorded) else "synthetic"

    @contextmanager
    def replayed(self) -> Iterator[None]:
        """Answer every request from the exchanges, and refuse any other; say on leaving what was asked."""
        player = vcr.VCR(record_mode="none", match_on=["method", "scheme", "host", "path", "as_recorded", "form"])
        player.register_persister(self)
        player.register_matcher("as_recorded", asked_as_recorded)
        player.register_matcher("form", told_as_recorded)
        with player.use_cassette("all", allow_playback_repeats=True) as cassette:
            play = cassette.play_response

            def noted(request: Request) -> dict[str, Any]:
                response: dict[str, Any] = play(request)
                index = next(at for at, (_, stored) in enumerate(cassette.data) if stored is response)
                self.told.append((shown(request), self.source(index)))
                return response

            cassette.play_response = noted
            try:
                yield
            finally:
                for request, source in self.told:
                    print(f"{request} -> {source}")


def shown(request: Request) -> str:
    parts = urlsplit(request.uri)
    return f"{request.method} {parts.path}{'?' * bool(parts.query)}{parts.query}"


def asked_as_recorded(asked: Request, stored: Request) -> None:
    """Compare queries. Ignored are the key, and what only pages an answer that is shorter than a page."""
    ignored = {"apiKey"} | (PAGING if getattr(stored, "shorter_than_a_page", False) else set())
    assert question(asked.uri, ignored) == question(stored.uri, ignored)


def told_as_recorded(asked: Request, stored: Request) -> None:
    """Compare forms; a write that was recorded without one stands for any."""
    if isinstance(stored.body, bytes) and stored.body and not stored.body.startswith(b"--"):
        assert form(asked) == form(stored)


def form(request: Request) -> list[tuple[str, str]]:
    return sorted(parse_qsl(request.body.decode(), keep_blank_values=True)) if isinstance(request.body, bytes) else []


def question(uri: str, ignored: set[str]) -> list[tuple[str, str]]:
    pairs = parse_qsl(urlsplit(uri).query, keep_blank_values=True)
    return sorted((name, value) for name, value in pairs if name not in ignored)


def exchanges(files: list[Path]) -> list[Exchange]:
    read = partial(deserialize, serializer=yamlserializer)
    found = [exchange for file in files for exchange in zip(*read(file.read_text("utf-8")), strict=True)]
    for request, response in found:
        request.shorter_than_a_page = is_short(response["body"]["string"])
    return found


def is_short(body: bytes | str) -> bool:
    try:
        rows = json.loads(body)
    except ValueError:
        return False
    return isinstance(rows, list) and len(rows) < PAGE


@pytest.fixture(scope="session")
def recorded_exchanges(recordings: Path) -> list[Exchange]:
    found = exchanges(sorted((recordings / "nulab").rglob("*.yaml")))
    return sorted(found, key=lambda exchange: not exchange[0].body)  # whoever tells something, before who tells nothing


@pytest.fixture
def space(recorded_exchanges: list[Exchange]) -> Space:
    return Space(recorded_exchanges, exchanges(sorted(SYNTHETIC.glob("*.yaml"))))


@pytest.fixture
def replayed(space: Space) -> Callable[[], AbstractContextManager[None]]:
    return space.replayed


@pytest.fixture
def recorded_json(recorded_exchanges: list[Exchange]) -> Callable[[str], Any]:
    """Give the JSON of the recorded answer to `GET /api/v2/` and this path, whatever its query."""

    def answer(path: str) -> Any:
        bodies = [
            response["body"]["string"]
            for request, response in recorded_exchanges
            if (request.method, request.path) == ("GET", f"/api/v2/{path}") and response["status"]["code"] == 200
        ]
        return json.loads(bodies[0])

    return answer
