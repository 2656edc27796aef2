"""Processes of the command line, started one at a time and killed from here."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

INSIDE = Path(__file__).with_name("inside.py")


class Processes:
    """Starts `anybacklog` by the clock in a file; `kill` may be called by another thread."""

    def __init__(self, clock: Path) -> None:
        self._forking = subprocess.Popen(
            [sys.executable, str(INSIDE), str(clock)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": "0"},  # the order of sets is the same each time
        )
        self._ids: queue.Queue[int] = queue.Queue()

    def run(self, **line: Any) -> int:
        """Run the command line once to its end; give its exit code, negative for the signal that ended it."""
        if self._forking.stdin is None or self._forking.stdout is None:
            raise AssertionError("both are pipes")
        self._forking.stdin.write(json.dumps(line) + "\n")
        self._forking.stdin.flush()
        self._ids.put(int(self._forking.stdout.readline()))
        code = int(self._forking.stdout.readline())
        while not self._ids.empty():
            self._ids.get()
        return code

    def kill(self) -> None:
        """Send SIGKILL to the process that runs."""
        os.kill(self._ids.get(timeout=30), signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._forking.stdin is not None and self._forking.stdout is not None:
            self._forking.stdin.close()
            self._forking.stdout.close()
        self._forking.wait()
