"""Somebody who calls a fake PublicBacklog in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from anybacklog_simulators.clock import Clock
from anybacklog_simulators.publicbacklog import (
    DEMO_KEY,
    Choices,
    Organization,
    PublicBacklog,
    Simulator,
    empty_organization,
    simulator,
)

DRAFT = {"title": "Crash", "description": "It falls over.", "ticketTypeId": 1, "backlogName": "Website"}


@dataclass
class Api:
    """Somebody with a key. Paths follow `/v1`; parameters go in the query, those of `body` as JSON."""

    fake: Simulator[PublicBacklog]
    key: str = DEMO_KEY

    @property
    def organization(self) -> Organization:
        return self.fake.service.organization

    def __call__(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **query: Any
    ) -> TestResponse:
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return Client(self.fake).open(
            f"/v1{path}",
            method=method,
            query_string=query,
            data=content,
            content_type="application/json",
            headers={"apiKey": self.key} if headers is None else headers,
        )

    def json(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Send the same, and give the JSON of an answer that must be a good one."""
        answer = self(method, path, body, **query)
        assert answer.status_code < 300, answer.get_data(as_text=True)
        return answer.get_json()

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str]:
        """Send the same; give status and message of the refusal."""
        answer = self(method, path, body, **query)
        return answer.status_code, answer.get_json()["message"]

    def create(self, **changes: Any) -> Any:
        """Create a ticket in Website; None leaves a parameter out."""
        draft = {name: value for name, value in {**DRAFT, **changes}.items() if value is not None}
        return self.json("POST", "/tickets/save-ticket", draft)

    def read(self, id: int) -> Any:
        return self.json("GET", "/tickets/get-ticket", id=id)

    def update(self, id: int, **changes: Any) -> Any:
        return self.json("PATCH", "/tickets/update-ticket", {"id": id, **changes})

    def comments(self, id: int) -> list[str]:
        """Give a ticket's comments as they are kept, which answers show only where that is chosen."""
        return [each.text for each in self.organization.tickets[id].comments]


@pytest.fixture
def chosen(clock: Clock) -> Callable[..., Api]:
    """Make a fake without tickets, whose clock stands, with these choices; give somebody who calls it."""
    return lambda **words: Api(simulator(empty_organization(Choices(**words)), clock=clock))


@pytest.fixture
def api(chosen: Callable[..., Api]) -> Api:
    return chosen()


@pytest.fixture
def fake(api: Api) -> Simulator[PublicBacklog]:
    return api.fake
