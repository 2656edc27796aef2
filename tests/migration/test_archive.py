"""A backup is a migration to an archive: whole, resumable, and the same whichever way it went."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anybacklog
from anybacklog import Tracker
from anybacklog.migration import migrate, verify

FORK = multiprocessing.get_context("fork")


def copy(source: Tracker, url: str, ledger: Path) -> None:
    """Migrate, and see that nothing differs, read afresh from what is at rest."""
    with anybacklog.connect(url) as target:
        assert migrate(source, target, ledger=ledger).failures == []
    with anybacklog.connect(url) as target:
        assert verify(source, target, ledger=ledger).differences == []


def test_memory_to_archive_to_sqlite_to_archive_keeps_every_value_and_every_byte(
    tmp_path: Path, memory: Callable[[], Tracker], filled: Callable[[Tracker], Tracker]
) -> None:
    first, between, last = (
        f"archive:///{tmp_path}/first?project=PROJ",
        f"sqlite:///{tmp_path}/between.db?project=PROJ",
        f"archive:///{tmp_path}/last?project=PROJ",
    )
    source = filled(memory())
    copy(source, first, tmp_path / "1.db")
    for number, (here, there) in enumerate(((first, between), (between, last)), 2):
        with anybacklog.connect(here) as tracker:
            copy(tracker, there, tmp_path / f"{number}.db")
    for name in ("statuses", "categories", "custom_fields", "tickets", "comments", "attachments", "links"):
        one, other = lines(tmp_path / "first", name), lines(tmp_path / "last", name)
        assert one == other, name
        assert one
    blobs = [
        {
            each.name: hashlib.sha256(each.read_bytes()).hexdigest()
            for each in (tmp_path / name / "blobs").rglob("?" * 64)
        }
        for name in ("first", "last")
    ]
    assert blobs[0] == blobs[1]
    assert all(name == digest for name, digest in blobs[0].items())


def lines(archive: Path, name: str) -> list[Any]:
    """Read the lines of an archive without the marks, which name where each was copied from."""
    return [
        {key: value for key, value in json.loads(line).items() if key != "external_id"}
        for line in (archive / f"{name}.jsonl").read_bytes().splitlines()
    ]


def _killed_after(folder: Path, commits: int) -> None:
    def count(name: str) -> None:
        reached.append(name)
        if len(reached) == commits:
            os.kill(os.getpid(), signal.SIGKILL)

    reached: list[str] = []
    with (
        anybacklog.connect(f"sqlite:///{folder}/source.db?project=PROJ") as source,
        anybacklog.connect(f"archive:///{folder}/backup?project=PROJ") as target,
    ):
        migrate(source, target, ledger=folder / "ledger.db", watch=count)


def test_a_backup_that_was_killed_goes_on_and_doubles_nothing(
    tmp_path: Path, memory: Callable[[], Tracker], filled: Callable[[Tracker], Tracker]
) -> None:
    with anybacklog.connect(f"sqlite:///{tmp_path}/source.db?project=PROJ") as source:
        filled(source)
    for commits in (9, 14, 5):
        process = FORK.Process(target=_killed_after, args=(tmp_path, commits))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert (tmp_path / "backup" / "working").exists()
    with anybacklog.connect(f"sqlite:///{tmp_path}/source.db") as source:
        copy(source, f"archive:///{tmp_path}/backup?project=PROJ", tmp_path / "ledger.db")
    with anybacklog.connect(f"archive:///{tmp_path}/backup") as backup:
        copy(backup, f"memory://restored-{tmp_path.name}/PROJ", tmp_path / "restored.db")
    assert not (tmp_path / "backup" / "working").exists()


def cli(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "anybacklog", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_command_line_copies_lists_and_verifies_an_archive(
    tmp_path: Path, filled: Callable[[Tracker], Tracker]
) -> None:
    with anybacklog.connect(f"sqlite:///{tmp_path}/source.db?project=PROJ") as source:
        filled(source)
    ends = ("sqlite:///source.db", "archive:///backup?project=PROJ", "--ledger", "ledger.db")
    done = cli("migrate", *ends, "--yes", folder=tmp_path)
    assert (done.returncode, (tmp_path / "backup" / "manifest.json").exists()) == (0, True), done.stderr
    listed = cli("ls", "archive:///backup", "--format", "jsonl", folder=tmp_path)
    assert [json.loads(line)["key"] for line in listed.stdout.splitlines()] == ["PROJ-1", "PROJ-2", "PROJ-3"]
    assert cli("verify", *ends, folder=tmp_path).returncode == 0
    blob = max((tmp_path / "backup" / "blobs").rglob("?" * 64), key=lambda each: each.stat().st_size)
    blob.write_bytes(blob.read_bytes()[::-1])
    found = cli("verify", *ends, folder=tmp_path)
    assert found.returncode != 0
    assert blob.name in found.stdout + found.stderr


def test_a_close_that_cannot_publish_stops_the_migration_as_what_can_be_cured(
    tmp_path: Path, filled: Callable[[Tracker], Tracker]
) -> None:
    with anybacklog.connect(f"sqlite:///{tmp_path}/source.db?project=PROJ") as source:
        filled(source)
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "working.old").write_text("in the way")
    ends = ("sqlite:///source.db", "archive:///backup?project=PROJ", "--ledger", "ledger.db")
    stopped = cli("migrate", *ends, "--yes", folder=tmp_path)
    assert stopped.returncode == 4, stopped.stderr
    assert re.search(r"nothing is lost, everything is in backup/working: mend it", stopped.stderr)
    (tmp_path / "backup" / "working.old").unlink()
    assert cli("migrate", *ends, "--yes", folder=tmp_path).returncode == 0
    assert cli("verify", *ends, folder=tmp_path).returncode == 0
