"""What the documentation shows is what happens: blocks are run, shown output is compared, pages name what there is."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
_FENCE = re.compile(r"^```(\w*)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:)([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page, and the line its text begins on."""

    language: str
    title: str | None
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(found[1], found[2], found[3], text.count("\n", 0, found.start()) + 2) for found in _FENCE.finditer(text)
    ]


def scripts(page: str, language: str) -> list[Block]:
    """Give the blocks that are neither a file of the example package nor generated from the source."""
    hand_written = re.sub(r"<!-- generated: .*?<!-- end -->", "", (DOCS / page).read_text(encoding="utf-8"), flags=re.S)
    return [block for block in blocks(DOCS / page) if block.language == language and block.text in hand_written]


RUN = ["guide.md", "write-a-backend.md", "migrate.md", "nulab.md", "publicbacklog.md", "simulators.md"]


@pytest.mark.parametrize("page", RUN)
def test_python_blocks_run_and_print_what_is_shown(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    every = blocks(DOCS / page)
    names: dict[str, Any] = {"__name__": "page"}
    for block in scripts(page, "python"):
        out = io.StringIO()
        code = compile("\n" * (block.line - 1) + block.text, page, "exec", dont_inherit=True)
        with contextlib.redirect_stdout(out):
            exec(code, names)
        following = every[every.index(block) + 1 :][:1]
        if out.getvalue() or (following and following[0].language == "text" and "print(" in block.text):
            assert [shown.text for shown in following] == [out.getvalue()], f"{page}, line {block.line}"


@pytest.mark.parametrize("page", ["guide.md", "migrate.md"])
def test_shell_blocks_run(page: str, tmp_path: Path) -> None:
    script = "set -e\n" + "".join(block.text for block in scripts(page, "sh"))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    settings = {**os.environ, "PATH": path, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=settings,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_within_the_documentation_lead_somewhere(page: Path) -> None:
    prose = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in _LINK.findall(prose):
        name, _, anchor = target.partition("#")
        there = page.parent / name if name else page
        assert there.exists(), target
        if anchor:
            assert anchor in _anchors(there), target


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
