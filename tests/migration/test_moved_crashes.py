"""SIGKILL at every boundary of a migration that tells its source; running it again tells each ticket once."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

from tests.migration.test_crashes import FORK, Boundaries, WatchedTarget, contents, open_source
from tests.migration.test_moved import said

import anybacklog
from anybacklog import Tracker
from anybacklog.location import parse
from anybacklog.migration import migrate, verify
from anybacklog.model import TicketDraft

TOLD = {"PROJ-1": ["Moved to PROJ-1"], "PROJ-2": ["Moved to PROJ-2"]}


def fill(folder: Path) -> None:
    with open_source(folder) as source:
        first, second = (source.create_ticket(TicketDraft(title=title)) for title in ("first", "second"))
        source.add_comment(first, "a comment")
        source.add_link(first, "relates", second)
    (folder / "plan.toml").write_text("[texts]\nmoved_to = true\n", encoding="utf-8")


def watched(folder: Path, name: str, key: str, watch: Boundaries) -> Tracker:
    backend = WatchedTarget(folder / f"{name}.db", key)
    backend.watch = watch
    return Tracker(backend, parse(f"sqlite:///{folder}/{name}.db?project={key}"))


def run(folder: Path, kill_at: int = 0) -> list[str]:
    """Migrate once, in this process; both ends are watched."""
    watch = Boundaries(kill_at)
    with watched(folder, "source", "PROJ", watch) as source, watched(folder, "target", "COPY", watch) as target:
        report = migrate(source, target, plan=folder / "plan.toml", ledger=folder / "ledger.db", watch=watch)
    assert report.failures == []
    return watch.names


def killed(folder: Path, kill_at: int) -> bool:
    process = FORK.Process(target=run, args=(folder, kill_at))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode == -signal.SIGKILL


def test_killed_anywhere_and_run_again_every_ticket_of_the_source_is_told_once(tmp_path: Path) -> None:
    first = tmp_path / "reference"
    first.mkdir()
    fill(first)
    shutil.copytree(first, tmp_path / "pristine")
    names = run(first)
    wanted = contents(first)
    told = [number for number, name in enumerate(names, 1) if ": intend moved:" in name]
    assert len(told) == 2 * len(TOLD)
    for number in range(1, len(names) + 1):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "pristine", folder)
        assert killed(folder, number), f"boundary {number} ({names[number - 1]}) was not hit"
        killed(folder, 1 + (number * 7) % 11)
        run(folder)
        with open_source(folder) as source, anybacklog.connect(f"sqlite:///{folder}/target.db?project=COPY") as target:
            assert said(source) == TOLD, f"killed at boundary {number}: {names[number - 1]}"
            assert verify(source, target, ledger=folder / "ledger.db").differences == []
        assert contents(folder) == wanted
        shutil.rmtree(folder)
