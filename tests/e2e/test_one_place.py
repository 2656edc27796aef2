"""Everything that leaves the process as a message passes `redact`: one way out each, and each way tried."""

from __future__ import annotations

import ast
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.canary import find_canary, find_in_tree

from anybacklog.cli import console, log
from anybacklog.cli.report_text import report_lines
from anybacklog.migration.ledger import Ledger
from anybacklog.migration.page import render
from anybacklog.migration.report import Failure, Report
from anybacklog.redact import remember

if TYPE_CHECKING:
    from tests.cli.conftest import Call

ROOT = Path(__file__).resolve().parents[2]
WAYS_OUT = {
    "print": "print",
    "click.echo": "click.echo",
    "click.secho": "click.secho",
    "sys.stdout": "sys.stdout",
    "sys.stderr": "sys.stderr",
    "warnings.warn": "warnings.warn",
    "traceback.print_exc": "traceback.print_exc",
}
KNOWN = {
    "core/anybacklog/__main__.py": {"print"},  # the version, before anything is loaded
    "core/anybacklog/cli/console.py": {"sys.stdout", "sys.stderr"},
    "core/anybacklog/cli/spreadsheet.py": {"sys.stdout"},  # data, exactly as it is
    "core/anybacklog/cli/main.py": {"sys.stdout"},  # flushed
    "core/anybacklog/cli/outcome.py": {"sys.stdout"},  # closed
}


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def test_nobody_prints_but_the_console() -> None:
    found = {}
    for folder in ("core", "plugins", "contrib"):
        for path in (ROOT / folder).rglob("*.py"):
            if "anybacklog_simulators" in path.parts:
                continue  # whose one key is made up, and shown to be used
            ways = set(WAYS_OUT) & set(_names(ast.parse(path.read_text("utf-8"))))
            if ways:
                found[str(path.relative_to(ROOT))] = ways
    assert found == KNOWN


def test_what_is_noted_is_masked(canary: str, capsys: pytest.CaptureFixture[str]) -> None:
    remember(canary)
    console.note(f"was {canary}")
    assert capsys.readouterr().err == "was ***\n"


def test_what_is_logged_is_masked_and_brings_no_traceback(
    canary: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(canary)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    logger = logging.getLogger("anybacklog.acme")
    with log.logged_to_stderr(every=True):
        logger.info("with %s", [canary])
        try:
            raise RuntimeError(canary)
        except RuntimeError:
            logger.exception("broken")
    assert capsys.readouterr().err == "anybacklog.acme: with ['***']\nanybacklog.acme: broken\n"


def test_what_is_wrong_with_a_command_line_is_masked(canary: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYBACKLOG_WORK_API_KEY", canary)
    for words in (["ls"], ["show", "memory://x/P", "P-1", "--format"], ["ls", "memory://x/P", "--status"]):
        answer = call(*words, canary)
        assert answer.code in (1, 2)


def test_the_ledger_keeps_no_secret_in_what_went_wrong(canary: str, tmp_path: Path) -> None:
    remember(canary)
    with Ledger(tmp_path / "ledger.db") as ledger:
        pair = ledger.pair("a", "b")
        pair.set("ticket:1", "held", source_key="A-1", error=f"no answer from x?apiKey={canary} ({canary})")
        row = pair.row("ticket:1")
    assert row is not None
    assert row.error == "no answer from x?apiKey=*** (***)"
    assert find_in_tree(tmp_path, canary) == []


def test_no_report_holds_a_secret(canary: str) -> None:
    remember(canary)
    now = datetime.now(UTC)
    report = Report(source="a", target="b", ledger="l", started_at=now, finished_at=now)
    told = f"plugin said {canary}"
    report.failures.append(Failure(source_key="A-1", kind="ticket", id="1", stage="write", error=told))
    report.notes.append(told)
    texts = [json.dumps(report.to_json()), render(report, None), "\n".join(report_lines(report, "a", "b"))]
    for text in texts:
        assert "plugin said ***" in text
        assert find_canary(text.encode(), canary) == []
