"""The README's first two commands are what newcomers type and what CI runs: nobody keeps a second copy."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```[^\n]*\n(.*?)\n```$", re.DOTALL | re.MULTILINE)


def test_the_first_blocks_try_it_and_test_it() -> None:
    assert _BLOCK.findall(README)[:2] == ["pip install . && anybacklog demo", "pip install -e '.[dev]' && pytest"]


def test_ci_takes_both_commands_from_the_readme() -> None:
    words = re.findall(r'from_readme "([^"]+)"', CI)
    taken = {next((line for line in README.splitlines() if word in line), None) for word in words}
    assert taken == set(_BLOCK.findall(README)[:2])


def test_every_page_the_readme_names_is_there() -> None:
    pages = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert [page for page in pages if not (ROOT / page).exists()] == []
