"""What --report and --json-report hold when a run is stopped: why, and never the result of an earlier run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from anybacklog.cli.reports import UNFINISHED

if TYPE_CHECKING:
    from tests.cli.conftest import Call

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema" / "reports"
STOPS = {
    "KeyboardInterrupt": (130, "Interrupted."),
    "TransportError('the line went down', maybe_applied=False)": (4, "the line went down"),
    "PermissionDenied('this key may not')": (3, "this key may not"),
    "MigrationError('refused: apiKey=s3cr3t')": (1, "refused: apiKey="),
}
PLUGIN = """
import os

from anybacklog import MigrationError
from anybacklog.plugin import BackendSpec, PermissionDenied, TransportError, hookimpl
from anybacklog.store.memory import MemoryBackend


class Stopping(MemoryBackend):
    def tickets(self, query):
        raise {stop}


@hookimpl
def anybacklog_backends():
    yield BackendSpec("stopping", lambda connection: Stopping(), local=True)
"""


def schema(command: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((SCHEMAS / f"{command}.json").read_text("utf-8")))


@pytest.fixture
def ends(url: str, call: Call, tmp_path: Path) -> tuple[str, ...]:
    """Give a source, and a target in which it is not yet."""
    call("create", url, "--title", "one")
    return (url, f"sqlite:///{tmp_path}/target.db?project=COPY")


@pytest.fixture
def older(tmp_path: Path) -> Path:
    path = tmp_path / "r.json"
    path.write_text("of an earlier run", encoding="utf-8")
    return path


def stopped(file: Path, command: str) -> str:
    """Read why a run was stopped, in the form that is published."""
    told: dict[str, Any] = json.loads(file.read_text("utf-8"))
    schema(command).validate(told)
    assert list(told) == ["stopped"]
    return str(told["stopped"])


@pytest.mark.parametrize("stop", STOPS)
def test_a_stopped_migration_leaves_no_report_of_an_earlier_one(
    stop: str, older: Path, call: Call, plugin: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "r.html").write_text("of an earlier run", encoding="utf-8")
    ends = ("stopping://x/P", f"sqlite:///{tmp_path}/target.db", "--plugin", plugin(PLUGIN.format(stop=stop)))
    code, why = STOPS[stop]
    assert call("migrate", *ends, "--json-report", older, "--report", tmp_path / "r.html").code == code
    page = (tmp_path / "r.html").read_text("utf-8")
    assert why in stopped(older, "migrate")
    assert (why in page, "There is no result." in page, "earlier" in page) == (True, True, False)
    assert "s3cr3t" not in page + older.read_text("utf-8")


def test_so_do_a_repair_and_a_rollback_that_are_refused(ends: tuple[str, ...], older: Path, call: Call) -> None:
    assert call("migrate", *ends, "--json-report", older).code == 0
    refused = call("rollback", ends[1], "--yes", "--ledger", f"{older}.db", "--json-report", older)
    assert refused.code == 2
    assert stopped(older, "rollback") in refused.err
    refused = call("repair", *ends, "--yes", "--ledger", f"{older}.db", "--json-report", older)
    assert refused.code == 2
    assert stopped(older, "repair") in refused.err


def test_a_killed_run_leaves_no_report_of_an_earlier_one(
    older: Path, process: Call, plugin: Callable[[str], Path], tmp_path: Path
) -> None:
    file = plugin(PLUGIN.format(stop="SystemExit(os.kill(os.getpid(), 9))"))
    ends = ("stopping://x/P", f"sqlite:///{tmp_path}/target.db", "--plugin", file)
    assert process("migrate", *ends, "--json-report", older).code == -9
    assert stopped(older, "migrate") == UNFINISHED


@pytest.mark.parametrize("command", ["migrate", "repair", "verify"])
def test_a_command_line_that_cannot_be_leaves_the_report_alone(
    command: str, ends: tuple[str, ...], older: Path, call: Call
) -> None:
    assert call(command, *ends, "--json-report", older, "--nonsense").code == 2
    assert older.read_text("utf-8") == "of an earlier run"


@pytest.mark.parametrize("command", ["migrate", "repair", "rollback", "verify"])
def test_a_report_is_a_result_or_says_what_stopped_it_never_both(command: str) -> None:
    known = schema(command)
    known.validate({"stopped": "why"})
    for wrong in ({}, {"stopped": "why", "notes": []}, {"stopped": "why", "differences": []}):
        with pytest.raises(ValidationError):
            known.validate(wrong)


def test_who_reads_a_report_from_a_pipe_gets_one(ends: tuple[str, ...], call: Call, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(pipe.read_text, "utf-8")
        assert call("migrate", *ends, "--yes", "--json-report", pipe).code == 0
        assert json.loads(read.result())["status"] == "done"
