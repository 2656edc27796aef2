"""Copies to, between and from spaces of Nulab Backlog, which keep neither authors nor marks: header lines name both.

The spaces are strict fakes; what they hold in the end is read from their dumps, past the adapter.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.migration.spaces import Serve, held, modern, writes

from anybacklog import Tracker
from anybacklog.migration import migrate, verify
from anybacklog.migration.report import Report
from anybacklog_simulators.nulab import (
    Space,
    demo_space,
    empty_space,
)

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
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


def losses(report: Report) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in report.fidelity:
        if row.level == "lost":
            found[row.field] = found.get(row.field, 0) + row.count
    return found


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
