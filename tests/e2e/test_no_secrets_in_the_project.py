"""Nothing in the project is shaped like a secret: neither code nor documents nor recordings."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Nulab's keys are 64 letters and digits; the others are the forms that well-known services give their tokens.
SHAPES = {
    "a key of Nulab": re.compile(r"(?<![\w/+-])(?=\w*[a-z])(?=\w*[A-Z])(?=\w*[0-9])[A-Za-z0-9]{64}(?![\w/+-])"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}"),
    "an AWS key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a key in an address": re.compile(r"(?i)[?&]api_?key=(?!\*\*\*|\{|KEY|REDACTED|DUMMY)[A-Za-z0-9%]{20,}"),
}
PLANTED = {
    "a key of Nulab": "0aA" * 21 + "z",
    "a GitHub token": "ghp_" + "a1" * 18,
    "an AWS key": "AKIA" + "A1" * 8,
    "a Slack token": "xoxb-" + "12345-abcde",
    "a JSON web token": "eyJ" + "hbGciOiJI" + "Uz." + "eyJ" + "zdWIiOiIx" + "MjM.",
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "a key in an address": "https://h.example/x?api" + "Key=" + "a1" * 12,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_is_known_when_it_is_seen(shape: str) -> None:
    assert SHAPES[shape].search(f"before {PLANTED[shape]} after")


def test_no_file_of_the_project_holds_a_secret() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    paths = [ROOT / name for name in names if name] or [each for each in ROOT.rglob("*") if ".venv" not in each.parts]
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in paths
        if path.is_file()
        for name, shape in SHAPES.items()
        if shape.search(path.read_text("utf-8", "replace"))
    ]
    assert found == []
