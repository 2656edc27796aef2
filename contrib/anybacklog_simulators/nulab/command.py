"""What `anybacklog simulate nulab` serves and prints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anybacklog_simulators.nulab import (
    FREE,
    PAID,
    Nulab,
    Rates,
    Simulator,
    Space,
    demo_space,
    empty_space,
    free_licence,
    simulator,
    space_from,
)

STARTS = {"demo": demo_space, "empty": empty_space}


def fake(space: Space, *, control: bool, plan: str, window: float, as_of: datetime | None) -> Simulator[Nulab]:
    """Give the fake that was asked for."""
    if plan == "free":
        space.licence = free_licence()
    if as_of is not None:
        space.choices.as_of = as_of.date()
    rates = Rates(dict(FREE if plan == "free" else PAID), length=window)
    return simulator(space, rates=rates, control=control)


def lines(fake: Simulator[Nulab], host: str) -> list[str]:
    """Give the lines to print: how to reach each project, and with which key."""
    space = fake.service.space
    urls = [f"url nulab+http://{host}/{project.key}" for project in space.projects.values()]
    return [*urls, f"key {space.users[space.owner_id].keys[0]}"]


def from_dump(dump: Any) -> Space:
    """Make the space that a dump shows; it must have somebody to work as, else it is a ValueError."""
    space = space_from(dump)
    if space.owner_id not in space.users or not space.users[space.owner_id].keys:
        raise ValueError("its owner has no key")
    return space
