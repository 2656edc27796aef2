"""Starting the command line, beside an `argparse` script with the same commands."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from statistics import median
from tempfile import TemporaryDirectory

from figure import Figure, at_most, in_turn

ARGPARSE = """
import argparse
parser = argparse.ArgumentParser(prog="x")
parser.add_argument("--version", action="version", version="x 0.1.0")
commands = parser.add_subparsers()
for name in "demo backends plugins ls show create edit comment attach download rm migrate verify completion".split():
    commands.add_parser(name, help=f"{name} something")
parser.parse_args()
"""
SCRIPT = "from anybacklog.__main__ import main; main()"  # what the installed script does
LIMITS = {"--version": 1.5, "--help": 2.0}


def figures() -> Iterator[Figure]:
    """Start each often, in turn; the median. All code is compiled beforehand, as pip does when it installs."""
    with TemporaryDirectory() as compiled:
        for option, limit in LIMITS.items():
            variants = [started(compiled, "-c", script, option) for script in (ARGPARSE, SCRIPT)]
            for first in variants:
                first()
            plain, ours = map(median, in_turn(*variants, rounds=21))
            yield Figure(f"argparse {option}", f"{plain * 1000:.1f} ms")
            yield at_most(f"anybacklog {option}", f"{ours * 1000:.1f} ms", ours / plain, limit)


def started(compiled: str, *arguments: str) -> Callable[[], object]:
    """Give a call that runs Python with these arguments to its end; what it compiles is kept in a folder."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPYCACHEPREFIX": compiled}
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)
