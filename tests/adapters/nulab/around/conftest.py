"""A demo space on loopback, and a tracker of its project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

import anybacklog
from anybacklog_nulab import Nulab
from anybacklog_simulators.nulab import DEMO_KEY, Simulator, Space, demo_space, simulator
from anybacklog_simulators.nulab.demo import SECOND_KEY


@dataclass
class Here:
    """The space, its fake, and the tracker."""

    space: Space
    fake: Simulator[Any]
    tracker: anybacklog.Tracker
    url: str
    key: str

    @property
    def nulab(self) -> Nulab:
        return self.tracker.extension(Nulab)

    @property
    def asked(self) -> list[str]:
        """What was asked so far, such as `GET space`."""
        return [f"{method} {path.removeprefix('/api/v2/')}" for method, path, _ in self.fake.log]

    @contextmanager
    def as_second(self) -> Iterator[Nulab]:
        """Be the space's other user, who administers nothing."""
        with anybacklog.connect(self.url, api_key=SECOND_KEY) as tracker:
            yield tracker.extension(Nulab)


@pytest.fixture
def here() -> Iterator[Here]:
    space = demo_space()
    space.choices.as_of = date(2026, 3, 1)
    fake = simulator(space)
    with (
        fake.served() as server,
        anybacklog.connect(url := f"nulab+{server.url}/DEMO", api_key=DEMO_KEY) as tracker,
    ):
        yield Here(space, fake, tracker, url, DEMO_KEY)
