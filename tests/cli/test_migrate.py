"""`migrate` and `verify` on two files: what is written, what is told, and with which exit code."""

from __future__ import annotations

import json
import os
import select
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Call

LOSSY = """
from dataclasses import replace

from anybacklog.plugin import Answer, BackendSpec, hookimpl
from anybacklog.store.memory import MemoryBackend, open_memory


class Forgetful(MemoryBackend):
    @property
    def abilities(self):
        held = super().abilities
        no = Answer(yes=False, reason="it knows no due dates")
        return replace(held, native={**held.native, "due_date": no})


def open_lossy(connection):
    return Forgetful(connection.location.project, contents=open_memory(connection)._contents)


@hookimpl
def anybacklog_backends():
    yield BackendSpec("lossy", open_lossy, local=True)
"""


@pytest.fixture
def source(url: str, call: Call, tmp_path: Path) -> str:
    (tmp_path / "添付.txt").write_bytes(b"\r\n\x00")
    call("create", url, "--title", "一つ 🎉", "--due", "2026-01-31", "--attach", tmp_path / "添付.txt")
    call("create", url, "--title", "two", "--parent", "PROJ-1")
    call("comment", url, "PROJ-2", "見ました 𠮷")
    return url


@pytest.fixture
def target(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/target.db?project=COPY"


@pytest.fixture
def lossy(plugin: Callable[..., Path], tmp_path: Path) -> tuple[str, ...]:
    """The rest of a command line whose target cannot hold a due date."""
    return (f"lossy://{tmp_path.name}/P", "--plugin", str(plugin(LOSSY, "lossy")))


def test_every_ticket_arrives_and_the_report_says_what_to_do_next(source: str, target: str, call: Call) -> None:
    answer = call("migrate", source, target)
    assert answer.code == 0
    assert "tickets      2        2        0        0       0" in answer.out
    assert [each["title"] for each in call("ls", target, "--format", "json").json] == ["一つ 🎉", "two"]
    told = next(line for line in answer.out.splitlines() if line.startswith("Next: "))
    program, *arguments = shlex.split(told.removeprefix("Next: "))
    assert program == "anybacklog"
    verified = call(*arguments)
    assert (verified.code, verified.out) == (
        0, "Checked 2 tickets, 1 comment, 1 attachment: no differences.\n",
    )  # fmt: skip


def test_running_again_does_nothing_twice(source: str, target: str, call: Call) -> None:
    call("migrate", source, target)
    report = call("migrate", source, target, "--json-report", "-").json
    assert report["tickets"] == {"planned": 2, "created": 0, "already": 2, "failed": 0, "held": 0}
    assert len(call("ls", target, "--format", "json").json) == 2


def test_without_ledger_it_says_where_it_lives(source: str, target: str, call: Call, tmp_path: Path) -> None:
    answer = call("migrate", source, target)
    told = next(line for line in answer.err.splitlines() if "ledger" in line)
    where = Path(told.split(" is ")[1])
    assert where.is_file()
    assert where.is_relative_to(tmp_path / "xdg_state_home")


def test_limit_is_a_partial_success(source: str, target: str, call: Call, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    first = call("migrate", source, target, "--ledger", ledger, "--limit", "1", "--json-report", "-")
    assert (first.code, first.json["status"], first.json["tickets"]["created"]) == (0, "partial", 1)
    second = call("migrate", source, target, "--ledger", ledger)
    assert second.code == 0
    assert len(call("ls", target, "--format", "json").json) == 2


def test_only_and_sample_keep_to_a_few(source: str, target: str, call: Call) -> None:
    report = call("migrate", source, target, "--only", "PROJ-1", "--json-report", "-").json
    assert report["tickets"]["created"] == 1
    sampled = call("migrate", source, target, "--sample", "worst", "--dry-run")
    assert sampled.code == 0
    assert call("migrate", source, target, "--only", "PROJ-99").code == 2


def test_what_was_chosen_is_done_and_the_rest_was_not_asked_for(source: str, target: str, call: Call) -> None:
    chosen = call("migrate", source, target, "--only", "PROJ-1")
    assert chosen.code == 0
    assert "Done with the tickets that were chosen" in chosen.out
    assert "Next: the same command without --only or --sample goes on with the rest" in chosen.out
    limited = call("migrate", source, f"{target}2", "--limit", "1")
    assert "run the same command again and it goes on" in limited.out


def test_a_plan_that_cannot_be_read_is_found_before_anything_is_made(
    source: str, target: str, call: Call, tmp_path: Path
) -> None:
    (tmp_path / "plan.toml").write_text("[mapping.nonsense]\nx = 5")
    before = sorted(tmp_path.rglob("*"))
    answer = call("migrate", source, target, "--plan", tmp_path / "plan.toml")
    assert (answer.code, answer.out) == (2, "")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_dry_run_names_no_ledger_that_is_not_there(source: str, target: str, call: Call, tmp_path: Path) -> None:
    answer = call("migrate", source, target, "--dry-run", "--json-report", "-")
    assert answer.json["ledger"] == ""
    assert "Ledger: " not in answer.err
    assert "ledger of this migration" not in answer.err
    ledger = tmp_path / "ledger.db"
    call("migrate", source, target, "--ledger", ledger)
    assert call("migrate", source, target, "--ledger", ledger, "--dry-run", "--json-report", "-").json["ledger"] == str(
        ledger
    )


def test_a_dry_run_writes_nothing_at_all(source: str, target: str, call: Call, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    answer = call("migrate", source, target, "--dry-run")
    assert answer.code == 0
    assert "Dry run: nothing was written." in answer.out
    assert sorted(tmp_path.rglob("*")) == before


def test_both_reports_are_written(source: str, target: str, call: Call, tmp_path: Path) -> None:
    page, data = tmp_path / "report.html", tmp_path / "report.json"
    answer = call("migrate", source, target, "--report", page, "--json-report", data)
    assert answer.code == 0
    assert "<h1>Migration report</h1>" in page.read_text("utf-8")
    report = json.loads(data.read_text("utf-8"))
    assert (report["status"], report["attachments"]["created"]) == ("done", 1)


def test_a_report_into_a_folder_that_is_not_there_is_refused_before_the_work(
    source: str, target: str, call: Call, tmp_path: Path
) -> None:
    answer = call("migrate", source, target, "--report", tmp_path / "nowhere" / "report.html")
    assert (answer.code, answer.out) == (2, "")
    assert not (tmp_path / "target.db").exists()


def test_losses_nobody_has_seen_want_yes_where_there_is_no_terminal(
    source: str, lossy: tuple[str, ...], call: Call
) -> None:
    refused = call("migrate", source, *lossy)
    assert (refused.code, refused.out) == (2, "")
    assert "due_date" in refused.err
    assert refused.err.splitlines()[-1].startswith("Error: something would be lost")
    assert "--plan" in refused.err
    assert "Usage" not in refused.err
    accepted = call("migrate", source, *lossy, "--yes")
    assert accepted.code == 0
    assert "it knows no due dates" in accepted.out


def test_a_plan_has_answered_the_question(source: str, lossy: tuple[str, ...], call: Call, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text("")
    assert call("migrate", source, *lossy, "--plan", plan).code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs POSIX")
@pytest.mark.parametrize(("typed", "code"), [(b"n\n", 1), (b"y\n", 0)])
def test_on_a_terminal_a_person_is_asked_before_the_first_write(
    typed: bytes, code: int, source: str, lossy: tuple[str, ...]
) -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "anybacklog", "migrate", source, *lossy],
        stdin=theirs, stderr=theirs, stdout=subprocess.DEVNULL,
    ) as running:  # fmt: skip
        os.close(theirs)
        shown = b""
        while b"[y/N]" not in shown:
            assert select.select([ours], [], [], 30)[0], shown
            shown += os.read(ours, 4096)
        assert b"it knows no due dates" in shown
        os.write(ours, typed)
        while _more(ours):
            pass
        assert running.wait(30) == code
    os.close(ours)


def _more(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says EIO when the other end is closed
        return b""


def test_verify_names_every_difference_with_both_keys(source: str, target: str, call: Call, tmp_path: Path) -> None:
    ledger = ("--ledger", tmp_path / "ledger.db")
    call("migrate", source, target, *ledger)
    copy = call("ls", target, "--format", "json").json[1]["key"]
    call("edit", target, copy, "--title", "someone was here")
    answer = call("verify", source, target, *ledger, "--json-report", tmp_path / "differences.json")
    assert answer.code == 1
    assert f"PROJ-2 -> {copy}: title" in answer.out
    assert "someone was here" in answer.out
    found = json.loads((tmp_path / "differences.json").read_text("utf-8"))["differences"]
    assert (found[0]["source_key"], found[0]["target_key"], found[0]["field"]) == ("PROJ-2", copy, "title")


def test_verify_offline_asks_nothing_of_a_source_that_needs_a_key(
    source: str, target: str, call: Call, tmp_path: Path
) -> None:
    call("migrate", source, target)
    (tmp_path / "tickets.db").unlink()
    answer = call("verify", source, target, "--offline", "--json-report", "-")
    assert (answer.code, answer.json["differences"]) == (0, [])
    assert "The source as it was read at 20" in answer.err
    other = call("verify", "nulab://example.backlog.com/PROJ", target, "--offline")
    assert other.code == 2
    assert source in other.err
    assert "no credentials" not in other.err


def test_json_on_stdout_is_only_json(source: str, target: str, call: Call) -> None:
    answer = call("migrate", source, target, "--json-report", "-")
    assert answer.json["status"] == "done"
    assert "Done: everything is in the target." in answer.err
    verified = call("verify", source, target, "--json-report", "-")
    assert verified.json == {"checked": {"tickets": 2, "comments": 1, "attachments": 1}, "differences": []}


def test_a_source_that_is_not_there_is_one_sentence(target: str, call: Call, tmp_path: Path) -> None:
    answer = call("migrate", f"sqlite:///{tmp_path}/nothing.db", target)
    assert (answer.code, answer.out) == (1, "")
    assert "nothing.db" in answer.err
    assert not (tmp_path / "nothing.db").exists()


def test_a_ledger_in_use_stops_with_the_code_that_says_try_again(
    source: str, target: str, call: Call, tmp_path: Path
) -> None:
    from anybacklog.migration.ledger import Ledger

    with Ledger(tmp_path / "ledger.db"):
        answer = call("migrate", source, target, "--ledger", tmp_path / "ledger.db")
    assert (answer.code, answer.out) == (4, "")
    assert "run the same command again" in answer.err


def test_one_key_is_not_shown_to_two_services(
    call: Call, plugin: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONE_KEY", "k3y-of-one-service")
    file = plugin(LOSSY.replace('"lossy", open_lossy, local=True', '"faraway", open_lossy'), "faraway")
    ends = ("faraway://one.example/A", "faraway://two.example/A")
    answer = call("migrate", *ends, "--key-env", "ONE_KEY", "--plugin", file)
    assert (answer.code, answer.out) == (2, "")
    assert "--source-key-env" in answer.err
    assert call("migrate", ends[0], "faraway://one.example/B", "--key-env", "ONE_KEY", "--plugin", file).code == 0


def test_a_folder_for_what_the_target_cannot_take_is_remembered_and_made_only_when_it_is_needed(
    url: str, call: Call, tmp_path: Path
) -> None:
    call("create", url, "--title", "one")
    target = f"sqlite:///{tmp_path}/target.db"
    assert call("migrate", url, target, "--fallback-folder", str(tmp_path / "kept")).code == 0
    assert (call("migrate", url, target).code, (tmp_path / "kept").exists()) == (0, False)


def test_the_next_command_is_said_with_the_options_that_it_needs_too(
    source: str, target: str, call: Call, tmp_path: Path
) -> None:
    plan, ledger = tmp_path / "p.toml", tmp_path / "l.db"
    options = ("--target-key-env", "NAME", "--share", "50")
    again = (source, target, *options, "--ledger", str(ledger))
    said = call("plan", source, target, "--ledger", ledger, "-o", plan, *options).out.splitlines()[-1]
    assert said == f"Next: edit it, then {shlex.join(['anybacklog', 'migrate', *again, '--plan', str(plan)])}"
    said = call("migrate", source, target, "--ledger", ledger, "--plan", plan, *options).out.splitlines()[-1]
    assert said == f"Next: {shlex.join(['anybacklog', 'verify', *again])}"
