"""Nulab's scenarios: which service it is, the space a recording begins with, and pages small enough for cassettes."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cassettes.nulab.service import NULAB
from tests.cassettes.service import Service, Simulated, standing

import anybacklog_nulab.client
import anybacklog_nulab.listing
from anybacklog_simulators.nulab import DEMO_KEY, Space, empty_space, simulator

TODAY = date(2026, 3, 1)


@pytest.fixture
def service() -> Service:
    return NULAB


def space_of_today() -> Space:
    """Give a space with an empty project, whose answers have all fields that are documented."""
    space = empty_space()
    space.choices.as_of = TODAY
    return space


@pytest.fixture
def simulated() -> Simulated:
    return simulated_by(space_of_today())


def simulated_by(space: Space) -> Simulated:
    """Give a simulator of a space, at the moment that recordings begin."""
    fake = simulator(space, clock=standing())
    return Simulated(fake=fake, choices=space.choices, key=DEMO_KEY, project="DEMO")


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let three rows be a page: what a full page shows is seen with four tickets, too."""
    monkeypatch.setattr(anybacklog_nulab.listing, "PAGE", 3)
    monkeypatch.setattr(anybacklog_nulab.client, "PAGE", 3)
    monkeypatch.setattr(anybacklog_nulab.listing, "LARGEST_OVERLAP", 1)
    return 3
