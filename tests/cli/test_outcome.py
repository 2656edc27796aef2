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
from anybacklog.cli.outcome import exit_code, sentence, told, unread
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


def test_a_name_with_a_line_break_does_not_make_two_lines_of_a_sentence() -> None:
    assert sentence(NotFound("ticket", "A\r\nError: B", local=True)) == "Error: ticket A␊Error: B does not exist"


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


@pytest.mark.parametrize(
    "url",
    [
        "nolab://x/P",
        "https://x.backlog.com/view/P-1",
        "nulab://",
        "nulab:///P",
        "sqlite:/broken",
        "sqlite:///x.db?nope=1",
        "no-such-connection",
    ],
)
def test_a_url_that_cannot_be_used_is_a_sentence_and_exit_code_2(url: str, call: Call) -> None:
    answer = call("ls", url)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("Error: ")
    assert "Traceback" not in answer.err


def test_a_configuration_file_that_is_named_but_missing_stops_every_command(
    url: str, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANYBACKLOG_CONFIG", str(tmp_path / "absent.toml"))
    for command in (("ls", url), ("create", url, "--title", "t"), ("migrate", url, "memory://x/P"), ("ls", "work")):
        answer = call(*command)
        assert (answer.code, answer.out) == (2, "")
        assert "absent.toml does not exist" in answer.err
    assert not (tmp_path / "tickets.db").exists()


def test_a_key_in_the_configuration_file_is_not_shown_but_its_remedy_is(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[connections.my-token]\nurl = "nulab://x.backlog.com/P"\napi_key = "s3cr3t-v4lue"\n')
    monkeypatch.setenv("ANYBACKLOG_CONFIG", str(path))
    answer = call("ls", "my-token")
    assert answer.code == 2
    assert "connections.my-token.api_key is the key itself, which must not stand in the file" in answer.err
    assert 'name its place: {env = "NAME"}' in answer.err
    assert "***" not in answer.err
    assert "s3cr3t" not in answer.err


def test_a_file_that_is_not_there_is_not_blamed_on_a_key(call: Call, tmp_path: Path) -> None:
    answer = call("ls", f"sqlite:///{tmp_path}/absent.db")
    assert answer.code == 1
    assert answer.err.rstrip().endswith("absent.db does not exist")


def test_a_file_of_several_projects_names_them_as_a_url_writes_them(call: Call, tmp_path: Path) -> None:
    for project in ("A", "営業%20%26%20C"):
        call("create", f"sqlite:///{tmp_path}/t.db?project={project}", "--title", "t")
    answer = call("ls", f"sqlite:///{tmp_path}/t.db")
    assert answer.code == 2
    assert "?project=A or ?project=%E5%96%B6%E6%A5%AD%20%26%20C" in answer.err


def test_a_reader_that_leaves_early_is_no_error(url: str, call: Call) -> None:
    call("create", url, "--title", "x" * 200_000)
    with subprocess.Popen(
        [sys.executable, "-m", "anybacklog", "ls", url], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_the_caller_has_closed_changes_nothing_of_the_work(
    closed: str, url: str, call: Call, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "anybacklog", "create", url, "--title", "made"]
    done = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *command], capture_output=True, check=False, timeout=60)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert [each["title"] for each in call("ls", url, "--format", "json").json] == ["made"]
    command[-3:] = ["absent", "--title", "x"]
    done = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *command], capture_output=True, check=False, timeout=60)
    assert (done.returncode, b"Traceback" in done.stderr) == (2, False)


@pytest.mark.parametrize(
    ("invocation", "code"),
    [
        (Invocation(), 0),
        (Invocation(resumable=True), 4),
        (Invocation(resumable=True, settled=1), 1),
        (Invocation(resumable=True, settled=0), 0),
    ],
)
def test_a_reader_that_leaves_early_hides_no_failure(invocation: Invocation, code: int) -> None:
    assert unread(invocation) == code


def test_ctrl_c_ends_with_130(plugin: Callable[[str], Path]) -> None:
    file = plugin("""
import click
from anybacklog.plugin import CommandSpec, hookimpl

@hookimpl
def anybacklog_commands():
    @click.command()
    def wait():
        import signal
        import threading
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell has it ignored
        click.echo("ready")
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


@pytest.mark.parametrize(("left_with", "code", "told_"), [(None, 0, ""), (7, 7, ""), ("no way", 1, "Error: no way\n")])
def test_a_plugin_that_exits_is_heard(
    left_with: object, code: int, told_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(Invocation(), _raising(SystemExit(left_with))) == code
    assert capsys.readouterr().err == told_
