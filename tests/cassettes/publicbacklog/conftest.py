"""PublicBacklog's scenarios: which service it is, and the organization that a recording begins with."""

from __future__ import annotations

import pytest
from tests.cassettes.publicbacklog.service import OTHER, PUBLICBACKLOG
from tests.cassettes.service import Service, Simulated, standing

from anybacklog_simulators.publicbacklog import DEMO_KEY, Organization, empty_organization, simulator


@pytest.fixture
def service() -> Service:
    return PUBLICBACKLOG


@pytest.fixture
def simulated() -> Simulated:
    return simulated_by(empty_organization())


def simulated_by(organization: Organization) -> Simulated:
    """Give a simulator of an organization, at the moment that recordings begin."""
    organization.backlogs[organization.default_backlog_id].name = OTHER
    fake = simulator(organization, clock=standing())
    return Simulated(fake=fake, choices=organization.choices, key=DEMO_KEY, project="Website")
