"""What a benchmark says, and the pieces it is measured with: variants in turn, a process of its own, peak memory."""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Value = TypeVar("_Value")
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, and whether its limit was kept.

    `value` has its unit; `ratio` is to a baseline of the same run, so that machines can be compared; `limit` is text.
    """

    what: str
    value: str
    ratio: float | None = None
    limit: str = ""
    kept: bool | None = None


def at_most(what: str, value: str, ratio: float, limit: float) -> Figure:
    """Give a figure whose ratio has an upper limit."""
    return Figure(what, value, ratio, f"<= {limit:.2f} x", ratio <= limit)


def at_least(what: str, value: str, ratio: float, limit: float) -> Figure:
    """Give a figure whose ratio has a lower limit."""
    return Figure(what, value, ratio, f">= {limit:.2f} x", ratio >= limit)


def in_turn(
    *variants: Callable[[], object], rounds: int = 7, clock: Callable[[], float] = time.perf_counter
) -> list[list[float]]:
    """Run every variant once a round, one after the other; give each one's seconds, of which to take best or median.

    In turn, so that a slow minute of the machine slows them all. `clock` may be `time.process_time`.
    """
    seconds: list[list[float]] = [[] for _ in variants]
    for _ in range(rounds):
        for variant, taken in zip(variants, seconds, strict=True):
            gc.collect()
            begun = clock()
            variant()
            taken.append(clock() - begun)
    return seconds


def alone(work: Callable[_Given, _Value], *given: _Given.args, **named: _Given.kwargs) -> _Value:
    """Call a module's function in a fresh process, where nothing else has taken memory; give what it returns."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
        return child.submit(work, *given, **named).result()


@dataclass(slots=True)
class Spent:
    """Seconds of the clock and of the processor; bytes of memory at the peak, and how far that is above the start."""

    seconds: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    extra: int = 0


@contextmanager
def watched() -> Iterator[Spent]:
    """Measure what is done inside; for memory use it in a process of its own."""
    spent = Spent()
    gc.collect()
    before = _memory("VmRSS")
    _forget_peak()
    begun, cpu = time.perf_counter(), time.process_time()
    yield spent
    spent.seconds, spent.cpu = time.perf_counter() - begun, time.process_time() - cpu
    spent.peak = _memory("VmHWM")
    spent.extra = max(0, spent.peak - before)


def _memory(name: str) -> int:
    """Read this process's resident set from Linux, elsewhere its largest so far, in bytes.

    Linux hands `ru_maxrss` down from the parent, so a small child of a large process would look large.
    """
    if _STATUS.exists():
        lines = _STATUS.read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _forget_peak() -> None:
    """Let the peak begin anew, where the system can."""
    if _STATUS.exists():
        Path("/proc/self/clear_refs").write_text("5")
