"""Runs pytest on its own, as a developer does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pytest_in(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in the project, with another order of sets than here."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ANYBACKLOG"))}
    return subprocess.run(
        command, cwd=ROOT, env=usual | {"PYTHONHASHSEED": "7"} | environ, capture_output=True, text=True, check=False
    )
