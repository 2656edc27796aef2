"""A fake of publicbacklog.com's API, version 1, made from the vendor's pages alone.

Nobody ever recorded this service. Paths, verbs, request parameters, their limits, the ids of types and statuses, that
ids count up through the organization, and the webhooks' header are documented. What answers hold, every error, and
how half-done writes look are guesses; where pages disagree or are silent there is a switch: see `choices`.

from anybacklog_simulators.publicbacklog import demo_organization, simulator

with simulator(demo_organization()).served() as server:
    ...  # server.url, and the key is DEMO_KEY

`routes.py` holds the table, `service.py` a request's way, `tickets.py` and `organizations.py` the handlers, `things.py`
what is held, `shapes.py` what is shown of it.
"""

from __future__ import annotations

from typing import Any

from anybacklog_simulators.clock import Clock
from anybacklog_simulators.dump import loaded
from anybacklog_simulators.faults import Fault, Faults, Harm
from anybacklog_simulators.publicbacklog.choices import FIELDS, SWITCHES, Choices
from anybacklog_simulators.publicbacklog.demo import DEMO_KEY, demo_organization, empty_organization
from anybacklog_simulators.publicbacklog.service import REQUESTS, PublicBacklog
from anybacklog_simulators.publicbacklog.things import Organization, Webhook
from anybacklog_simulators.rates import Rates
from anybacklog_simulators.simulator import Simulator

__all__ = [
    "DEMO_KEY",
    "FIELDS",
    "REQUESTS",
    "SWITCHES",
    "Choices",
    "Clock",
    "Fault",
    "Faults",
    "Harm",
    "Organization",
    "PublicBacklog",
    "Rates",
    "Simulator",
    "Webhook",
    "demo_organization",
    "empty_organization",
    "organization_from",
    "simulator",
]


def simulator(
    organization: Organization | None = None,
    *,
    clock: Clock | None = None,
    rates: Rates | None = None,
    faults: Faults | None = None,
    control: bool = False,
) -> Simulator[PublicBacklog]:
    """Give a fake of an organization, by default one without tickets; call it as WSGI, or serve it with `served`."""
    service = PublicBacklog(empty_organization() if organization is None else organization, rates, faults)
    return Simulator(service, clock or Clock(), control=control)


def organization_from(dump: dict[str, Any]) -> Organization:
    """Make the organization that a dump shows. What does not fit is a ValueError or TypeError."""
    organization: Organization = loaded(Organization, dump)
    return organization
