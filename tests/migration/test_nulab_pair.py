"""Copies to, between and from spaces of Nulab Backlog, which keep neither authors nor marks: header lines name both.

The spaces are strict fakes; what they hold in the end is read from their dumps, past the adapter.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.migration.spaces import Fake, Serve, by_its_clock, held, modern, writes

from anybacklog import MigrationError, Tracker, TransportError
from anybacklog.migration import migrate, verify
from anybacklog.migration.report import Report
from anybacklog_simulators.nulab import Fault, Harm, Space, demo_space, empty_space

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
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
def plan(tmp_path: Path) -> Path:
    """Write which of the space's Japanese words stand for which of SQLite's."""
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def losses(report: Report) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in report.fidelity:
        if row.level == "lost":
            found[row.field] = found.get(row.field, 0) + row.count
    return found


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
