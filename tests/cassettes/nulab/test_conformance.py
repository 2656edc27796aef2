"""The Nulab adapter keeps every contract on recorded traffic, as on the simulator; one cassette for each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.cassettes.nulab.conftest import simulated_by, space_of_today
from tests.cassettes.service import End, Simulated, standing
from tests.conformance import test_nulab

from anybacklog.plugin import Backend
from anybacklog.testing import furnish
from anybacklog_simulators.nulab import DEMO_KEY, simulator, space_from


@pytest.fixture(scope="module")
def furnished() -> dict[str, Any]:
    """Furnish an empty project by the adapter, once, and give all the space then holds."""
    fake = simulator(space_of_today(), clock=standing())
    with fake.served() as server, End(url=f"nulab+{server.url}", project="DEMO", key=DEMO_KEY).backend() as backend:
        furnish(backend)
    return fake.dump()


@pytest.fixture
def simulated(furnished: dict[str, Any]) -> Simulated:
    return simulated_by(space_from(furnished))


class TestNulabOnCassettes(test_nulab.TestNulab):
    @pytest.fixture
    def backend(self, end: End) -> Iterator[Backend]:
        with end.backend() as backend:
            yield backend
