"""SIGKILL at every numbered boundary of a repair, each in a process of its own; running it again ends complete."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from tests.migration.test_crashes import FORK, Boundaries, WatchedTarget, contents, open_source

import anybacklog
from anybacklog import Tracker
from anybacklog.location import parse
from anybacklog.migration import migrate, repair, verify


def run(folder: Path, kill_at: int) -> list[str]:
    """Repair once, in this process."""
    watch = Boundaries(kill_at)
    backend = WatchedTarget(folder / "target.db", "COPY")
    backend.watch = watch
    with open_source(folder) as source, Tracker(backend, parse(f"sqlite:///{folder}/target.db?project=COPY")) as target:
        report = repair(source, target, ledger=folder / "ledger.db", watch=watch)
    assert report.clean, (report.failures, report.left)
    return watch.names


def killed(folder: Path, kill_at: int) -> bool:
    """Repair in a process of its own; tell whether it was killed on the way."""
    process = FORK.Process(target=run, args=(folder, kill_at))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode == -signal.SIGKILL


def test_killed_anywhere_and_run_again_it_ends_mended_and_nothing_is_doubled(
    tmp_path: Path, filled: Callable[[Tracker], Tracker]
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    with open_source(broken) as source, anybacklog.connect(f"sqlite:///{broken}/target.db?project=COPY") as target:
        filled(source)
        migrate(source, target, ledger=broken / "ledger.db")
        target.delete_ticket("PROJ-3")
        target.delete_attachment("PROJ-1", target.attachments("PROJ-1")[0])
        target.delete_comment("PROJ-1", next(target.comments("PROJ-1")))
        target.update_ticket("PROJ-2", {"title": "changed"})
    shutil.copytree(broken, tmp_path / "reference")
    names = run(tmp_path / "reference", 0)
    wanted = contents(tmp_path / "reference")
    for number in range(1, len(names) + 1):
        folder = tmp_path / str(number)
        shutil.copytree(broken, folder)
        assert killed(folder, number), f"boundary {number} ({names[number - 1]}) was not hit"
        run(folder, 0)
        assert contents(folder) == wanted, f"killed at boundary {number}: {names[number - 1]}"
        with open_source(folder) as source, anybacklog.connect(f"sqlite:///{folder}/target.db?project=COPY") as target:
            assert verify(source, target, ledger=folder / "ledger.db").differences == []
        shutil.rmtree(folder)
    assert {name.split(":")[0] for name in names} == {
        "before ledger commit", "after ledger commit", "before write", "after write",
    }  # fmt: skip
