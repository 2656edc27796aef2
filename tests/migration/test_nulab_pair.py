"""Copies to, between and from spaces of Nulab Backlog, which keep neither authors nor marks: header lines name both.

The spaces are strict fakes; what they hold in the end is read from their dumps, past the adapter.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import anybacklog
from anybacklog import MigrationError, Tracker, TransportError
from anybacklog.migration import migrate, verify
from anybacklog.migration.clock import Clock
from anybacklog.migration.report import Report
from anybacklog_simulators.nulab import (
    DEMO_KEY,
    Choices,
    Fault,
    Harm,
    Nulab,
    Rates,
    Simulator,
    Space,
    demo_space,
    empty_space,
    simulator,
)
from anybacklog_simulators.nulab import Clock as SpaceClock

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
Fake = Simulator[Nulab]
Serve = Callable[[Space], tuple[Tracker, Fake]]
UNHURRIED = {"read": 100_000, "update": 100_000, "search": 100_000, "icon": 100_000}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAN = """
[mapping.priorities]
High = "高"
Normal = "中"
Low = "低"
[mapping.resolutions]
Fixed = "対応済み"
"""
LOST_FROM_SQLITE = {
    "assignees": 1,  # the second of two
    "attachments.author": 4,
    "attachments.created_at": 4,
    "comments.private": 1,
    "links": 1,
    "updated_at": 3,
    "watchers": 1,
}
LOST_BETWEEN_SPACES = {"attachments.author": 1, "attachments.created_at": 1, "updated_at": 3}
WRITES = {
    "a ticket": ("POST", r"/issues$"),
    "a state": ("PATCH", r"/issues/"),
    "a comment": ("POST", r"/comments$"),
    "a file ahead": ("POST", r"/space/attachment$"),
}
HARMS = (Harm.REFUSE, Harm.ERROR_BEFORE, Harm.ERROR_AFTER, Harm.DROP_AFTER, Harm.TRUNCATE, Harm.LATE)


@pytest.fixture
def serve(trackers: ExitStack) -> Serve:
    """Serve a space on loopback whose clock only a migration moves, and connect to its project."""

    def served(space: Space) -> tuple[Tracker, Fake]:
        fake = simulator(space, rates=Rates(dict(UNHURRIED)), clock=SpaceClock.standing(NOON))
        server = trackers.enter_context(fake.served())
        return trackers.enter_context(anybacklog.connect(f"nulab+{server.url}/DEMO", api_key=DEMO_KEY)), fake

    return served


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Write which of the space's Japanese words stand for which of SQLite's."""
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def modern(space: Space) -> Space:
    """Let a space answer with all that is documented today."""
    space.choices = Choices(as_of=datetime(2026, 1, 1, tzinfo=UTC).date())
    return space


def by_its_clock(fake: Fake) -> Clock:
    """Let a migration wait by the space's own clock."""
    return Clock(now=fake.clock.now, sleep=fake.clock.advance)


def losses(report: Report) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in report.fidelity:
        if row.level == "lost":
            found[row.field] = found.get(row.field, 0) + row.count
    return found


def writes(fake: Fake) -> list[tuple[str, str, int]]:
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


def copied(source: Tracker, target: Tracker, fake: Fake, folder: Path, plan: Path | None) -> Report:
    """Migrate, again after each time it was stopped, until it is done."""
    for _ in range(5):
        try:
            return migrate(source, target, ledger=folder / "ledger.db", plan=plan, clock=by_its_clock(fake))
        except (TransportError, MigrationError):
            continue
    raise AssertionError("it stops again and again")


@pytest.mark.parametrize("era", [lambda space: space, modern], ids=["as recorded", "as documented"])
def test_a_copy_of_everything_is_complete_and_running_again_writes_nothing(
    sqlite: Make, filled: Fill, serve: Serve, plan: Path, tmp_path: Path, era: Callable[[Space], Space]
) -> None:
    source, (target, fake) = filled(sqlite()), serve(era(empty_space()))
    report = migrate(source, target, ledger=tmp_path / "ledger.db", plan=plan)
    assert (report.failures, losses(report)) == ([], LOST_FROM_SQLITE)
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    before = writes(fake), held(fake)
    assert migrate(source, target, ledger=tmp_path / "ledger.db").counts["tickets"].already == 3
    assert (writes(fake), held(fake)) == before


@pytest.mark.parametrize("era", [lambda space: space, modern], ids=["as recorded", "as documented"])
def test_a_copy_between_two_spaces_loses_only_what_the_service_cannot_hold(
    serve: Serve, tmp_path: Path, era: Callable[[Space], Space]
) -> None:
    (source, _), (target, fake) = serve(era(demo_space())), serve(era(empty_space()))
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (report.failures, losses(report)) == ([], LOST_BETWEEN_SPACES)
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    before = writes(fake), held(fake)
    assert migrate(source, target, ledger=tmp_path / "ledger.db").counts["tickets"].already == 3
    assert (writes(fake), held(fake)) == before


def test_a_copy_out_of_a_space_loses_nothing(sqlite: Make, serve: Serve, tmp_path: Path) -> None:
    (source, _), target = serve(demo_space()), sqlite()
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (report.failures, losses(report)) == ([], {})
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


@pytest.fixture
def unharmed(sqlite: Make, filled: Fill, serve: Serve, plan: Path, tmp_path: Path) -> tuple[Tracker, list[Any]]:
    """Give a source, and what a space holds once it was copied without trouble."""
    source, (target, fake) = filled(sqlite()), serve(empty_space())
    migrate(source, target, ledger=tmp_path / "unharmed.db", plan=plan)
    return source, held(fake)


@pytest.mark.parametrize("harm", HARMS)
def test_every_kind_of_write_in_doubt_ends_exactly_once(
    unharmed: tuple[Tracker, list[Any]], serve: Serve, plan: Path, tmp_path: Path, harm: Harm
) -> None:
    source, wanted = unharmed
    target, fake = serve(empty_space())
    fake.faults.index_lag = 30
    fake.faults.add(
        *(Fault(harm=harm, method=method, path=path, nth=1, seconds=60) for method, path in WRITES.values())
    )
    assert copied(source, target, fake, tmp_path, plan).failures == []
    fake.clock.advance(3600)
    assert len(fake.faults.struck) == len(WRITES)
    assert held(fake) == wanted
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


@pytest.mark.parametrize("harm", [Harm.DROP_AFTER, Harm.REFUSE])
def test_a_search_that_lags_for_an_hour_makes_no_second_ticket(
    unharmed: tuple[Tracker, list[Any]], serve: Serve, plan: Path, tmp_path: Path, harm: Harm
) -> None:
    source, wanted = unharmed
    target, fake = serve(empty_space())
    fake.faults.index_lag = 3600
    fake.faults.add(Fault(harm=harm, method="POST", path=r"/issues$", times=2))
    assert copied(source, target, fake, tmp_path, plan).failures == []
    assert held(fake) == wanted
