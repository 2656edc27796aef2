"""`repair` on files: what is mended, what is named, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from tests.cli.conftest import Call

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "reports" / "repair.json"


@pytest.fixture
def target(url: str, call: Call, tmp_path: Path) -> str:
    """A copy of two tickets, of which somebody has retitled one and deleted the other."""
    target = f"sqlite:///{tmp_path}/target.db?project=COPY"
    call("create", url, "--title", "一つ 🎉")
    call("create", url, "--title", "two")
    call("comment", url, "PROJ-2", "見ました 𠮷")
    call("migrate", url, target)
    call("edit", target, "PROJ-1", "--title", "changed")
    call("rm", target, "PROJ-2", "--yes")
    return target


def test_what_verify_named_is_mended(url: str, target: str, call: Call) -> None:
    assert call("verify", url, target).code == 1
    answer = call("repair", url, target, "--yes")
    assert answer.code == 0
    assert "Done: both ends agree." in answer.out
    assert call("verify", url, target).code == 0


def test_without_a_terminal_it_needs_a_word(url: str, target: str, call: Call) -> None:
    answer = call("repair", url, target)
    assert answer.code == 2
    assert answer.err == "Error: repair writes to the target and there is no terminal to ask on; add --yes\n"
    assert call("verify", url, target).code == 1


def test_a_dry_run_says_what_would_be_written(url: str, target: str, call: Call) -> None:
    answer = call("repair", url, target, "--dry-run")
    assert answer.code == 1
    assert "3 differences, 3 steps to mend them:" in answer.out
    assert "set title, updated_at of PROJ-1" in answer.out
    assert [each["title"] for each in call("ls", target, "--format", "json").json] == ["changed"]


def test_what_is_extra_is_named(url: str, target: str, call: Call) -> None:
    call("comment", target, "PROJ-1", "somebody else's")
    answer = call("repair", url, target, "--yes")
    assert answer.code == 1
    assert "extra" in answer.out


@pytest.mark.parametrize("word", ["comment:5=perhaps", "comment:5", "comment:5=absent"])
def test_what_cannot_be_said_of_an_item_is_a_usage_error(url: str, target: str, call: Call, word: str) -> None:
    answer = call("repair", url, target, "--yes", "--settle", word)
    assert answer.code == 2
    assert "comment:5" in answer.err


@pytest.mark.parametrize("extra", [False, True])
def test_the_report_is_as_published(url: str, target: str, call: Call, extra: bool) -> None:
    if extra:
        call("comment", target, "PROJ-1", "somebody else's")
    report: Any = json.loads(call("repair", url, target, "--yes", "--json-report", "-").out)
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(report)
    assert (report["status"], report["named"]) == ("partial" if extra else "done", 4 if extra else 3)
    assert [each["field"] for each in report["differences"]] == ["extra"] * extra
