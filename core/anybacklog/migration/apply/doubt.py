"""A write in doubt, asked about and not found: it may still come, so whoever began it has to come back later."""

from __future__ import annotations


class InDoubt(Exception):
    """A write is not there, and may still arrive for `wait` seconds; this run has sent it so many `times`."""

    def __init__(self, wait: float, times: int = 0) -> None:
        super().__init__(f"what was sent may still arrive for {wait:.0f} s")
        self.wait = wait
        self.times = times
