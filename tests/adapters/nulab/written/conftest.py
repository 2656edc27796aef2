"""A strict fake space whose project has words of every kind, and a tracker of it; each era of the service's answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

import anybacklog
from anybacklog import Tracker
from anybacklog_nulab import Nulab
from anybacklog_simulators.nulab import DEMO_KEY, Clock, Rates, Simulator, demo_space, simulator
from anybacklog_simulators.nulab.demo import SECOND_KEY
from anybacklog_simulators.nulab.things import CustomField, Item

ERAS = {"as recorded": date(2019, 3, 1), "as documented": date(2026, 3, 1)}
UNHURRIED = {"read": 100_000, "update": 100_000, "search": 100_000, "icon": 100_000}
ITEMS = [Item(id=1, name="a", display_order=0), Item(id=2, name="b, c", display_order=1)]
FIELDS = {1: "text", 2: "sentence", 3: "number", 4: "date", 5: "single", 6: "multiple", 7: "checkbox", 8: "radio"}


@dataclass
class Written:
    """The fake, and trackers of its project."""

    fake: Simulator[Any]
    tracker: Tracker
    other: Callable[[], Any]

    @property
    def nulab(self) -> Nulab:
        return self.tracker.extension(Nulab)

    def issue(self, key: str = "DEMO-1") -> dict[str, Any]:
        """Give what the space holds of an issue, read past the adapter."""
        number = int(key.rpartition("-")[2])
        found: dict[str, Any] = next(each for each in self.fake.dump()["issues"] if each["number"] == number)
        return found

    def sent(self) -> list[tuple[str, int]]:
        """Give the writes so far: what was asked, and the status."""
        return [
            (f"{method} {path.removeprefix('/api/v2/')}", status)
            for method, path, status in self.fake.log
            if method != "GET"
        ]


@pytest.fixture(params=ERAS)
def here(request: pytest.FixtureRequest) -> Iterator[Written]:
    space = demo_space()
    space.choices.as_of = ERAS[request.param]
    (project,) = space.projects.values()
    project.custom_fields += [
        CustomField(
            id=space.new_id("custom field"),
            type_id=type_id,
            name=name,
            items=list(ITEMS) if type_id >= 5 else [],
            last_item=2 if type_id >= 5 else 0,
            allow_input=type_id >= 7,
        )
        for type_id, name in FIELDS.items()
    ]
    clock = Clock.standing(datetime(2026, 3, 1, 12, tzinfo=UTC))
    fake = simulator(space, rates=Rates(dict(UNHURRIED)), clock=clock)
    with fake.served() as server:
        url = f"nulab+{server.url}/DEMO"

        @contextmanager
        def other() -> Iterator[Tracker]:
            with anybacklog.connect(url, api_key=SECOND_KEY) as tracker:
                yield tracker

        with anybacklog.connect(url, api_key=DEMO_KEY) as tracker:
            yield Written(fake, tracker, other)
