"""Fake spaces of Nulab Backlog for migrations, and what they hold, read past the adapter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from anybacklog import Tracker
from anybacklog.migration.clock import Clock
from anybacklog_simulators.nulab import Choices, Nulab, Simulator, Space

Fake: TypeAlias = Simulator[Nulab]
Serve: TypeAlias = Callable[[Space], tuple[Tracker, Fake]]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNHURRIED = {"read": 100_000, "update": 100_000, "search": 100_000, "icon": 100_000}


def modern(space: Space) -> Space:
    """Let a space answer with all that is documented today."""
    space.choices = Choices(as_of=date(2026, 1, 1))
    return space


def by_its_clock(fake: Fake) -> Clock:
    """Let a migration wait by the space's own clock."""
    return Clock(now=fake.clock.now, sleep=fake.clock.advance, monotonic=fake.clock.seconds)


def writes(fake: Fake) -> list[tuple[str, str, int]]:
    """Give all that was written to a space: method, path and status."""
    return [each for each in fake.log if each[0] != "GET"]


def held(fake: Fake) -> list[Any]:
    """Give all that a space holds of its issues, but for numbers and instants that every attempt uses up."""
    return [
        (
            issue["number"],
            issue["summary"],
            issue["description"],
            issue["status_id"],
            issue["resolution_id"],
            issue["priority_id"],
            issue["assignee_id"],
            issue["custom_values"],
            [(file["name"], file["content"]) for file in issue["attachments"]],
            [(entry["content"], sorted(change["field"] for change in entry["changes"])) for entry in issue["comments"]],
        )
        for issue in sorted(fake.dump()["issues"], key=lambda issue: int(issue["number"]))
    ]


class Interrupted(BaseException):
    """The process ends here."""


class Boundary:
    """Ends the process at one commit of the ledger, right before or right after it; 0: nowhere."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0

    def __call__(self, _: str) -> None:
        self.seen += 1
        if self.seen == self.at:
            raise Interrupted
