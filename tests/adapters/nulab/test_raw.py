"""Any call of the API by hand: with key, budget and errors as everywhere, and never to another host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.core.conftest import Server

import anybacklog
from anybacklog.errors import NotFound, UnsupportedOperation, ValidationError

KEY = "s3cr3tkey99"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def tracker(server: Server) -> Iterator[anybacklog.Tracker]:
    with anybacklog.connect(f"nulab+http://127.0.0.1:{server.port}/PROJ", api_key=KEY) as tracker:
        yield tracker


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "patch"])
def test_every_method_goes_out_with_key_query_and_form(
    method: str, server: Server, tracker: anybacklog.Tracker
) -> None:
    server.script += [server.answer(body=b'{"id": 1}')]
    data = None if method == "GET" else {"name": "𠮷", "id[]": [1, 2]}
    assert tracker.raw(method, "wikis/1", params={"a": "b c"}, data=data) == {"id": 1}
    assert server.requests[0].startswith(f"{method.upper()} /api/v2/wikis/1?a=b+c HTTP/1.1")
    assert f"Backlog-API-Key: {KEY}" in server.requests[0]
    assert server.requests[0].endswith("name=%F0%A0%AE%B7&id%5B%5D=1&id%5B%5D=2") == (data is not None)
    assert tracker.requests() == {"read" if method == "GET" else "update": 1}


def test_a_refusal_is_explained_as_elsewhere(server: Server, tracker: anybacklog.Tracker) -> None:
    server.script += [server.answer(404, b'{"errors": [{"message": "No such wiki.", "code": 6, "moreInfo": ""}]}')]
    with pytest.raises(NotFound, match="No such wiki"):
        tracker.raw("GET", "wikis/1")


@pytest.mark.parametrize("path", ["//evil.example/a", "https://evil.example/a", "../../a", "wikis/%2e%2e/%2e%2e/a"])
def test_the_key_goes_nowhere_else(path: str, server: Server, tracker: anybacklog.Tracker) -> None:
    with pytest.raises(ValidationError, match="no path below"):
        tracker.raw("GET", path)
    assert server.requests == []


def test_an_unknown_extension_is_said_to_be_unknown(tracker: anybacklog.Tracker) -> None:
    class Wikis:
        pass

    with pytest.raises(UnsupportedOperation, match="nulab backend has no Wikis"):
        tracker.extension(Wikis)
