"""SIGKILL at every numbered step of making, writing and publishing an archive: nothing acknowledged is ever lost.

A step is whatever the disk sees: before and after every rename and removal, and before every sync. An answer is
acknowledged by a line in a file outside, as a caller would act on it.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.core.archives import FORK, archive, attach, contents, filled

from anybacklog.backend import CommentDraft
from anybacklog.errors import ConfigurationError, NotFound
from anybacklog.model import Text
from anybacklog.query import TicketQuery

STEPS = ("fsync", "rename", "replace", "unlink", "rmdir", "mkdir")


class Steps:
    """Counts what is done to the disk, and kills the process at one step; 0: only counts."""

    def __init__(self, kill_at: int) -> None:
        self.names: list[str] = []
        self._kill_at = kill_at

    def reached(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Watch this process from now on."""
        for name in STEPS:
            setattr(os, name, self._watched(name, getattr(os, name)))

    def _watched(self, name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **options: Any) -> Any:
            self.reached(f"before {name} {Path(str(args[0])).name}")
            done = do(*args, **options)
            self.reached(f"after {name} {Path(str(args[0])).name}")
            return done

        return step


def work(path: Path, acknowledged: Path, kill_at: int) -> list[str]:
    """Write a ticket, a comment and a file, delete a file, and close; say after each what was answered."""
    steps = Steps(kill_at)
    steps.watch()
    with closing(archive(path, "PROJ")) as backend, acknowledged.open("a") as told:
        ticket = backend.create_ticket({"title": "new"})
        print(f"ticket {ticket.title}", file=told, flush=True)
        backend.add_comment(ticket.id, CommentDraft(body=Text("new")))
        print("comment new", file=told, flush=True)
        attach(backend, ticket.id, b"more content")
        print("file b'more content'", file=told, flush=True)
        for old in backend.attachments("1")[:1] if ticket.id != "1" else ():
            backend.delete_attachment("1", old.id)
    print("published", file=acknowledged.open("a"))
    return steps.names


def told_by(path: Path) -> list[str]:
    """Say what an archive holds; [] where there is none."""
    with closing(archive(path, "PROJ")) as backend:
        told: list[str] = []
        try:
            tickets = list(backend.tickets(TicketQuery()))
        except NotFound:  # killed before the first write was acknowledged
            return told
        for ticket in tickets:
            told.append(f"ticket {ticket.title}")
            told += [f"comment {comment.body.source}" for comment in backend.comments(ticket.id)]
            for file in backend.attachments(ticket.id):
                with backend.open_attachment(ticket.id, file) as stream:
                    told.append(f"file {stream.read()!r}")
        return told


def run_and_die(path: Path, acknowledged: Path, kill_at: int) -> int | None:
    process = FORK.Process(target=work, args=(path, acknowledged, kill_at))
    process.start()
    process.join()
    return process.exitcode


@pytest.mark.parametrize("new", [True, False], ids=["a new archive", "one at rest"])
def test_killed_at_any_step_everything_acknowledged_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, new: bool
) -> None:
    pristine = tmp_path / "pristine"
    if not new:
        filled(pristine)
    before = told_by(pristine)
    with FORK.Pool(1) as pool:
        names = pool.apply(work, (_copy(pristine, tmp_path / "whole"), tmp_path / "whole.txt", 0))
    after = told_by(tmp_path / "whole")
    for number, name in enumerate(names, 1):
        path, answers = _copy(pristine, tmp_path / str(number)), tmp_path / f"{number}.txt"
        assert run_and_die(path, answers, number) == -signal.SIGKILL, f"step {number} ({name}) was not reached"
        acknowledged = answers.read_text().splitlines() if answers.exists() else []
        told = told_by(path)
        assert set(acknowledged) - {"published"} <= set(told), f"lost by a kill at step {number}: {name}"
        assert set(told) <= {*before, *after}
        assert set(before) - set(told) <= {"file b'content'"}  # which was asked to be deleted
        _assert_at_rest(path, told)
        shutil.rmtree(path, ignore_errors=True)
    with capsys.disabled():
        print(f"\n{len(names)} steps, a kill at each")


def _assert_at_rest(path: Path, told: list[str]) -> None:
    """Once it was opened and closed again nothing of the crash is left, and reading changes nothing any more."""
    left = set(contents(path)) if path.exists() else set()
    assert not [name for name in left if name.startswith("working/")]
    if told:
        first = contents(path)
        assert told_by(path) == told
        assert contents(path) == first


def test_killed_twice_while_publishing_it_is_brought_to_rest_by_the_third(tmp_path: Path) -> None:
    with FORK.Pool(1) as pool:
        names = pool.apply(work, (filled(tmp_path / "whole"), tmp_path / "whole.txt", 0))
    publishing = [number for number, name in enumerate(names, 1) if ".jsonl.new" in name]
    for number in publishing[::7]:
        path, answers = filled(tmp_path / str(number)), tmp_path / f"{number}.txt"
        assert run_and_die(path, answers, number) == -signal.SIGKILL
        assert run_and_die(path, answers, number // 2) == -signal.SIGKILL
        assert {"ticket new", "comment new", "file b'more content'"} <= set(told_by(path))


def test_what_was_half_published_is_never_believed(tmp_path: Path) -> None:
    path = filled(tmp_path / "archive")
    with FORK.Pool(1) as pool:
        names = pool.apply(work, (_copy(path, tmp_path / "whole"), tmp_path / "whole.txt", 0))
    number = names.index("after replace tickets.jsonl.new") + 1
    assert run_and_die(path, tmp_path / "answers.txt", number) == -signal.SIGKILL
    shutil.rmtree(path / "working")
    with pytest.raises(ConfigurationError, match=r"projects\.jsonl is not what was written"):
        told_by(path)


def _copy(pristine: Path, path: Path) -> Path:
    if pristine.exists():
        shutil.copytree(pristine, path)
    return path
