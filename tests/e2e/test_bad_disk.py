"""A disk that is full or read-only: a sentence, the contract's exit code, and going on once there is room.

Each runs in a mount namespace of its own, where a small tmpfs stands for the disk.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.canary import find_canary
from tests.e2e.told import one_sentence

if TYPE_CHECKING:
    from tests.cli.conftest import Call

WHY = re.compile("full|No space left|[Rr]ead-?only|disk I/O error")
NAMESPACE = ("unshare", "--map-root-user", "--mount")


@pytest.fixture(scope="module", autouse=True)
def _namespace() -> None:
    try:
        done = subprocess.run([*NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    except FileNotFoundError:
        done = None
    if done is None or done.returncode:
        pytest.skip("no mount namespaces here")


@pytest.fixture
def source(tmp_path: Path, call: Call) -> str:
    """Give a source of a few tickets, one with a file of a megabyte."""
    (tmp_path / "big.bin").write_bytes(os.urandom(1 << 20))
    url = f"sqlite:///{tmp_path}/source.db?project=PROJ"
    for number in range(6):
        call("create", url, "--title", f"ticket {number}")
    call("create", url, "--title", "with a file", "--attach", tmp_path / "big.bin")
    return url


def on_small_disk(tmp_path: Path, script: str, size: str = "600k") -> list[tuple[int, str, str]]:
    """Run a shell script on a small disk mounted at `disk`; give code, output and notes of every `run` in it."""
    (tmp_path / "disk").mkdir(exist_ok=True)
    head = f"""
    set -eu; cd {tmp_path}; number=0
    mount -t tmpfs -o size={size} none disk
    run() {{
        number=$((number + 1)); code=0
        {sys.executable} -m anybacklog "$@" > out.$number 2> err.$number || code=$?
        echo $code > code.$number
    }}
    """
    subprocess.run([*NAMESPACE, "bash", "-c", head + script], check=True, timeout=120)

    def kept(name: str, number: int) -> str:
        return (tmp_path / f"{name}.{number}").read_text()

    numbers = range(1, len(list(tmp_path.glob("code.*"))) + 1)
    return [(int(kept("code", each)), kept("out", each), kept("err", each)) for each in numbers]


def said(err: str) -> str:
    """Give the one sentence behind the progress."""
    progress = ("Reading: ", "Writing: ", "Preparing: ", "The ledger of ")
    return one_sentence("\n".join(line for line in err.splitlines() if not line.startswith(progress)))


WHERE = {
    "the target": ("sqlite:///disk/t.db", "l.db", "100k"),
    "the ledger": ("sqlite:///t.db", "disk/l.db", "100k"),
    "an archive": ("archive:///disk/a", "l.db", "600k"),
}


@pytest.mark.parametrize("where", WHERE)
def test_a_full_disk_stops_a_migration_which_goes_on_once_there_is_room(
    where: str, source: str, tmp_path: Path
) -> None:
    target, ledger, size = WHERE[where]
    migrate = f"migrate {source} '{target}?project=PROJ' --ledger {ledger} --yes"
    stopped, done, verified = on_small_disk(
        tmp_path,
        f"""
        run {migrate}
        mount -o remount,size=20m disk
        run {migrate}
        run verify {source} '{target}?project=PROJ' --ledger {ledger}
        """,
        size=size,
    )
    assert stopped[0] == 4, stopped
    assert WHY.search(said(stopped[2])), stopped
    assert done[0] == 0, done
    assert verified[0] == 0, verified


def test_a_file_too_large_for_the_temporary_folder_stops_no_other_and_is_named(
    source: str, tmp_path: Path, call: Call
) -> None:
    target, ledger = f"sqlite:///{tmp_path}/t.db?project=PROJ", tmp_path / "l.db"
    limited = f"ulimit -f 600; exec {sys.executable} -m anybacklog migrate {source} '{target}' --ledger {ledger} --yes"
    done = subprocess.run(["bash", "-c", limited], cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "big.bin is larger than a file may be in" in done.stdout.decode()
    assert "bug" not in done.stdout.decode()
    assert call("migrate", source, target, "--ledger", ledger, "--yes").code == 0
    assert call("verify", source, target, "--ledger", ledger).code == 0


COMMANDS = {
    "create": "create sqlite:///disk/t.db --title t --attach big.bin",
    "comment": "comment sqlite:///disk/t.db PROJ-1 --file big.txt",
    "download": "download {source} PROJ-7 -o disk/files",
    "a report": "migrate {source} 'sqlite:///t2.db?project=PROJ' --ledger l.db --yes --json-report disk/filled/r.json",
    "create in an archive": "create 'archive:///disk/a?project=PROJ' --title t --attach big.bin",
}  # fmt: skip


@pytest.mark.parametrize("trouble", ["full", "read-only"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_disk_that_cannot_be_written_is_told_in_a_sentence(
    command: str, trouble: str, source: str, tmp_path: Path
) -> None:
    (tmp_path / "big.txt").write_text("x" * 700_000)
    spoil = "mount -o remount,ro disk" if trouble == "read-only" else "cat /dev/zero > disk/filled/zeros || true"
    kept, spoilt, listed = on_small_disk(
        tmp_path,
        f"""
        mkdir disk/filled
        run create 'sqlite:///disk/t.db?project=PROJ' --title kept
        {spoil}
        run {COMMANDS[command].format(source=source)}
        mount -o remount,rw,size=20m disk
        run ls sqlite:///disk/t.db --format csv
        """,
    )
    assert kept[0] == 0
    assert spoilt[0] == (4 if (command, trouble) == ("a report", "full") else 1), spoilt
    assert WHY.search(said(spoilt[2])), spoilt
    assert "disk/" in said(spoilt[2])
    assert listed[0] == 0, listed
    assert listed[1].count("kept") == 1


@pytest.mark.parametrize("scheme", ["sqlite", "archive"])
def test_what_lies_on_a_read_only_disk_is_read_copied_and_verified(
    scheme: str, source: str, tmp_path: Path, canary: str
) -> None:
    url, copy = f"'{scheme}:///disk/t?project=PROJ'", "'sqlite:///copy.db?project=PROJ'"
    answers = on_small_disk(
        tmp_path,
        f"""
        run create {url} --title kept --attach big.bin
        mount -o remount,ro disk
        run ls {url}
        run show {url} PROJ-1
        run download {url} PROJ-1 -o files
        run doctor {url}
        run migrate {url} {copy} --ledger l.db --yes
        run verify {url} {copy} --ledger l.db
        """,
        size="10m",
    )
    assert [code for code, _, _ in answers] == [0] * 7, answers
    assert "kept" in answers[1][1]
    assert (tmp_path / "files" / "big.bin").read_bytes() == (tmp_path / "big.bin").read_bytes()
    assert find_canary(repr(answers).encode(), canary) == []
