"""`rollback` on files: what goes, what is named, and with which exit code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from anybacklog.cli.rollback_text import reversal_lines
from anybacklog.migration.reversal import Kept, Reversal

if TYPE_CHECKING:
    from tests.cli.conftest import Call

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "reports" / "rollback.json"


@pytest.fixture
def target(url: str, call: Call, tmp_path: Path) -> str:
    """A copy of two tickets, in a file that held one before."""
    target = f"sqlite:///{tmp_path}/target.db?project=COPY"
    call("create", target, "--title", "here first")
    call("create", url, "--title", "一つ 🎉")
    call("create", url, "--title", "two")
    call("migrate", url, target)
    return target


def titles(call: Call, target: str) -> list[str]:
    return [each["title"] for each in call("ls", target, "--format", "json").json]


def test_what_was_copied_goes_and_the_rest_stays(target: str, call: Call) -> None:
    answer = call("rollback", target, "--yes")
    assert (answer.code, titles(call, target)) == (0, ["here first"])
    assert "Done: nothing is left that this ledger created." in answer.out
    assert call("rollback", target, "--yes").code == 0


def test_without_a_terminal_it_needs_a_word(target: str, call: Call) -> None:
    answer = call("rollback", target)
    assert (answer.code, len(titles(call, target))) == (2, 3)
    assert answer.err == "Error: rollback deletes for good and there is no terminal to ask on; add --yes\n"


def test_a_dry_run_says_what_would_go_and_deletes_nothing(target: str, call: Call) -> None:
    answer = call("rollback", target, "--dry-run")
    assert (answer.code, len(titles(call, target))) == (0, 3)
    assert ["tickets", "2", "0", "0", "0", "0"] in [line.split() for line in answer.out.splitlines()]


def test_what_was_changed_is_named_until_it_is_said_that_it_goes_too(target: str, call: Call) -> None:
    call("comment", target, "PROJ-2", "mine")
    answer = call("rollback", target, "--yes")
    assert (answer.code, titles(call, target)) == (1, ["here first", "two"])
    assert "a comment was added" in answer.out
    assert "--include-changed" in answer.out
    assert call("rollback", target, "--yes", "--include-changed").code == 0
    assert titles(call, target) == ["here first"]


@pytest.mark.parametrize(("kinds", "offered"), [(["categories"], 0), (["categories", "ticket"], 1)])
def test_only_of_kept_tickets_it_is_said_that_they_can_go_too(kinds: list[str], offered: int) -> None:
    left = [Kept(source_key=None, target_key="PROJ-1", kind=each, id="1", reasons=("in use",)) for each in kinds]
    report = Reversal(target="sqlite:///copy.db", ledger="ledger.db", started_at=datetime.now(UTC), left=left)
    said = "Next: look at what was kept; --include-changed deletes the tickets among it, too"
    assert [line for line in reversal_lines(report) if "--include-changed" in line] == [said] * offered


def test_the_report_is_as_published(target: str, call: Call) -> None:
    call("comment", target, "PROJ-2", "mine")
    report: Any = json.loads(call("rollback", target, "--yes", "--json-report", "-").out)
    validator = Draft202012Validator(
        json.loads(SCHEMA.read_text("utf-8")), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    validator.validate(report)
    assert (report["status"], report["left"][0]["target_key"], report["tickets"]["deleted"]) == ("partial", "PROJ-2", 1)


def test_a_ledger_of_another_target_is_a_usage_error(target: str, call: Call, tmp_path: Path) -> None:
    call("create", f"sqlite:///{tmp_path}/other.db?project=COPY", "--title", "x")
    answer = call("rollback", f"sqlite:///{tmp_path}/other.db?project=COPY", "--yes")
    assert answer.code == 2
    assert "no ledger in" in answer.err


def test_a_ledger_in_use_stops_it_and_running_again_goes_on(target: str, call: Call, tmp_path: Path) -> None:
    from anybacklog.migration.ledger import Ledger

    (path,) = (tmp_path / "xdg_state_home").rglob("*.db")
    with Ledger(path):
        answer = call("rollback", target, "--yes")
    assert (answer.code, len(titles(call, target))) == (4, 3)
    assert call("rollback", target, "--yes").code == 0
