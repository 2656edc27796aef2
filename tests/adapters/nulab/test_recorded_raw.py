"""Every exchange that was recorded, had by hand through `raw`, and every file through `Nulab.open`."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.adapters.nulab.conftest import Space

import anybacklog
from anybacklog import Tracker
from anybacklog_nulab import Nulab

URL = "nulab://example.backlog.jp/31224"
NOT_BY_KEY = "/api/v2/oauth2/token"


def replayed(request: Any, response: dict[str, Any]) -> None:
    with Space([(request, response)], []).replayed(), anybacklog.connect(URL, api_key="a-key-nobody-has") as tracker:
        body = response["body"]["string"]
        if is_file(response):
            with tracker.extension(Nulab).open(target(request)) as stream:
                assert stream.read() == body
        elif response["status"]["code"] < 300:
            assert asked(tracker, request) == (json.loads(body) if body else None)
        else:
            refused(tracker, request, json.loads(body)["errors"][0])


def asked(tracker: Tracker, request: Any) -> Any:
    data = parse_qsl(request.body.decode()) if request.body else []
    form = {name: [value for other, value in data if other == name] for name, _ in data}
    return tracker.raw(request.method, target(request), params=query(request), data=form or None)


def refused(tracker: Tracker, request: Any, error: dict[str, Any]) -> None:
    with pytest.raises(anybacklog.ValidationError, match=re.escape(error["message"])) as refusal:
        asked(tracker, request)
    assert refusal.value.field == "test"


def target(request: Any) -> str:
    return str(request.path).removeprefix("/api/v2/")


def query(request: Any) -> dict[str, Any]:
    pairs = [(name, value) for name, value in parse_qsl(urlsplit(request.uri).query) if name != "apiKey"]
    return {name: [value for other, value in pairs if other == name] for name, _ in pairs}


def is_file(response: dict[str, Any]) -> bool:
    kinds = response["headers"].get("Content-Type") or ["application/json"]
    return not kinds[0].startswith("application/json")


def is_upload(request: Any) -> bool:
    return bool(request.body) and request.body.startswith(b"--")


def test_every_recorded_exchange_is_had_by_hand(recorded_exchanges: list[Any]) -> None:
    tried = 0
    for request, response in recorded_exchanges:
        if request.path != NOT_BY_KEY and not is_upload(request):
            replayed(request, response)
            tried += 1
    assert tried > 100
