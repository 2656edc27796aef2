"""What needs an extra says which one to install."""

from __future__ import annotations

import subprocess
import sys


def test_the_kit_without_pytest_says_what_to_install() -> None:
    program = "import sys; sys.modules['pytest'] = None; import anybacklog.testing"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert "ImportError: anybacklog.testing needs pytest: pip install 'anybacklog[testing]'" in ran.stderr
