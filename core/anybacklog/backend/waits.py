"""How one connection spends the time for which it would wait before a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

Work: TypeAlias = Callable[[], bool]


@dataclass(slots=True)
class Waits:
    """The waits of one connection, for a rate budget or before another try: slept, spent on work, or refused.

    Belongs to the thread of its connection. A backend without a network never waits.
    """

    refused: bool = False
    _work: Work | None = None

    @contextmanager
    def spent_on(self, work: Work) -> Iterator[None]:
        """Offer every wait to `work`: it is called until it gives False or the time is over, and the rest is slept.

        Nothing of this connection is in flight then, so `work` may use any, this one included; its own waits are slept.
        One call should do little: the request comes late by as much as the last call lasts too long. What `work` raises
        ends the operation that waited, before anything was sent.
        """
        before, self._work = self._work, work
        try:
            yield
        finally:
            self._work = before

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Let an operation that would have to wait fail: RateLimited, and nothing is tried a second time."""
        before, self.refused = self.refused, True
        try:
            yield
        finally:
            self.refused = before

    def work(self) -> bool:
        """Do one piece of the work; False: nothing is left of it now."""
        work, self._work = self._work, None
        try:
            return work is not None and work()
        finally:
            self._work = work
