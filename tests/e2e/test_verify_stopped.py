"""A verification that could not be finished: exit code 1, as with differences, and not to be taken for that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from anybacklog.cli.commands.verify import UNCOMPARED
from anybacklog_simulators.nulab import Fault, Harm

if TYPE_CHECKING:
    from tests.cli.conftest import Call

SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).parents[2] / "docs" / "schema" / "reports" / "verify.json").read_text("utf-8"))
)


@pytest.fixture
def report(tmp_path: Path, ends: tuple[str, ...], call: Call) -> Path:
    """Give the report of an earlier verification that found nothing."""
    path = tmp_path / "r.json"
    assert call("verify", *ends, "--json-report", path).code == 0
    assert json.loads(path.read_text("utf-8"))["differences"] == []
    return path


@pytest.mark.parametrize(("status", "code"), [(503, 1), (403, 3)])
def test_neither_the_sentence_nor_the_report_looks_like_a_result(
    fake: Any, ends: tuple[str, ...], report: Path, call: Call, status: int, code: int
) -> None:
    fake.faults.add(Fault(harm=Harm.ERROR_BEFORE, method="GET", path=r"/issues/1002/comments", status=status))
    answer = call("verify", *ends, "--json-report", report)
    assert (answer.code, answer.out) == (code, "")
    assert answer.err.rstrip().endswith(UNCOMPARED)
    told = json.loads(report.read_text("utf-8"))
    SCHEMA.validate(told)
    assert list(told) == ["stopped"]
    assert str(status) in told["stopped"]
    assert call("verify", *ends, "--json-report", "-").out == ""


def test_one_with_differences_says_nothing_of_the_sort(ends: tuple[str, ...], report: Path, call: Call) -> None:
    assert call("edit", ends[1], "DEMO-1", "--title", "changed").code == 0
    answer = call("verify", *ends, "--json-report", report)
    assert answer.code == 1
    assert UNCOMPARED not in answer.err
    assert "title" in {each["field"] for each in json.loads(report.read_text("utf-8"))["differences"]}


def test_a_command_line_that_cannot_be_leaves_the_report_alone(ends: tuple[str, ...], report: Path, call: Call) -> None:
    before = report.read_bytes()
    assert call("verify", *ends, "--json-report", report, "--nonsense").code == 2
    assert report.read_bytes() == before


def test_a_report_is_a_result_or_says_what_stopped_it_never_both() -> None:
    done = {"checked": {"tickets": 0, "comments": 0, "attachments": 0}, "differences": []}
    SCHEMA.validate(done)
    for wrong in ({}, done | {"stopped": "x"}, {"checked": done["checked"], "stopped": "x"}):
        with pytest.raises(ValidationError):
            SCHEMA.validate(wrong)
