"""SIGKILL at every numbered boundary of a migration, each in a process of its own; running it again ends complete.

Boundaries stand before and after every commit of the ledger and before and after every write to the target.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import anybacklog
from anybacklog import Tracker
from anybacklog.abilities import Abilities
from anybacklog.location import parse
from anybacklog.migration import migrate, verify
from anybacklog.store.sqlite import SqliteBackend

WRITES = (
    "add_metadata",
    "create_ticket",
    "update_ticket",
    "add_comment",
    "add_attachment",
    "add_link",
    "update_comment",
)
FORK = multiprocessing.get_context("fork")


class Boundaries:
    """Counts boundaries, and kills the process at one of them; 0: only counts."""

    def __init__(self, kill_at: int) -> None:
        self.names: list[str] = []
        self._kill_at = kill_at

    def __call__(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


class WatchedTarget(SqliteBackend):
    """The SQLite tracker, telling of every write before and after it; a status it takes only by a second one."""

    watch: Boundaries

    @property
    def abilities(self) -> Abilities:
        return replace(super().abilities, after_creation=frozenset({"status", "resolution"}))


def _watched(name: str) -> Callable[..., Any]:
    write = getattr(SqliteBackend, name)

    def method(self: WatchedTarget, *args: Any, **named: Any) -> Any:
        self.watch(f"before write: {name}")
        result = write(self, *args, **named)
        self.watch(f"after write: {name}")
        return result

    return method


for _name in WRITES:
    setattr(WatchedTarget, _name, _watched(_name))


def run(folder: Path, kill_at: int, *, marks: bool) -> list[str]:
    """Migrate once, in this process."""
    watch = Boundaries(kill_at)
    location = parse(f"sqlite:///{folder}/target.db?project=COPY")
    backend = WatchedTarget(folder / "target.db", "COPY")
    backend.watch = watch
    with open_source(folder) as source, Tracker(backend, location) as target:
        report = migrate(source, target, ledger=folder / "ledger.db", marks=marks, watch=watch)
    assert report.clean, report.failures
    return watch.names


def killed(folder: Path, kill_at: int, *, marks: bool) -> bool:
    """Migrate in a process of its own; tell whether it was killed on the way."""
    process = FORK.Process(target=run, args=(folder, kill_at), kwargs={"marks": marks})
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode == -signal.SIGKILL


def open_source(folder: Path) -> Tracker:
    return anybacklog.connect(f"sqlite:///{folder}/source.db?project=PROJ")


def contents(folder: Path) -> list[object]:
    """Read all of a target, ids aside where a killed attempt may have used one up."""
    with anybacklog.connect(f"sqlite:///{folder}/target.db?project=COPY") as target:
        return [
            (
                ticket.key,
                ticket.title,
                ticket.description,
                ticket.updated_at,
                len(ticket.links),
                [(file.name, file.sha256, file.author, file.created_at) for file in ticket.attachments],
                [
                    (c.body, c.author and c.author.name, c.created_at, c.changes, len(c.attachments))
                    for c in target.comments(ticket)
                ],
            )
            for ticket in target.tickets()
        ]


@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no-marks"])
def test_killed_anywhere_and_run_again_it_ends_complete_and_nothing_is_doubled(
    tmp_path: Path, filled: Callable[[Tracker], Tracker], capsys: pytest.CaptureFixture[str], marks: bool
) -> None:
    first = tmp_path / "reference"
    first.mkdir()
    with open_source(first) as source:
        filled(source)
    shutil.copytree(first, tmp_path / "pristine")
    names = run(first, 0, marks=marks)
    wanted = contents(first)
    kills = 0
    for number in range(1, len(names) + 1):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "pristine", folder)
        assert killed(folder, number, marks=marks), f"boundary {number} ({names[number - 1]}) was not hit"
        kills += 1
        # The second run is killed too, somewhere on its own way, before the third one is let through.
        kills += killed(folder, 1 + (number * 7) % 23, marks=marks)
        run(folder, 0, marks=marks)
        assert contents(folder) == wanted, f"killed at boundary {number}: {names[number - 1]}"
        with open_source(folder) as source, anybacklog.connect(f"sqlite:///{folder}/target.db?project=COPY") as target:
            assert verify(source, target, ledger=folder / "ledger.db").differences == []
        shutil.rmtree(folder)
    kinds = {name.split(":")[0] for name in names}
    assert kinds == {"before ledger commit", "after ledger commit", "before write", "after write"}
    with capsys.disabled():
        print(f"\n{len(names)} boundaries, {kills} kills ({'marks' if marks else 'no marks'})")
