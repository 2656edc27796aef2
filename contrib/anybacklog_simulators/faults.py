"""What may go wrong between a client and a service, as data: which request, and what happens to it.

A fault is decided when a request arrives. Those that matter most to a client that must not write twice are the ones
after which it cannot know: `error-after`, `drop-after`, `truncate`, `stall` and `late`, where the write is committed
only when the fake's clock has moved on by `seconds`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from random import Random
from typing import Any


class Harm(StrEnum):
    """What happens to a request."""

    REFUSE = "refuse"
    """The connection is reset before the request is looked at."""
    ERROR_BEFORE = "error-before"
    """`status` instead of doing it."""
    ERROR_AFTER = "error-after"
    """`status` although it was done."""
    DROP_AFTER = "drop-after"
    """The connection is reset after it was done."""
    LATE = "late"
    """The connection is reset (or `status` answered), and it is done `seconds` later by the fake's clock."""
    TRUNCATE = "truncate"
    """It is done; half the answer arrives, then the connection is reset."""
    STALL = "stall"
    """It is done; the answer begins `seconds` later by the wall clock, or never comes if the server stops before."""


AFTER = frozenset({Harm.ERROR_AFTER, Harm.DROP_AFTER, Harm.TRUNCATE, Harm.STALL})
STRUCK_BY = "anybacklog_simulators.fault"
"""Where a request's environment tells its fault, to a service that does some requests in parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`harm` for requests of `method` whose path matches `path` (a regular expression, searched).

    Of those it strikes the `nth` (from 1), or each with `probability`, or, without either, all; at most `times` times.
    """

    harm: Harm
    method: str = "*"
    path: str = ""
    nth: int | None = None
    probability: float | None = None
    times: int | None = None
    seconds: float = 0.0
    status: int | None = None

    def concerns(self, method: str, path: str) -> bool:
        """Tell whether a request is one of those it counts."""
        return self.method in ("*", method) and re.search(self.path, path) is not None


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that happened, and to what."""

    method: str
    path: str
    fault: Fault


@dataclass
class Faults:
    """The faults switched on, and those that happened; `index_lag` is how many seconds late a search sees a write."""

    seed: int = 0
    index_lag: float = 0.0
    struck: list[Struck] = field(default_factory=list)
    _active: list[Fault] = field(default_factory=list)
    _seen: dict[int, int] = field(default_factory=dict)
    _hits: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311  # chance in a test, to be had again

    def add(self, *faults: Fault) -> None:
        """Switch faults on; of several that concern a request, the first to strike does."""
        self._active += faults

    def clear(self) -> None:
        """Switch everything off; what happened stays told in `struck`."""
        self._active.clear()
        self._seen.clear()
        self._hits.clear()
        self.index_lag = 0.0

    def strike(self, method: str, path: str) -> Fault | None:
        """Say what happens to a request that just arrived."""
        chosen = None
        for number, fault in enumerate(self._active):
            if fault.concerns(method, path):
                self._seen[number] = self._seen.get(number, 0) + 1
                if chosen is None and self._falls(number, fault):
                    self._hits[number] = self._hits.get(number, 0) + 1
                    chosen = fault
        if chosen is not None:
            self.struck.append(Struck(method, path, chosen))
        return chosen

    def _falls(self, number: int, fault: Fault) -> bool:
        if fault.times is not None and self._hits.get(number, 0) >= fault.times:
            return False
        if fault.nth is not None:
            return self._seen[number] == fault.nth
        return fault.probability is None or self._random.random() < fault.probability


def fault_from(given: Mapping[str, Any]) -> Fault:
    """Read a fault from JSON; ValueError for a name that there is not, and for a path that is no pattern."""
    known = [each.name for each in fields(Fault)]
    strangers = sorted(set(given) - set(known))
    if strangers:
        raise ValueError(f"a fault has no {', '.join(strangers)}; it has {', '.join(known)}")
    try:
        re.compile(given.get("path", ""))
    except re.error as error:
        raise ValueError(f"the path {given['path']!r} is no regular expression: {error}") from None
    return Fault(**{**given, "harm": Harm(given["harm"])})


def told(struck: Iterable[Struck]) -> list[dict[str, Any]]:
    """Give what happened as JSON."""
    return [asdict(each) for each in struck]
