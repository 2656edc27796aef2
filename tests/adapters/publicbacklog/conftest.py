"""Serves fake organizations on loopback, and connects to their backlog Website."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Protocol

import pytest

import anybacklog
from anybacklog import Tracker
from anybacklog_simulators.publicbacklog import (
    DEMO_KEY,
    Choices,
    Organization,
    PublicBacklog,
    Simulator,
    empty_organization,
    simulator,
)


class Serve(Protocol):
    def __call__(
        self, organization: Organization | None = None, *, backlog: str = "Website", **options: Any
    ) -> tuple[Tracker, Simulator[PublicBacklog]]: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve an organization, by default an empty one whose answers show what is documented."""
    with ExitStack() as stack:

        def served(
            organization: Organization | None = None, *, backlog: str = "Website", **options: Any
        ) -> tuple[Tracker, Simulator[PublicBacklog]]:
            fake = simulator(organization or empty_organization(Choices()))
            server = stack.enter_context(fake.served())
            url = f"publicbacklog+{server.url}/{backlog}"
            return stack.enter_context(anybacklog.connect(url, api_key=DEMO_KEY, **{"scan_gap": 5, **options})), fake

        yield served


@pytest.fixture
def asked() -> Any:
    """Tell what a fake was asked for: method and the end of the path, in order."""

    def what(fake: Simulator[PublicBacklog]) -> list[str]:
        return [f"{method} {path.rpartition('/')[2]}" for method, path, _ in fake.log]

    return what
