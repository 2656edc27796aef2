"""Whatever goes wrong becomes one sentence on stderr and the contract's exit code."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from anybacklog.cli.everywhere import Invocation
from anybacklog.cli.outcome import exit_code, sentence, told
from anybacklog.errors import (
    AnyBacklogError,
    AuthenticationError,
    ConfigurationError,
    MigrationError,
    NotFound,
    PermissionDenied,
    RateLimited,
    TransportError,
    UnsupportedOperation,
)

if TYPE_CHECKING:
    from tests.cli.conftest import Call

FULL = OSError(errno.ENOSPC, "No space left on device", "state.db")
OFFLINE = TransportError("no answer from example.com", maybe_applied=False)


def _raising(error: BaseException) -> Callable[[], int]:
    def call() -> int:
        raise error

    return call


@pytest.mark.parametrize(
    ("error", "alone", "in_a_migration"),
    [
        (ConfigurationError("bad URL"), 2, 2),
        (AuthenticationError("bad key"), 3, 3),
        (PermissionDenied("not for you"), 3, 3),
        (NotFound("ticket", "X-1"), 1, 1),
        (MigrationError("refused"), 1, 1),
        (UnsupportedOperation("links", "it has none"), 1, 1),
        (OFFLINE, 1, 4),
        (RateLimited("too fast"), 1, 4),
        (FULL, 1, 4),
        (OSError(errno.EACCES, "Permission denied", "x"), 1, 1),
        (ZeroDivisionError("division by zero"), 1, 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_each_error_has_the_exit_code_of_the_contract(error: Exception, alone: int, in_a_migration: int) -> None:
    assert exit_code(error, resumable=False) == alone
    assert exit_code(error, resumable=True) == in_a_migration


def test_what_running_again_can_cure_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    code = told(Invocation(resumable=True), _raising(OFFLINE))
    printed = capsys.readouterr()
    assert (code, printed.out) == (4, "")
    assert "run the same command again" in printed.err


def test_an_interrupted_migration_says_that_it_is_safe_to_run_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(Invocation(resumable=True), _raising(KeyboardInterrupt())) == 130
    assert "run the same command again" in capsys.readouterr().err


def test_an_error_names_the_tracker_it_came_from() -> None:
    error = AnyBacklogError("it broke", backend="nulab://example.backlog.com/PROJ")
    assert sentence(error) == "Error: nulab://example.backlog.com/PROJ: it broke"


def test_a_file_that_cannot_be_read_is_named() -> None:
    assert sentence(FULL) == "Error: state.db: No space left on device"


def test_an_unexpected_error_asks_for_a_report_and_shows_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(Invocation(), _raising(ZeroDivisionError("division by zero"))) == 1
    shown = capsys.readouterr().err
    assert "--debug" in shown
    assert "Traceback" not in shown


def test_debug_shows_where_it_came_from_without_the_key(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "s3cr3t-v4lue")
    told(Invocation(debug=True, key_env="MY_KEY"), _raising(RuntimeError("https://example.com/?q=s3cr3t-v4lue")))
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "s3cr3t-v4lue" not in shown


@pytest.mark.parametrize("url", ["nolab://x/P", "sqlite:/broken", "sqlite:///x.db?nope=1", "no-such-connection"])
def test_a_url_that_cannot_be_used_is_a_sentence_and_exit_code_2(url: str, call: Call) -> None:
    answer = call("ls", url)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("Error: ")
    assert "Traceback" not in answer.err


def test_a_reader_that_leaves_early_is_no_error_to_talk_about(url: str, call: Call) -> None:
    call("create", url, "--title", "x" * 200_000)
    with subprocess.Popen(
        [sys.executable, "-m", "anybacklog", "ls", url], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""


def test_ctrl_c_ends_with_130(plugin: Callable[[str], Path]) -> None:
    file = plugin("""
import click
from anybacklog.plugin import CommandSpec, hookimpl

@hookimpl
def anybacklog_commands():
    @click.command()
    def wait():
        click.echo("ready")
        import threading
        threading.Event().wait()
    yield CommandSpec(name="wait", help="Wait.", load=lambda: wait)
""")
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "anybacklog", "--plugin", file, "wait"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == b"ready\n"
        os.kill(running.pid, signal.SIGINT)
        assert b"Traceback" not in running.stderr.read()
    assert running.returncode == 130
