"""A ledger that does not know what is in the target doubles nothing: a lost one, an old one, and a search that lags."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.migration import organizations
from tests.migration.organizations import ServeBacklog
from tests.migration.spaces import Fake, Serve, by_its_clock

from anybacklog import ConfigurationError, Tracker
from anybacklog.migration import Report, migrate, verify
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import empty_space
from anybacklog_simulators.publicbacklog import demo_organization

Make = Callable[[], Tracker]


@pytest.fixture
def source(memory: Make) -> Tracker:
    tracker = memory()
    for title in ("first", "second", "third"):
        tracker.add_comment(tracker.create_ticket(TicketDraft(title=title)), f"about {title}")
    return tracker


@pytest.fixture
def space(serve: Serve) -> tuple[Tracker, Fake]:
    return serve(empty_space())


def titles(fake: Fake) -> list[str]:
    return [issue["summary"] for issue in sorted(fake.dump()["issues"], key=lambda issue: int(issue["number"]))]


def test_a_restored_ledger_that_is_older_than_its_copies_is_refused_until_it_is_rebuilt(
    source: Tracker, space: tuple[Tracker, Fake], tmp_path: Path
) -> None:
    (target, fake), ledger, backup = space, tmp_path / "ledger.db", tmp_path / "backup.db"

    def run(*, rebuild: bool = False, limit: int | None = None) -> Report:
        return migrate(source, target, ledger=ledger, limit=limit, rebuild_ledger=rebuild, clock=by_its_clock(fake))

    run(limit=1)
    shutil.copy(ledger, backup)
    run()
    shutil.copy(backup, ledger)
    with pytest.raises(ConfigurationError, match=r"already holds DEMO-3, copied from PROJ-3.* --rebuild-ledger"):
        run()
    assert run(rebuild=True).clean
    assert run().clean
    assert titles(fake) == ["first", "second", "third"]
    assert verify(source, target, ledger=ledger).differences == []


def test_in_a_backlog_too_a_ledger_that_is_older_than_its_copies_is_refused_until_it_is_rebuilt(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    (target, fake), ledger, backup = (
        serve_backlog(demo_organization(organizations.opened())),
        tmp_path / "ledger.db",
        tmp_path / "backup.db",
    )

    def run(*, rebuild: bool = False, limit: int | None = None) -> Report:
        clock = organizations.by_its_clock(fake)
        return migrate(source, target, ledger=ledger, limit=limit, rebuild_ledger=rebuild, clock=clock)

    run(limit=1)
    shutil.copy(ledger, backup)
    target.create_ticket(TicketDraft(title="of somebody"))
    run()
    before = organizations.held(fake)
    shutil.copy(backup, ledger)
    with pytest.raises(ConfigurationError, match=r"copied from PROJ-2, .* --rebuild-ledger"):
        run()
    assert run(rebuild=True).failures == []
    assert organizations.held(fake) == before


def test_a_search_that_lags_hides_no_copy_from_a_new_ledger(
    source: Tracker, space: tuple[Tracker, Fake], tmp_path: Path
) -> None:
    target, fake = space
    fake.faults.index_lag = 30
    migrate(source, target, ledger=tmp_path / "lost.db", clock=by_its_clock(fake))
    assert list(target.tickets()) == []
    with pytest.raises(ConfigurationError, match="does not know them"):
        migrate(source, target, ledger=tmp_path / "new.db", clock=by_its_clock(fake))
    migrate(source, target, ledger=tmp_path / "new.db", rebuild_ledger=True, clock=by_its_clock(fake))
    assert titles(fake) == ["first", "second", "third"]


def test_a_search_that_lags_hides_no_copy_from_an_old_ledger(
    source: Tracker, space: tuple[Tracker, Fake], tmp_path: Path
) -> None:
    target, fake = space
    ledger, backup = tmp_path / "ledger.db", tmp_path / "backup.db"
    migrate(source, target, ledger=ledger, limit=1, clock=by_its_clock(fake))
    shutil.copy(ledger, backup)
    fake.faults.index_lag = 30
    migrate(source, target, ledger=ledger, clock=by_its_clock(fake))
    shutil.copy(backup, ledger)
    with pytest.raises(ConfigurationError, match="it is older than that copy"):
        migrate(source, target, ledger=ledger, clock=by_its_clock(fake))


def test_what_others_made_since_is_no_copy(source: Tracker, space: tuple[Tracker, Fake], tmp_path: Path) -> None:
    target, fake = space
    migrate(source, target, ledger=tmp_path / "ledger.db", limit=1, clock=by_its_clock(fake))
    target.create_ticket(TicketDraft(title="of somebody", description="⟨anybacklog nulab:other/1 X-1 t2⟩"))
    assert migrate(source, target, ledger=tmp_path / "ledger.db", clock=by_its_clock(fake)).clean
    assert titles(fake) == ["first", "of somebody", "second", "third"]
