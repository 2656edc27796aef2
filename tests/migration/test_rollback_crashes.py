"""SIGKILL at every numbered boundary of a rollback, each in a process of its own; running it again ends complete.

Boundaries stand before and after every commit of the ledger and before and after every delete in the target.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.migration.test_crashes import FORK, Boundaries, WatchedTarget, contents, open_source
from tests.migration.test_crashes import killed as killed_while_migrating

import anybacklog
from anybacklog import Tracker
from anybacklog.backend import Metadata
from anybacklog.location import parse
from anybacklog.migration import migrate, verify
from anybacklog.migration.reversal import rollback
from anybacklog.model import TicketDraft
from anybacklog.store.sqlite import SqliteBackend


class WatchedDeletes(SqliteBackend):
    """The SQLite tracker, telling of every delete before and after it."""

    watch: Boundaries

    def delete_ticket(self, ticket_id: str) -> None:
        self.watch("before delete: ticket")
        super().delete_ticket(ticket_id)
        self.watch("after delete: ticket")

    def delete_metadata(self, noun: Metadata) -> None:
        self.watch("before delete: word")
        super().delete_metadata(noun)
        self.watch("after delete: word")


def run(folder: Path, kill_at: int) -> list[str]:
    """Roll back once, in this process."""
    watch = Boundaries(kill_at)
    backend = WatchedDeletes(folder / "target.db", "COPY")
    backend.watch = watch
    with Tracker(backend, parse(f"sqlite:///{folder}/target.db?project=COPY")) as target:
        report = rollback(target, ledger=folder / "ledger.db", watch=watch)
    assert report.clean, report.left
    return watch.names


def killed(folder: Path, kill_at: int) -> bool:
    """Roll back in a process of its own; tell whether it was killed on the way."""
    process = FORK.Process(target=run, args=(folder, kill_at))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode == -signal.SIGKILL


def open_target(folder: Path) -> Tracker:
    return anybacklog.connect(f"sqlite:///{folder}/target.db?project=COPY")


def words(folder: Path) -> list[Any]:
    with open_target(folder) as target:
        return [target.users(), target.categories(), target.milestones(), target.versions(), target.custom_fields()]


@pytest.fixture
def copied(tmp_path: Path, filled: Callable[[Tracker], Tracker]) -> Path:
    """Give a folder with a source, its copy in a target that held a ticket before, and their ledger."""
    folder = tmp_path / "copied"
    folder.mkdir()
    with open_target(folder) as target:
        target.create_ticket(TicketDraft(title="here first", key="X-1"))
    with open_source(folder) as source, open_target(folder) as target:
        filled(source)
        assert migrate(source, target, ledger=folder / "ledger.db").clean
    return folder


def test_killed_anywhere_and_run_again_all_of_it_is_gone_and_nothing_else(copied: Path, tmp_path: Path) -> None:
    shutil.copytree(copied, tmp_path / "reference")
    names = run(tmp_path / "reference", 0)
    left = contents(tmp_path / "reference"), words(tmp_path / "reference")
    assert len(left[0]) == 1
    for number in range(1, len(names) + 1):
        folder = tmp_path / str(number)
        shutil.copytree(copied, folder)
        assert killed(folder, number), f"boundary {number} ({names[number - 1]}) was not hit"
        killed(folder, 1 + (number * 7) % 11)
        run(folder, 0)
        assert (contents(folder), words(folder)) == left, f"killed at boundary {number}: {names[number - 1]}"
        shutil.rmtree(folder)
    kinds = {name.split(":")[0] for name in names}
    assert kinds == {"before ledger commit", "after ledger commit", "before delete", "after delete"}


def test_killed_anywhere_a_migration_may_begin_again_at_once(copied: Path, tmp_path: Path) -> None:
    shutil.copytree(copied, tmp_path / "reference")
    names = run(tmp_path / "reference", 0)
    for number in range(1, len(names) + 1, 3):
        folder = tmp_path / str(number)
        shutil.copytree(copied, folder)
        assert killed(folder, number), f"boundary {number} ({names[number - 1]}) was not hit"
        with open_source(folder) as source, open_target(folder) as target:
            assert migrate(source, target, ledger=folder / "ledger.db").clean
            assert verify(source, target, ledger=folder / "ledger.db").differences == [], names[number - 1]
            assert target.count_tickets() == 4
        shutil.rmtree(folder)


@pytest.mark.parametrize("stopped_at", range(12, 100, 11))
def test_what_a_killed_migration_has_made_goes_whole(
    tmp_path: Path, filled: Callable[[Tracker], Tracker], stopped_at: int
) -> None:
    with open_source(tmp_path) as source:
        filled(source)
    assert killed_while_migrating(tmp_path, stopped_at, marks=True)
    backend = WatchedTarget(tmp_path / "target.db", "COPY")
    backend.watch = Boundaries(0)
    with Tracker(backend, parse(f"sqlite:///{tmp_path}/target.db?project=COPY")) as target:
        report = rollback(target, ledger=tmp_path / "ledger.db")
        assert (report.left, list(target.tickets())) == ([], [])
