"""Starting the command line, beside an `argparse` script with the same commands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from statistics import median

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
    """Start each often, in turn; the median."""
    for option, limit in LIMITS.items():
        seconds = in_turn(started("-c", ARGPARSE, option), started("-c", SCRIPT, option), rounds=21)
        plain, ours = map(median, seconds)
        yield Figure(f"argparse {option}", f"{plain * 1000:.1f} ms")
        yield at_most(f"anybacklog {option}", f"{ours * 1000:.1f} ms", ours / plain, limit)


def started(*arguments: str) -> Callable[[], object]:
    """Give a call that runs Python with these arguments to its end."""
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
