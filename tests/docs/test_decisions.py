"""What was decided stays written down: every dependency has its reason."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REASONS = (ROOT / "docs" / "adr" / "0002-libraries.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
NEEDED = [*PROJECT["dependencies"], *(each for name in EXTRAS if name != "dev" for each in EXTRAS[name])]


@pytest.mark.parametrize("name", sorted({re.split(r"[^\w-]", each)[0] for each in NEEDED} - {"anybacklog"}))
def test_every_library_has_its_reason(name: str) -> None:
    assert re.search(rf"^\|[^|]*\b{name}\b[^|]*\| .+ \|$", REASONS, re.MULTILINE)
