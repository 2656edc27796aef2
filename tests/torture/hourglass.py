"""A clock that several processes share, and that moves only when one of them waits: its time is a number in a file."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

START = 1_772_366_400.0
"""1 March 2026, 12:00 UTC."""
_NUMBER = struct.Struct("d")


class Hourglass:
    """Seconds since 1970. Whoever waits moves it on at once, for everybody; who is killed leaves it there."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_NUMBER.pack(START))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _NUMBER.size)

    def time(self) -> float:
        """Tell the time."""
        return float(_NUMBER.unpack(self._memory[:])[0])

    def sleep(self, seconds: float) -> None:
        """Let time pass instead of waiting."""
        self.turn(self.time() + max(0.0, seconds))

    def turn(self, to: float = START) -> None:
        """Set the time."""
        self._memory[:] = _NUMBER.pack(to)

    def close(self) -> None:
        """Let go of the file."""
        self._memory.close()
