"""The page of refusals quotes sentences that there are, and the exit codes that there are."""

from __future__ import annotations

import re
from pathlib import Path

from anybacklog.cli import outcome

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
SOURCE = "\n".join(
    path.read_text(encoding="utf-8") for root in ("core", "plugins") for path in sorted((ROOT / root).rglob("*.py"))
)
_CELL = re.compile(r"^\| ((?:`[^`]+`(?:, )?)+)", re.MULTILINE)


def test_every_sentence_it_quotes_is_one_of_ours() -> None:
    quoted = [each for cell in _CELL.findall(PAGE) for each in re.findall(r"`([^`]+)`", cell)]
    assert len(quoted) > 20
    assert [each for each in quoted if each not in SOURCE] == []


def test_every_exit_code_is_on_it() -> None:
    codes = {outcome.FAILED, outcome.USAGE, outcome.REFUSED, outcome.STOPPED, outcome.INTERRUPTED, 0}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)} == codes
