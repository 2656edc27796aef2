"""A fake of Nulab Backlog's REST API, version 2, written from its documentation and from recorded traffic.

from anybacklog_simulators.nulab import demo_space, simulator

with simulator(demo_space()).served() as server:
    ...  # server.url, and the key is in demo_space's users
"""

from __future__ import annotations

from typing import Any

from anybacklog_simulators.clock import Clock
from anybacklog_simulators.dump import loaded
from anybacklog_simulators.faults import Fault, Faults, Harm
from anybacklog_simulators.nulab.demo import DEMO_KEY, demo_space, empty_space
from anybacklog_simulators.nulab.service import FREE, PAID, Nulab
from anybacklog_simulators.nulab.space import Choices, Licence, Space, free_licence
from anybacklog_simulators.rates import Rates
from anybacklog_simulators.simulator import Simulator

__all__ = [
    "DEMO_KEY",
    "FREE",
    "PAID",
    "Choices",
    "Clock",
    "Fault",
    "Faults",
    "Harm",
    "Licence",
    "Nulab",
    "Rates",
    "Simulator",
    "Space",
    "demo_space",
    "empty_space",
    "free_licence",
    "simulator",
    "space_from",
]


def simulator(
    space: Space | None = None,
    *,
    clock: Clock | None = None,
    rates: Rates | None = None,
    faults: Faults | None = None,
    control: bool = False,
) -> Simulator[Nulab]:
    """Give a fake of a space, by default one with an empty project; call it as WSGI, or serve it with `served`."""
    service = Nulab(empty_space() if space is None else space, rates, faults)
    return Simulator(service, clock or Clock(), control=control)


def space_from(dump: dict[str, Any]) -> Space:
    """Make the space that a dump shows. What does not fit is a ValueError or TypeError."""
    space: Space = loaded(Space, dump)
    return space
