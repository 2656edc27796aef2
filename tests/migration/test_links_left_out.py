"""Related issues take a request for each ticket: a plan without them saves it, and says what was not read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.migration.spaces import Fake, Serve, modern

from anybacklog import Tracker
from anybacklog.migration import migrate, plan, verify
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import empty_space

Make = Callable[[], Tracker]
LEFT_OUT = '[fields]\nleave_out = ["links"]\n'


@pytest.fixture
def source(serve: Serve) -> tuple[Tracker, Fake]:
    """Serve a space with three issues, two of them related."""
    tracker, fake = serve(modern(empty_space()))
    first, _, third = (tracker.create_ticket(TicketDraft(title=title)) for title in ("one", "two", "three"))
    tracker.add_link(first, "relates", third)
    return tracker, fake


@pytest.fixture
def without(tmp_path: Path) -> Path:
    """Keep a plan that leaves links out."""
    file = tmp_path / "without.toml"
    file.write_text(LEFT_OUT, encoding="utf-8")
    return file


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """Keep a plan that leaves nothing out."""
    file = tmp_path / "whole.toml"
    file.write_text("[fields]\nleave_out = []\n", encoding="utf-8")
    return file


def asked(fake: Fake) -> int:
    """Count the requests for related issues since this was asked last."""
    count = sum(method == "GET" and path.endswith("/relatedIssues") for method, path, _ in fake.log)
    fake.log.clear()
    return count


def test_nobody_asks_for_links_that_the_plan_leaves_out(
    source: tuple[Tracker, Fake], serve: Serve, tmp_path: Path, without: Path
) -> None:
    (tracker, fake), (target, there) = source, serve(modern(empty_space()))
    asked(fake)
    plan(tracker, target, edited=without, ledger=tmp_path / "ledger.db")
    assert migrate(tracker, target, plan=without, ledger=tmp_path / "ledger.db").clean
    assert verify(tracker, target, ledger=tmp_path / "ledger.db").differences == []
    assert (asked(fake), asked(there)) == (0, 0)


def test_links_that_nobody_read_are_counted_lost_once_for_each_ticket(
    source: tuple[Tracker, Fake], sqlite: Make, tmp_path: Path, without: Path
) -> None:
    planned = plan(source[0], sqlite(), edited=without, ledger=tmp_path / "ledger.db")
    (row,) = [row for row in planned.fidelity if row.field == "links"]
    assert (row.level, row.count, row.reason) == ("lost", 3, "left out by the plan, and so not read")


def test_a_plan_that_wants_links_reads_again_what_was_read_without(
    source: tuple[Tracker, Fake], sqlite: Make, tmp_path: Path, without: Path, whole: Path
) -> None:
    (tracker, fake), target = source, sqlite()
    asked(fake)
    migrate(tracker, target, plan=without, ledger=tmp_path / "ledger.db", limit=1)
    assert asked(fake) == 0
    report = migrate(tracker, target, plan=whole, ledger=tmp_path / "ledger.db")
    assert (asked(fake), report.counts["links"].created, report.counts["tickets"].created) == (3, 1, 2)


def test_what_was_read_with_links_serves_a_plan_without_them(
    source: tuple[Tracker, Fake], memory: Make, tmp_path: Path, without: Path
) -> None:
    (tracker, fake), target = source, memory()
    plan(tracker, target, ledger=tmp_path / "ledger.db")
    asked(fake)
    report = migrate(tracker, target, plan=without, ledger=tmp_path / "ledger.db")
    assert (asked(fake), report.counts["links"].planned) == (0, 0)
    assert any(note.startswith("the source as it was read at") for note in report.notes)


def test_offline_links_that_were_not_read_are_named_and_not_taken_for_extra(
    source: tuple[Tracker, Fake], sqlite: Make, tmp_path: Path, without: Path
) -> None:
    tracker, target = source[0], sqlite()
    migrate(tracker, target, ledger=tmp_path / "ledger.db")
    plan(tracker, target, edited=without, ledger=tmp_path / "ledger.db")
    offline = verify(tracker, target, ledger=tmp_path / "ledger.db", offline=True)
    assert (offline.differences, list(offline.unverified)) == ([], ["links"])
    assert verify(tracker, target, ledger=tmp_path / "ledger.db").unverified == {}


def test_links_that_come_with_their_ticket_are_counted_as_before(
    memory: Make, sqlite: Make, tmp_path: Path, without: Path
) -> None:
    tracker = memory()
    first, second = (tracker.create_ticket(TicketDraft(title=title)) for title in ("one", "two"))
    tracker.add_link(first, "relates", second)
    report = migrate(tracker, sqlite(), plan=without, ledger=tmp_path / "ledger.db")
    (row,) = [row for row in report.fidelity if row.field == "links"]
    assert (row.level, row.count, row.reason) == ("lost", 1, "left out by the plan")
