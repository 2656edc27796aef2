"""Fake organizations of PublicBacklog for migrations, and what they hold, read past the adapter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from anybacklog import MigrationError, Tracker, TransportError, connect
from anybacklog.migration import migrate
from anybacklog.migration.clock import Clock
from anybacklog.migration.report import Report
from anybacklog_simulators.publicbacklog import DEMO_KEY, FIELDS, Choices, Organization, PublicBacklog, Simulator

Fake: TypeAlias = Simulator[PublicBacklog]
ServeBacklog: TypeAlias = Callable[[Organization], tuple[Tracker, Fake]]
OPEN: dict[str, Any] = {"shown": list(FIELDS), "echoed": list(FIELDS)}
"""The choices of a service whose answers show all there is."""
SHUT = ["id", "title", "statusId", "ticketTypeId", "backlogName"]
"""What a service shows that shows neither descriptions nor comments."""


def held(fake: Fake) -> list[Any]:
    """Give all that an organization holds of its tickets, ids and instants aside."""
    return [
        (ticket["title"], ticket["description"], ticket["type_id"], ticket["status_id"],
         [comment["text"] for comment in ticket["comments"]])
        for ticket in sorted(fake.dump()["tickets"], key=lambda ticket: int(ticket["id"]))
    ]  # fmt: skip


def reconnected(target: Tracker) -> Tracker:
    """Connect once more: what is shown is not known before a ticket was read."""
    return connect(str(target.location), api_key=DEMO_KEY)


def by_its_clock(fake: Fake) -> Clock:
    """Let a migration wait by the organization's own clock."""
    return Clock(now=fake.clock.now, sleep=fake.clock.advance, monotonic=fake.clock.seconds)


def copied(source: Tracker, target: Tracker, fake: Fake, folder: Path, **choices: Any) -> Report:
    """Migrate by the fake's clock, again after each time it was stopped, until it is done."""
    for _ in range(8):
        try:
            return migrate(source, target, ledger=folder / "ledger.db", clock=by_its_clock(fake), **choices)
        except (TransportError, MigrationError):
            continue
    raise AssertionError("it stops again and again")


def opened(**choices: Any) -> Choices:
    """Choose for a service whose answers show all there is."""
    return Choices(**OPEN, **choices)


VARIANTS = {
    "as documented": Choices(),
    "all shown": opened(),
    "as in the examples": Choices(create_path="create-ticket", read_verb="post", wrapping="data", echoed=["id"]),
}
"""What a copy has to do with, by name."""
